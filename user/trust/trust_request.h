/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trust_request.h - what a command may ask of the trusted list. Errors are logged.
 */
#ifndef TRUST_TRUST_REQUEST_H
#define TRUST_TRUST_REQUEST_H

#include "trust/trust_list.h"

/* Changes a list; an error ends the command, logged, with nothing changed. */
typedef int trust_edit(struct trust_list *list, void *context);

struct trust_request {
	struct cidr *allow;     /* put on the list */
	unsigned int allow_count;
	struct trust_node *nodes; /* all that are to be */
	size_t node_count;      /* 0: they stay as they are */
	trust_edit *edit;       /* NULL: none */
	void *context;          /* of edit */
};

/* Freed with trust_request_free(), whose arrays it owns. */
void trust_request_free(struct trust_request *request);
int trust_request_allow(struct trust_request *request, const struct cidr *cidr);

/* The nodes become those of a file, "-" for standard input, in the place of any set before.
 * A file without nodes is refused: it may be a download that failed. */
int trust_request_nodes(struct trust_request *request, const char *path);

/* Logs what an error of trust_list_allow(), trust_list_add_nodes() or trust_list_set_nodes() means,
 * and returns it. */
int trust_request_error(int err);

#endif

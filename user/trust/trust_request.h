/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trust_request.h - what a command may ask of the trusted list. Errors are logged.
 */
#ifndef TRUST_TRUST_REQUEST_H
#define TRUST_TRUST_REQUEST_H

#include "trust/trust_list.h"

/* Changes a list. If it returns an error, which it has logged, the command ends and nothing
 * is changed. */
typedef int trust_edit(struct trust_list *list, void *context);

struct trust_request {
	struct cidr *allow;     /* prefixes to be allowed */
	unsigned int allow_count;
	struct trust_node *nodes; /* all nodes that there are to be */
	size_t node_count;      /* 0: the nodes stay as they are */
	trust_edit *edit;       /* NULL: none */
	void *context;          /* what edit is called with */
};

/* The request owns its arrays; freed with trust_request_free(). */
void trust_request_free(struct trust_request *request);
int trust_request_allow(struct trust_request *request, const struct cidr *cidr);

/* The nodes become those of a file, "-" for standard input; nodes that the request had
 * before are dropped. A file without nodes is refused: it may be a download that failed. */
int trust_request_nodes(struct trust_request *request, const char *path);

/* Logs what an error of trust_list_allow(), trust_list_add_nodes() or trust_list_set_nodes() means,
 * and returns it. */
int trust_request_error(int err);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trust_part.h - the trusted list as a part, without a program of its own: the programs of
 * other parts walk its table. What a command may ask of it.
 */
#ifndef TRUST_TRUST_PART_H
#define TRUST_TRUST_PART_H

#include "kernel/part.h"
#include "trust/trust_list.h"

/* Changes a list; an error ends the command, logged, with nothing changed. */
typedef int trust_edit(struct trusted_list *list, void *context);

struct trust_request {
	struct cidr *allow;     /* put on the list */
	unsigned int allow_count;
	struct trusted_node *nodes; /* all that are to be */
	size_t node_count;      /* 0: they stay as they are */
	trust_edit *edit;       /* NULL: none */
	void *context;          /* of edit */
};

/* Freed with trust_request_free(), whose arrays it owns. Errors are logged. */
void trust_request_free(struct trust_request *request);
int trust_request_allow(struct trust_request *request, const struct cidr *cidr);

/* The nodes become those of a file, "-" for standard input, in the place of any set before.
 * A file without nodes is refused: it may be a download that failed. */
int trust_request_nodes(struct trust_request *request, const char *path);

/* Logs what an error of trusted_allow(), trusted_add_nodes() or trusted_set_nodes() means,
 * and returns it. */
int trust_part_error(int err);

extern const struct part trust_part;

#endif

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

/* Ceilings that a prefix is to have, which is on the list then. */
struct trust_ceiling {
	struct cidr cidr;
	unsigned int what;      /* enum ecdn_xdp_ceiling_own: those that are named ... */
	struct ecdn_xdp_trusted_ceiling to; /* ... and their values; one that is not among to.own
				   becomes that of config again */
};

struct trust_request {
	struct cidr *allow;     /* prefixes to be allowed */
	unsigned int allow_count;
	struct trust_node *nodes; /* all nodes that there are to be */
	size_t node_count;      /* 0: the nodes stay as they are */
	trust_edit *edit;       /* NULL: none */
	void *context;          /* what edit is called with */
	struct trust_ceiling *ceilings;
	unsigned int ceiling_count;
};

/* The request owns its arrays; freed with trust_request_free(). */
void trust_request_free(struct trust_request *request);
int trust_request_allow(struct trust_request *request, const struct cidr *cidr);

int trust_request_ceiling(struct trust_request *request, const struct trust_ceiling *ceiling);

/* The nodes become those of a file, "-" for standard input; nodes that the request had
 * before are dropped. A file without nodes is refused: it may be a download that failed. */
int trust_request_nodes(struct trust_request *request, const char *path);

/* Logs what an error of trust_list_allow(), trust_list_add_nodes() or trust_list_set_nodes() means,
 * and returns it. */
int trust_request_error(int err);

#endif

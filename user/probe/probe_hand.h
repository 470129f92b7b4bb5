/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * probe_hand.h - one handshake: a connection by TCP, TLS as far as it comes, and what both said.
 * In the child; silent.
 */
#ifndef PROBE_PROBE_HAND_H
#define PROBE_PROBE_HAND_H

#include <openssl/ssl.h>

#include "probe/probe_rows.h"
#include "probe/probe_target.h"

#define PROBE_HAND_NS 10000000000ULL /* for a connection, from its SYN to its end */

/* Starts as all zeros. */
struct probe_hand {
	struct probe_step step;
	SSL *ssl;               /* to be freed with SSL_free(); NULL: it did not come so far */
	uint64_t until_ns;
	int socket;
	int error;              /* of the socket, found by looking at the first bytes; 0: none */
	bool looked;            /* at the first bytes of the origin */
	bool answered;          /* a ServerHello has come */
	bool ticket;            /* one has come, which follows when the origin is content */
};

/* Connects the socket, which does not block, and shakes hands as the context has it. The step's
 * `ask` is the caller's. */
void probe_hand_shake(struct probe_hand *hand, int socket, const struct probe_target *target,
		      SSL_CTX *context);

#endif

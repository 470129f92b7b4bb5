/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * probe_chain.h - what an origin's certificates are, and whether they verify, for a handshake that
 * has come so far that it has them. In the child; silent.
 */
#ifndef PROBE_PROBE_CHAIN_H
#define PROBE_PROBE_CHAIN_H

#include <openssl/ssl.h>

#include "probe/probe_wire.h"

/* The CAs that this host trusts, from OpenSSL's file or, without one, its directory, each read now
 * and not when it is needed. *count: how many. NULL without memory. To be freed with
 * X509_STORE_free(). */
X509_STORE *probe_chain_authorities(uint32_t *count);

/* The first bytes of the certificate's SHA-256; zeros: the handshake has none. */
void probe_chain_id(const SSL *ssl, uint8_t id[8]);

/* Of a handshake that has a certificate; name: what it must be for, "" if nothing was asked for;
 * level: OpenSSL's security level. */
void probe_chain_read(SSL *ssl, X509_STORE *authorities, int level, const char *name,
		      struct probe_chain *chain);

/* The names of CAs whose clients the origin takes. */
void probe_chain_wanted(const SSL *ssl, struct probe_wanted *wanted);

#endif

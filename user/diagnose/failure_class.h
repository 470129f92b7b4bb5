/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * failure_class.h - how a connection to an origin failed, in words, and for handshakes (538) what
 * that is a matter of, with its remedy. Pure; nothing is logged. Alerts are those of RFC 8446,
 * section 6.2, and of RFC 5246, section 7.2.
 */
#ifndef DIAGNOSE_FAILURE_CLASS_H
#define DIAGNOSE_FAILURE_CLASS_H

#include <stddef.h>

#include "ecdn-xdp-origin.h"

enum failure_class {
	FAILURE_CLASS_NETWORK,
	FAILURE_CLASS_PROTOCOL, /* no version of TLS in common */
	FAILURE_CLASS_ALGORITHM, /* no cipher or key exchange in common */
	FAILURE_CLASS_CERTIFICATE, /* this node does not take the origin's, or its name */
	FAILURE_CLASS_CLIENT_CERTIFICATE, /* the origin wants one of this node, or another one */
	FAILURE_CLASS_HOST_NAME, /* the origin does not know the host name */
	FAILURE_CLASS_ALPN,
	FAILURE_CLASS_NOT_TLS,
	FAILURE_CLASS_HERE,     /* this host's own firewall */
	FAILURE_CLASS_OTHER,    /* another alert */
	FAILURE_CLASSES,
};

/* Of a failure of 538, or one of this host. */
enum failure_class failure_class_of(const struct ecdn_xdp_origin_failure *failure);

struct failure_class_row {
	const char *name;       /* one word for programs, as "client_certificate" */
	const char *published;  /* the platform's cause */
	const char *remedy;
	const char *command;    /* settings of the origin's side and of this one */
	const char *unknown;    /* what the class does not tell; empty: nothing */
};

const struct failure_class_row *failure_class_row(enum failure_class class);

/* Appends what happened, as "the origin sent the alert protocol_version after the ClientHello". */
void failure_class_say(const struct ecdn_xdp_origin_failure *failure, char *room, size_t size);

/* Whether two failures are the same to failure_class_say(), but for numbers. */
int failure_class_alike(const struct ecdn_xdp_origin_failure *one,
			const struct ecdn_xdp_origin_failure *other);

/* Appends the versions that a ClientHello offered, "TLS 1.2 and 1.3"; nothing of none. */
void failure_class_say_offered(unsigned int offered, char *room, size_t size);

#endif

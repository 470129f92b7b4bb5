/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * answers_attempts.h - the attempts to get an answer that nginx's variables $upstream_... tell of.
 * Each has a value for each attempt: ", " is between them, and " : " where the request was
 * redirected internally. Nothing is logged; thread-safe.
 */
#ifndef ANSWERS_ANSWERS_ATTEMPTS_H
#define ANSWERS_ANSWERS_ATTEMPTS_H

#include "access/access_line.h"
#include "ecdn-xdp-origin.h"

#define ANSWERS_ATTEMPTS_MAX 64 /* of a request */

/* The variables that are read, in this order. */
enum answers_upstream {
	ANSWERS_ADDR,
	ANSWERS_STATUS,
	ANSWERS_CONNECT_TIME,
	ANSWERS_HEADER_TIME,
	ANSWERS_LENGTH,         /* of the body, response_length */
	ANSWERS_RECEIVED,       /* bytes_received */
	ANSWERS_UPSTREAMS,
};

struct answers_attempt {
	struct text peer;       /* as it is written */
	struct ecdn_xdp_origin_key origin; /* family 0: a Unix socket, or an upstream's name, when
					      none of its servers is alive */
	unsigned int status;    /* 0: none */
	bool connected;         /* by TCP, and TLS if that was asked for */
	bool answered;          /* a header came, so that the status is the origin's */
	uint64_t length, received;
	bool again;             /* nginx asked the same peer again at once, as the connection was
				   one of its pool that had been closed: no failure */
};

struct answers_attempts {
	struct answers_attempt at[ANSWERS_ATTEMPTS_MAX];
	unsigned int count;     /* 0: nobody was asked */
};

/* Reads the values of a line, by enum answers_upstream. 0, or -EINVAL with what is wrong. */
int answers_attempts_read(const struct text *value, struct answers_attempts *attempts,
			  struct access_fault *fault);

/* What became of an attempt, by enum ecdn_xdp_origin_said, if no more is known than its state;
 * ECDN_XDP_ORIGIN_SAID_MAX: the client left before there was an answer. */
enum ecdn_xdp_origin_said answers_attempts_result(const struct answers_attempt *attempt);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * request.h - what one command asks of all parts: words of the command line and the
 * configuration file become this.
 */
#ifndef CONTROL_REQUEST_H
#define CONTROL_REQUEST_H

#include "guard/guard_part.h"
#include "origin/origin_part.h"
#include "ping/ping_part.h"
#include "steer/steer_part.h"
#include "trust/trust_part.h"

struct request {
	struct trust_request trust;
	struct guard_request guard;
	struct steer_request steer;
	struct ping_request ping;
	struct origin_request origin;
};

/* Sets a request that asks for nothing. */
void request_init(struct request *request);

/* Frees the lists, which the request owns; the names of interfaces and files it does not
 * own. */
void request_free(struct request *request);

#endif

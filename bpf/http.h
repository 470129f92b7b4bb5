/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * http.h - HTTP/1 as a connection's bytes pass by: where an answer begins and ends.
 */
#ifndef BPF_HTTP_H
#define BPF_HTTP_H

#include "ecdn-xdp-origin.h"
#include "pure.h"

/* Steps of a flow. */
enum http_step {
	HTTP_NEXT,              /* the last message is whole */
	HTTP_HEAD,
	HTTP_UNTIL_CLOSE,
};

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * origin_request.h - what a command may ask of the origin observer.
 */
#ifndef ORIGIN_ORIGIN_REQUEST_H
#define ORIGIN_ORIGIN_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "ecdn-xdp-origin.h"
#include "origin/origin_names.h"

enum origin_depth {
	ORIGIN_DEPTH_KEEP,      /* as it is */
	ORIGIN_DEPTH_OFF,       /* the observer goes */
	ORIGIN_DEPTH_SOCKETS,   /* how connections begin and end: no packet costs anything */
	ORIGIN_DEPTH_CONTENT,   /* TLS records and heads of HTTP are read as well */
};

#define ORIGIN_PORTS_DEFAULT "443,80"

/* The members of struct ecdn_xdp_origin_config that have these names. */
struct origin_ports {
	uint8_t ports[8192], plain[8192];
};

struct origin_request {
	enum origin_depth depth;
	const char *cgroup;     /* whose sockets are watched; NULL: as it is, or the root */
	bool has_ports;
	struct origin_ports ports;
	int all_namespaces;     /* 1 or 0; -1: as it is, or 0 */
	struct origin_names names; /* to be added, or ... */
	bool replace_names;     /* ... all that there are to be */
	const char *name;       /* of a command that changes one name: whose rows are added ... */
	const char *sni;        /* ... and get this host name; NULL: the one that it has */
	bool remove;            /* or whose rows all go */
};

/* Sets a request that asks for nothing. The request owns its names; other texts stay the
 * caller's. */
void origin_request_init(struct origin_request *request);
void origin_request_free(struct origin_request *request);

/* Reads "off", "sockets" or "content". 0 or -EINVAL, silent. */
int origin_request_depth_parse(const char *text, enum origin_depth *depth);

/* Adds ports: PORT, or PORT/http or PORT/tls where content does not tell, joined by commas. Of
 * others 80 and 8080 are HTTP. 0, or -EINVAL with *ports untouched, silent. */
int origin_request_ports_parse(const char *text, struct origin_ports *ports);

/* Whether the request asks for the observer, and whether for anything at all but its end. */
bool origin_request_loads(const struct origin_request *request);
bool origin_request_wanted(const struct origin_request *request);

#endif

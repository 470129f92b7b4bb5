/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * listeners.h - all sockets that wait for connections in this network namespace, as
 * `ss -tuln` shows them.
 */
#ifndef NET_LISTENERS_H
#define NET_LISTENERS_H

#include "net/listener.h"

struct listeners {
	struct listener *listener; /* sorted by cookie */
	unsigned int count;
};

/* Reads all of them with their holders. 0, or a negative errno with the reason logged. To be
 * freed with listeners_free(); empty after an error. */
int listeners_read(struct listeners *listeners);
/* The same without their holders, for which /proc is searched: it takes no more than some tenths of
 * a millisecond. */
int listeners_read_sockets(struct listeners *listeners);
void listeners_free(struct listeners *listeners);

/* The one with a cookie, or NULL. */
const struct listener *listeners_by_cookie(const struct listeners *listeners, uint64_t cookie);

/* Which listeners count where some are looked for. */
struct listener_filter {
	bool (*passes)(const struct listener *listener, const void *context);
	const void *context;
};

struct listener_search {
	const struct address *address;
	uint16_t port;
	uint8_t protocol;
	const struct listener_filter *filter; /* NULL: all count */
};

/*
 * Finds those that get the connections to an address and port, if there are none but those which
 * count: those bound to that address; if there is none, to any address of its family; if there is
 * none, to [::], which takes IPv4 too. There are several if workers share them with SO_REUSEPORT.
 * Returns how many were found; found has room for max.
 */
unsigned int listeners_find(const struct listeners *listeners,
			    const struct listener_search *search,
			    const struct listener **found, unsigned int max);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * refresh.h - how a client keeps up with the pins: it reads public_config at every answer,
 * and looks at the pins once a second.
 */
#ifndef CLIENT_REFRESH_H
#define CLIENT_REFRESH_H

#include <time.h>

#include "client.h"

/* Looks at the pins now, unless another thread does. */
void refresh(struct ecdn_xdp_client *client, uint64_t now_ns);

/* The time that members named _ns hold: exact to one jiffy like the guard's, and without a
 * system call. */
static inline uint64_t clock_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	return now.tv_sec * 1000000000ULL + now.tv_nsec;
}

/* True if public_config names something that the view does not show. */
static inline bool has_news(const struct ecdn_xdp_client *client)
{
	unsigned int sequence = __atomic_load_n(&client->sequence, __ATOMIC_ACQUIRE);
	const struct view *view = &client->view[sequence & 1];
	const volatile struct ecdn_xdp_public_config *public =
		(const void *)(client_memory(client, sequence) + AT_PUBLIC);

	return (public->abi ^ view->abi) | public->gone |
	       (public->table_generation ^ view->generation) |
	       (public->trusted_generation ^ view->trusted_generation);
}

/* Looks at the pins if it is time to. */
static inline void keep_up(struct ecdn_xdp_client *client, uint64_t now_ns)
{
	if (now_ns >= __atomic_load_n(&client->look_ns, __ATOMIC_RELAXED) ||
	    (has_news(client) && now_ns >= __atomic_load_n(&client->retry_ns, __ATOMIC_RELAXED)))
		refresh(client, now_ns);
}

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * glance.h - what an answer is made of: the view in use, and the address that is asked about.
 */
#ifndef CLIENT_GLANCE_H
#define CLIENT_GLANCE_H

#include <netinet/in.h>
#include <string.h>

#include "client.h"

/* The view that an answer is made of: while (glance_failed()) begin again. */
struct glance {
	unsigned int sequence;
	const struct view *view;
	const char *memory;
};

static inline struct glance glance_at(const struct ecdn_xdp_client *client)
{
	unsigned int sequence = __atomic_load_n(&client->sequence, __ATOMIC_ACQUIRE);

	return (struct glance){
		.sequence = sequence,
		.view = &client->view[sequence & 1],
		.memory = client_memory(client, sequence),
	};
}

static inline bool glance_failed(const struct ecdn_xdp_client *client,
				 const struct glance *glance)
{
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	return __atomic_load_n(&client->sequence, __ATOMIC_RELAXED) != glance->sequence;
}

/* The bytes of an address, 4 or 16 of them. */
struct source {
	const uint8_t *addr;
	unsigned int length;
};

static inline bool is_mapped(const uint8_t addr[16])
{
	uint64_t zeros;
	uint32_t mark_be;

	memcpy(&zeros, addr, sizeof(zeros));
	memcpy(&mark_be, addr + 8, sizeof(mark_be));
	return !zeros && mark_be == htonl(0xffff);
}

/* The address inside a sockaddr; false without one, and for a family that has no regions. */
static inline bool source_of(const struct sockaddr *address, struct source *source)
{
	const uint8_t *bytes = (const uint8_t *)address;

	if (!address)
		return false;
	if (address->sa_family == AF_INET) {
		source->addr = bytes + offsetof(struct sockaddr_in, sin_addr);
	} else if (address->sa_family == AF_INET6) {
		source->addr = bytes + offsetof(struct sockaddr_in6, sin6_addr);
		if (!is_mapped(source->addr)) {
			source->length = 16;
			return true;
		}
		source->addr += 12;
	} else {
		return false;
	}
	source->length = 4;
	return true;
}

#endif

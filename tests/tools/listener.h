/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * listener.h - what the servers among these tools share: the address to listen at, and the
 * end of the program if a step of it fails.
 */
#ifndef TOOLS_LISTENER_H
#define TOOLS_LISTENER_H

#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "steer/steer_rule.h"

static inline void must(bool done, const char *what)
{
	if (done)
		return;
	fprintf(stderr, "%s: %s: %s\n", program_invocation_short_name, what, strerror(errno));
	exit(1);
}

/* Writes the rule's listener into room, which IPv4 fills in part; returns its bytes. */
static inline socklen_t listener_address(const struct steer_rule *at, struct sockaddr_in6 *room)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)room;
	uint8_t bytes[16];

	memset(room, 0, sizeof(*room));
	address_to_bytes(&at->listener, bytes);
	room->sin6_family = at->listener.family;
	room->sin6_port = htons(at->listener_port);
	if (at->listener.family == AF_INET6) {
		memcpy(&room->sin6_addr, bytes, 16);
		return sizeof(*room);
	}
	memcpy(&v4->sin_addr, bytes, 4);
	return sizeof(*v4);
}

#endif

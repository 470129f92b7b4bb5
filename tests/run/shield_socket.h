/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * shield_socket.h - sockets on lo of a network namespace of the test's own. What fails ends the
 * test, with a report.
 */
#ifndef RUN_SHIELD_SOCKET_H
#define RUN_SHIELD_SOCKET_H

#include <stdint.h>
#include <sys/socket.h>

#include "shield_frame.h"

#define SERVED 80

/* The forger of the last is outside 2000::/3. */
extern const struct family family_v4, family_v6, family_outside;

/* Moves the test into a namespace whose lo has all addresses of both families. */
void own_netns(void);

/* Returns the size of the address that text is. */
socklen_t fill_address(struct sockaddr_storage *to, const struct family *family, const char *text,
		       uint16_t port);

int listen_at(const struct family *family);

/* Returns the client's end, whose port is in *port. */
int connect_to(const struct family *family, uint16_t *port);

/* The same, and the numbers of its next segment. Until data comes, what the client has completed
 * is no connection to the server, but a request. */
int connect_half(const struct family *family, int listener, struct packet_words *words);
void reset_half(int client, int listener);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * shield_frame.h - TCP packets that open nothing, between addresses of a host's own.
 */
#ifndef RUN_SHIELD_FRAME_H
#define RUN_SHIELD_FRAME_H

#include <stddef.h>
#include <stdint.h>

#define SHIELD_FRAME_MAX 256

enum dress { PLAIN, TAGGED, EXTENDED };

/* A family's addresses on lo. */
struct family {
	const char *name, *server, *client, *forger;
	int domain;
};

/* From an address and port to the server's; an ACK of these numbers. */
struct packet_words {
	const struct family *family;
	const char *from;
	uint16_t sport, dport;
	uint32_t seq, ack;
};

/* Builds the frame, behind two VLAN tags if TAGGED, behind extension headers of IPv6 if EXTENDED;
 * returns its length. */
size_t shield_frame(const struct packet_words *words, enum dress dress,
		    uint8_t frame[SHIELD_FRAME_MAX]);

#endif

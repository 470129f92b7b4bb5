/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * reference.h - what the RFCs say about a frame, found in another way than
 * bpf/packet.h does it: offsets into bytes, no structs, nothing shared.
 */
#ifndef RUN_REFERENCE_H
#define RUN_REFERENCE_H

#include <stdbool.h>
#include <stdint.h>

/* Zeroed but for what was found. */
struct reference {
	unsigned int family;    /* 4 or 6; 0: not to be counted in a region */
	uint8_t source[16];
	bool connection;
	bool has_port;
	uint16_t port;
	bool maybe_tcp;         /* is TCP, or hides what it is */
	bool maybe_udp;
	bool neighbour;         /* IPv6 neighbour discovery that nobody has forwarded */
	const char *event;      /* field of struct ecdn_xdp_events; 0: none */
};

void reference_parse(const uint8_t *frame, uint32_t size, struct reference *reference);

#endif

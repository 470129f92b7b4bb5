/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * reference.h - what a frame is according to the RFCs, found in another way than in
 * bpf/packet.h: by offsets into bytes, without structs and without shared code.
 */
#ifndef RUN_REFERENCE_H
#define RUN_REFERENCE_H

#include <stdbool.h>
#include <stdint.h>

/* All members that do not apply are zero. */
struct reference {
	unsigned int family;    /* 4 or 6; 0: it has no source */
	bool too_deep;          /* counted in region 0 all the same, and never let in */
	uint8_t source[16];
	bool connection;
	bool has_port;
	uint16_t port;
	bool maybe_tcp;         /* the frame is TCP, or hides its protocol */
	bool maybe_udp;
	bool neighbour;         /* IPv6 neighbour discovery that no router has forwarded */
	const char *event;      /* field of struct ecdn_xdp_events; NULL: none */
};

void reference_parse(const uint8_t *frame, uint32_t size, struct reference *reference);

#endif

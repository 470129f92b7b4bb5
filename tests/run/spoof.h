/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * spoof.h - frames that differ in their source: built once, then only the
 * source and the checksums that cover it are written.
 */
#ifndef RUN_SPOOF_H
#define RUN_SPOOF_H

#include <stdbool.h>
#include <stdint.h>

#include "base/options.h"
#include "base/cidr.h"

#define SPOOF_MAX 9216

struct spoof {
	const char *type;           /* udp, syn, ack or quic */
	struct option_list vlan;    /* IDs, the outermost first */
	unsigned int port, sport;
	unsigned int size;          /* of the frame; 0: the smallest that is usual */
	unsigned int step;          /* from one source to the next, if sequential */
	bool sequential;
	struct cidr source[OPTION_LIST_MAX]; /* they take turns */
	unsigned int sources;
	struct address to;
	/* The rest is spoof_build()'s. */
	_Alignas(4) uint8_t pad[2]; /* so that what follows the Ethernet header is aligned */
	uint8_t frame[SPOOF_MAX];   /* all but the source and what depends on it */
	size_t length;
	size_t ip, upper;           /* offsets in the frame; ip 0: it has no source */
	uint16_t *ip_check, *upper_check; /* in the frame; 0: none */
	uint32_t ip_sum, upper_sum; /* of what does not change */
	uint64_t made;              /* frames */
	uint64_t random;            /* state; not 0 */
};

/* Builds the frame from what is set. Errors are said. */
int spoof_build(struct spoof *spoof, const uint8_t mac[6]);

/* Takes a frame in hexadecimal as it is. Errors are said. */
int spoof_read(struct spoof *spoof, const char *hex);

/* Writes the next source into a copy of the frame. */
void spoof_address(struct spoof *spoof, uint8_t *frame);

#endif

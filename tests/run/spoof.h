/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * spoof.h - frames that differ in their source: one is built, and then only the source
 * and the checksums that cover it are written.
 */
#ifndef RUN_SPOOF_H
#define RUN_SPOOF_H

#include <stdbool.h>
#include <stdint.h>

#include "base/options.h"
#include "base/cidr.h"

#define SPOOF_MAX 9216

struct spoof {
	const char *type;           /* udp, syn, synfin, ack or quic */
	struct option_list vlan;    /* IDs, the outermost first */
	unsigned int port, sport;
	unsigned int size;          /* size of the frame in bytes; 0: the smallest usual one */
	unsigned int step;          /* distance from one source to the next, if sequential */
	bool sequential;
	bool spoiled;               /* the checksum of TCP or UDP is wrong */
	bool ports;                 /* any source port, not one: a SYN queue takes each once */
	struct cidr source[OPTION_LIST_MAX]; /* prefixes that are used in turn */
	unsigned int sources;
	struct address to;
	/* spoof_build() sets the rest. */
	_Alignas(4) uint8_t pad[2]; /* aligns what follows the Ethernet header */
	uint8_t frame[SPOOF_MAX];   /* all but the source and what depends on it */
	size_t length;
	size_t ip, upper;           /* offsets in the frame; ip 0: it has no source */
	uint16_t *ip_check, *upper_check; /* pointers into the frame; NULL: none */
	uint32_t ip_sum, upper_sum; /* sums of the bytes that do not change */
	uint64_t made;              /* number of frames made */
	uint64_t random;            /* state of the generator; not 0 */
};

/* Builds the frame from the members above. Errors are logged. */
int spoof_build(struct spoof *spoof, const uint8_t mac[6]);

/* Reads a frame in hexadecimal, which is used as it is. Errors are logged. */
int spoof_read(struct spoof *spoof, const char *hex);

/* Writes the next source into a copy of the frame. */
void spoof_address(struct spoof *spoof, uint8_t *frame);

#endif

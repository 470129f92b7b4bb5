/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pcapng.h - the blocks of a capture file, as bytes: of the format that tcpdump, tshark and
 * capinfos read (draft-ietf-opsawg-pcapng). A file is a section, then each interface before the
 * first packet from it, packets, and at the end what was counted of each interface. Numbers are in
 * the byte order of the host that writes, which the section tells. Times are nanoseconds since the
 * epoch. Pure; nothing is logged.
 */
#ifndef PCAPNG_PCAPNG_H
#define PCAPNG_PCAPNG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The longest text of an option; longer ones are cut. And the most bytes of a packet: what is
 * beyond is left out, which the block tells. */
#define PCAPNG_TEXT_MAX 252
#define PCAPNG_DATA_MAX 2048
#define PCAPNG_BLOCK_MAX (PCAPNG_DATA_MAX + 1024)

struct pcapng_block {
	size_t size;            /* bytes */
	uint8_t at[PCAPNG_BLOCK_MAX];
};

struct pcapng_packet {
	uint32_t interface;     /* its number: that of the interface's block, from 0 on */
	uint64_t time_ns;
	const void *data;       /* from the Ethernet header on */
	uint32_t size;          /* bytes of data */
	uint32_t length;        /* bytes of the whole packet */
	const char *comment;
	uint64_t skipped;       /* packets left out between the one before and this one */
	uint32_t queue;
	uint64_t xdp_action;    /* enum xdp_action: what the XDP program did with it */
};

/* What was counted of an interface from the start to the end. */
struct pcapng_counts {
	uint32_t interface;
	uint64_t start_ns, end_ns;
	uint64_t matched;       /* packets that were asked for ... */
	uint64_t skipped;       /* ... and were left out ... */
	uint64_t written;       /* ... or are in the file */
};

/* Each writes one block over what *block holds. The interfaces' link is Ethernet. snap_bytes: at
 * most so many bytes of a packet are kept. */
void pcapng_section(struct pcapng_block *block, const char *os, const char *program);
void pcapng_interface(struct pcapng_block *block, const char *name, uint32_t snap_bytes);
void pcapng_packet(struct pcapng_block *block, const struct pcapng_packet *packet);
void pcapng_counts(struct pcapng_block *block, const struct pcapng_counts *counts);

#endif

/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * ecdn-xdp-trusted.h - the format of the table that trusted_table holds, and the walk from an
 * address to its entry. What all tables have in common is in ecdn-xdp-table.h.
 *
 * An address is looked up byte by byte. A block holds an entry, a word, for each value of
 * one byte: a leaf, which is the answer, or a child, which is the block of the next byte.
 * Blocks that are equal are stored once, in one of these forms:
 *
 *	16 lines	entry of byte B is word B % 16 of line B / 16
 *	1 line, RUNS	for up to 13 runs of equal entries: the entries are the words
 *			from 3 on; before them, a byte for each run but the first:
 *			256 - the value at which it begins, or 1 for a run not there
 *	1 line, TAIL	of all addresses that lead here one prefix differs from the rest,
 *			see struct ecdn_xdp_table_tail
 *
 * The first two bytes find a root block of 16 lines: that of a first byte N begins at
 * line ROOT_V4 + 16 N or ROOT_V6 + 16 N.
 *
 * The list that the table was compiled from follows the blocks, a row in each line.
 */
#ifndef ECDN_XDP_TRUSTED_H
#define ECDN_XDP_TRUSTED_H

#include "ecdn-xdp-table.h"

#define ECDN_XDP_ENTRY_CHILD 0x80000000U
#define ECDN_XDP_ENTRY_RUNS 0x40000000U        /* a child whose block is one line of runs */
#define ECDN_XDP_ENTRY_TAIL 0x20000000U        /* a child whose block is a tail */
#define ECDN_XDP_ENTRY_LINE 0x0fffffffU        /* the first line of a child's block */

#define ECDN_XDP_LINE_RUNS 13
#define ECDN_XDP_LINE_FIRST_RUN 3

/* A leaf; 0: the address is neither allowed nor a node's. ecdn_xdp_node() reads the index of
 * a node out of it. */
#define ECDN_XDP_ENTRY_ALLOWED 0x01000000U     /* in an allowed prefix */
#define ECDN_XDP_ENTRY_NO_NODE 0x02000000U     /* no node's: ENTRY_NODE is the index of the
						  longest allowed prefix */
#define ECDN_XDP_ENTRY_NODE 0x00ffffffU        /* index of the longest node's prefix, from 1; 0:
						  a table of a version that gave allowed prefixes
						  none, or there were too many */

/*
 * Where (address & mask_be) == addr_be the walk goes on with `inside`, at the address's
 * byte next_byte if that is a child; elsewhere the answer is `outside`. An IPv4 address
 * is the first word, with zeros after it.
 */
struct ecdn_xdp_table_tail {
	__u32 addr_be[4];
	__u32 mask_be[4];
	__u32 inside;
	__u32 outside;         /* always a leaf */
	__u32 next_byte;       /* later than the byte that led to this tail */
	__u32 reserved[5];
};

/* At line ECDN_XDP_TABLE_HEADER of trusted_lines. */
struct ecdn_xdp_trusted_header {
	__u32 magic;           /* ECDN_XDP_TABLE_MAGIC */
	__u32 lines;           /* in use, all that stand above and the rows included */
	__u64 generation;      /* from 1 */
	__u64 loaded_at;       /* seconds since the epoch */
	__u32 rows;            /* one in each line ... */
	__u32 allowed;         /* ... of which these are allowed prefixes ... */
	__u32 nodes;           /* ... and these are nodes; one row may be both */
	__u32 first_row;       /* the line of row 0; the others follow */
};

/*
 * The list that trusted_lines was compiled from: prefixes that are not limited up to their
 * ceilings, one in each line, sorted by family, address and length. A node is one of the
 * platform's intermediate nodes. A prefix keeps its index for as long as it is on the list.
 */
#define ECDN_XDP_TRUSTED_NAME_SIZE 32
#define ECDN_XDP_TRUSTED_NODES_MAX 262144      /* indices, of all prefixes, are below */

struct ecdn_xdp_trusted_row {
	__u8 addr[16];         /* network byte order; IPv4: the first four, then zeros */
	__u8 family;           /* 4 or 6 */
	__u8 length;           /* of the prefix, in bits */
	__u8 allowed;          /* 1: on the list of `ecdn-xdp allow` */
	__u8 reserved;
	__u32 node;            /* index from 1, with ECDN_XDP_ENTRY_NO_NODE where it is no node's,
				  or 0: what a leaf has, so that ecdn_xdp_node() reads it */
	__u64 added_at;        /* seconds since the epoch */
	char name[ECDN_XDP_TRUSTED_NAME_SIZE]; /* of a node; NUL-terminated, may be empty */
};

ECDN_XDP_SIZE(struct ecdn_xdp_table_tail, 64);
ECDN_XDP_SIZE(struct ecdn_xdp_trusted_header, 40);
ECDN_XDP_SIZE(struct ecdn_xdp_trusted_row, 64);

/* The line in which a child has the entry of a byte. */
static ECDN_XDP_INLINE __u32 ecdn_xdp_line(__u32 child, __u8 byte)
{
	__u32 first = child & ECDN_XDP_ENTRY_LINE;

	return child & ECDN_XDP_ENTRY_RUNS ? first : first + (byte >> 4);
}

/*
 * The word of that line which is the entry; the child is no tail. Runs that begin at or
 * before byte are counted by carries: 256 - begin + byte reaches the ninth bit of its
 * lane. A line has 12 such bytes, so the word is 15 at most; verifiers need a mask to know.
 */
static ECDN_XDP_INLINE __u32 ecdn_xdp_word(__u32 child, const struct ecdn_xdp_table_line *line,
					   __u8 byte)
{
	const __u64 lanes = 0x0001000100010001ULL, even = lanes * 0xff, carry = lanes << 8;
	__u64 bytes = byte * lanes, low = line->begins_low, high = line->begins_high, begun;

	if (!(child & ECDN_XDP_ENTRY_RUNS))
		return byte & 15;
	begun = (((low & even) + bytes) & carry) + (((low >> 8 & even) + bytes) & carry) +
		(((high & even) + bytes) & carry) + (((high >> 8 & even) + bytes) & carry);
	return ECDN_XDP_LINE_FIRST_RUN + ((begun >> 8) * lanes >> 48);
}

/* 1 if the address is inside a tail's prefix, else 0. */
static ECDN_XDP_INLINE __u32 ecdn_xdp_in_tail(const struct ecdn_xdp_table_tail *tail,
					      const __u32 addr_be[4])
{
	return !(((addr_be[0] & tail->mask_be[0]) ^ tail->addr_be[0]) |
		 ((addr_be[1] & tail->mask_be[1]) ^ tail->addr_be[1]) |
		 ((addr_be[2] & tail->mask_be[2]) ^ tail->addr_be[2]) |
		 ((addr_be[3] & tail->mask_be[3]) ^ tail->addr_be[3]));
}

/* The entry that a child, which is no tail, has for a byte; 0 where the line is missing. */
static ECDN_XDP_INLINE __u32 ecdn_xdp_step(const void *table, ecdn_xdp_line_at *line_at,
					   __u32 child, __u8 byte)
{
	const struct ecdn_xdp_table_line *line = line_at(table, ecdn_xdp_line(child, byte));

	return line ? line->word[ecdn_xdp_word(child, line, byte) & 15] : 0;
}

/* The child that an address's first byte leads to. root: ECDN_XDP_TABLE_ROOT_V4 or _V6. */
static ECDN_XDP_INLINE __u32 ecdn_xdp_root(__u32 root, __u8 byte)
{
	return ECDN_XDP_ENTRY_CHILD | (root + byte * 16U);
}

/* Where a walk begins: the entry of an address's first two bytes. */
static ECDN_XDP_INLINE __u32 ecdn_xdp_first(const void *table, ecdn_xdp_line_at *line_at,
					    __u32 root, __u8 byte_0, __u8 byte_1)
{
	return ecdn_xdp_step(table, line_at, ecdn_xdp_root(root, byte_0), byte_1);
}

/* An address as the walk with tails reads it. */
struct ecdn_xdp_address {
	const __u32 *addr_be;
#ifdef __bpf__
	__u64 high, low;       /* bytes 0 to 7 and 8 to 15, the first being the highest */
#endif
};

/*
 * A tail names the byte that comes next. BPF programs take it out of a register, as before
 * Linux 5.12 they cannot read the stack at a place that is not known beforehand.
 */
#ifdef __bpf__
static ECDN_XDP_INLINE struct ecdn_xdp_address ecdn_xdp_address(const __u32 addr_be[4])
{
	const struct ecdn_xdp_address address = {
		addr_be,
		ecdn_xdp_be64(addr_be[0], addr_be[1]),
		ecdn_xdp_be64(addr_be[2], addr_be[3]),
	};

	return address;
}

static ECDN_XDP_INLINE __u8 ecdn_xdp_byte(const struct ecdn_xdp_address *address, __u32 at)
{
	return (at < 8 ? address->high : address->low) >> (56 - 8 * (at & 7));
}
#else
static ECDN_XDP_INLINE struct ecdn_xdp_address ecdn_xdp_address(const __u32 addr_be[4])
{
	const struct ecdn_xdp_address address = { addr_be };

	return address;
}

static ECDN_XDP_INLINE __u8 ecdn_xdp_byte(const struct ecdn_xdp_address *address, __u32 at)
{
	return ((const __u8 *)address->addr_be)[at & 15];
}
#endif

/* The entry to which a tail leads an address, and in *at the byte that comes next. */
static ECDN_XDP_INLINE __u32 ecdn_xdp_tail_step(const void *table, ecdn_xdp_line_at *line_at,
						__u32 child, const __u32 addr_be[4], __u32 *at)
{
	const struct ecdn_xdp_table_tail *tail =
		(const struct ecdn_xdp_table_tail *)line_at(table, child & ECDN_XDP_ENTRY_LINE);

	if (!tail)
		return 0;
	*at = tail->next_byte;
	return ecdn_xdp_in_tail(tail, addr_be) ? tail->inside : tail->outside;
}

/* Bytes 2 to 15: each line that is read belongs to a later byte than the one before. */
#define ECDN_XDP_TRUSTED_STEPS 14

/*
 * The leaf of an address in trusted_table, from the entry on that ecdn_xdp_first() finds.
 * At most 3 lines are read for IPv4 and 15 for IPv6, that one's included, and mostly far
 * fewer, as a tail skips bytes. The walk ends whatever the lines hold.
 */
static ECDN_XDP_INLINE __u32 ecdn_xdp_walk_trusted(const void *table, ecdn_xdp_line_at *line_at,
						   __u32 entry, const __u32 addr_be[4])
{
	const struct ecdn_xdp_address address = ecdn_xdp_address(addr_be);
	__u32 at = 2;
	int i;

	for (i = 0; i < ECDN_XDP_TRUSTED_STEPS; i++) {
		if (!(entry & ECDN_XDP_ENTRY_CHILD))
			return entry;
		if (entry & ECDN_XDP_ENTRY_TAIL)
			entry = ecdn_xdp_tail_step(table, line_at, entry, addr_be, &at);
		else
			entry = ecdn_xdp_step(table, line_at, entry,
					      ecdn_xdp_byte(&address, at++));
	}
	return entry & ECDN_XDP_ENTRY_CHILD ? 0 : entry;
}

/* The index of the node that a leaf or a row names; 0: it names none. */
static ECDN_XDP_INLINE __u32 ecdn_xdp_node(__u32 leaf)
{
	return leaf & ECDN_XDP_ENTRY_NO_NODE ? 0 : leaf & ECDN_XDP_ENTRY_NODE;
}

#endif

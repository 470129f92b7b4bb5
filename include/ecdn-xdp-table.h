/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * ecdn-xdp-table.h - the format of the tables that region_table and trusted_table
 * hold, and the walk from an address to its entry. The BPF programs, libecdn-xdp and
 * the command line all walk by what stands here.
 *
 * A table is a map of lines of 64 bytes, a generation. It is never written again once
 * it is in use; a new one replaces it as a whole. Integers are in host byte order
 * unless their name ends in _be.
 *
 * An address is looked up byte by byte. A block holds an entry for each value of one
 * byte: a leaf, which is the answer, or a child, which is the block of the next byte.
 * Blocks that are equal are stored once, in one of these forms:
 *
 *	16 lines	entry of byte B is word B % 16 of line B / 16
 *	1 line, RUNS	for up to 13 runs of equal entries: the entries are the words
 *			from 3 on; before them, a byte for each run but the first:
 *			256 - the value at which it begins, or 1 for a run not there
 *	1 line, TAIL	in trusted_table alone: of all addresses that lead here one
 *			prefix differs from the rest, see struct ecdn_xdp_table_tail
 *
 * The first two bytes find a root block of 16 lines: that of a first byte N begins at
 * line ROOT_V4 + 16 N or ROOT_V6 + 16 N.
 */
#ifndef ECDN_XDP_TABLE_H
#define ECDN_XDP_TABLE_H

#include <linux/types.h>

#define ECDN_XDP_TABLE_LINES 524288
#define ECDN_XDP_TABLE_ROOT_V4 0
#define ECDN_XDP_TABLE_ROOT_V6 4096
#define ECDN_XDP_TABLE_HEADER 8192     /* first of the lines that hold the header */
#define ECDN_XDP_TABLE_NAMES 8448      /* region_table: lines of four region names each, by id */
#define ECDN_XDP_TABLE_FIRST_FREE 12544 /* first of the lines that hold blocks */
#define ECDN_XDP_TABLE_SOURCES 63
#define ECDN_XDP_SOURCE_SIZE 256
#define ECDN_XDP_TABLE_MAGIC 0x4e444345 /* "ECDN" in memory on little endian */

#define ECDN_XDP_ENTRY_CHILD 0x80000000U
#define ECDN_XDP_ENTRY_RUNS 0x40000000U        /* a child whose block is one line of runs */
#define ECDN_XDP_ENTRY_TAIL 0x20000000U        /* a child whose block is a tail */
#define ECDN_XDP_ENTRY_LINE 0x0fffffffU        /* the first line of a child's block */

/* A leaf of region_table. */
#define ECDN_XDP_ENTRY_REGION 0x0000ffffU      /* region id ... */
#define ECDN_XDP_ENTRY_SOURCE_SHIFT 16         /* ... and which source named it, from 1 */
#define ECDN_XDP_ENTRY_SOURCE 0x003f0000U

/* A leaf of trusted_table; 0: the address is neither allowed nor a node's. */
#define ECDN_XDP_ENTRY_ALLOWED 0x01000000U     /* in an allowed prefix */
#define ECDN_XDP_ENTRY_NODE 0x00ffffffU        /* index of the longest node's prefix, from 1 */

#define ECDN_XDP_LINE_RUNS 13
#define ECDN_XDP_LINE_FIRST_RUN 3

/* C has had unnamed structs since C11, C++ has none. */
__extension__ struct ecdn_xdp_table_line {
	__extension__ union {
		__u32 word[16];
		__extension__ struct {
			__u64 begins_low;  /* of runs 1 to 8, a byte each */
			__u32 begins_high; /* of runs 9 to 12 */
			__u32 run[ECDN_XDP_LINE_RUNS];
		};
	};
};

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

/* At line ECDN_XDP_TABLE_HEADER of region_lines. */
struct ecdn_xdp_table_header {
	__u32 magic;
	__u32 lines;           /* in use, roots and header included */
	__u64 generation;      /* from 1 */
	__u64 loaded_at;       /* seconds since the epoch */
	__u32 sources;
	__u32 reserved;
	__u64 ranges_v4;       /* ranges of addresses with one region, after merging */
	__u64 ranges_v6;
	char source[ECDN_XDP_TABLE_SOURCES][ECDN_XDP_SOURCE_SIZE]; /* path of source N + 1 */
};

/* At line ECDN_XDP_TABLE_HEADER of trusted_lines. */
struct ecdn_xdp_trusted_header {
	__u32 magic;
	__u32 lines;           /* in use, roots and header included, rows not */
	__u64 generation;      /* from 1 */
	__u64 loaded_at;       /* seconds since the epoch */
	__u32 rows;            /* they occupy the last lines: row 0 is line TABLE_LINES - rows */
	__u32 allowed;         /* rows that are allowed prefixes ... */
	__u32 nodes;           /* ... and rows that are nodes; one row may be both */
	__u32 reserved;
};

/*
 * The list that trusted_lines was compiled from: prefixes that are never limited, one
 * in each line, sorted by family, address and length. A node is one of the platform's
 * intermediate nodes; its prefix keeps its index for as long as it is on the list.
 */
#define ECDN_XDP_TRUSTED_NAME_SIZE 32
#define ECDN_XDP_TRUSTED_NODES_MAX 262144      /* indices are below */

struct ecdn_xdp_trusted_row {
	__u8 addr[16];         /* network byte order; IPv4: the first four, then zeros */
	__u8 family;           /* 4 or 6 */
	__u8 length;           /* of the prefix, in bits */
	__u8 allowed;          /* 1: on the list of `ecdn-xdp allow` */
	__u8 reserved;
	__u32 node;            /* index from 1, 0: no node */
	__u64 added_at;        /* seconds since the epoch */
	char name[ECDN_XDP_TRUSTED_NAME_SIZE]; /* of a node; NUL-terminated, may be empty */
};

#if defined(__cplusplus)
#define ECDN_XDP_SIZE(type, size) static_assert(sizeof(type) == (size), #type)
#else
#define ECDN_XDP_SIZE(type, size) \
	__extension__ _Static_assert(sizeof(type) == (size), #type)
#endif
ECDN_XDP_SIZE(struct ecdn_xdp_table_line, 64);
ECDN_XDP_SIZE(struct ecdn_xdp_table_header, 48 + 63 * 256);
ECDN_XDP_SIZE(struct ecdn_xdp_table_tail, 64);
ECDN_XDP_SIZE(struct ecdn_xdp_trusted_header, 40);
ECDN_XDP_SIZE(struct ecdn_xdp_trusted_row, 64);

/*
 * The walk. Memory is reached by a function of the caller's, as the kernel looks lines
 * up by a helper and processes index what they have mapped. All is inlined, so that the
 * call of that function costs nothing and BPF needs none.
 */
#define ECDN_XDP_INLINE inline __attribute__((always_inline))

/* Line `index` of a table, or NULL where the table ends before it. */
typedef const struct ecdn_xdp_table_line *ecdn_xdp_line_at(const void *table, __u32 index);

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

/*
 * The leaf of an address in region_table: addr has its `length` bytes, 4 or 16. Each byte
 * from the second on is one line, until an entry is a leaf: at most 3 for IPv4 and 15 for
 * IPv6. A table that is whole has no child for the last byte; in another, what is returned
 * may be a child.
 */
static ECDN_XDP_INLINE __u32 ecdn_xdp_walk_region(const void *table, ecdn_xdp_line_at *line_at,
						  const __u8 *addr, int length)
{
	__u32 root = length == 4 ? ECDN_XDP_TABLE_ROOT_V4 : ECDN_XDP_TABLE_ROOT_V6;
	__u32 entry = ecdn_xdp_first(table, line_at, root, addr[0], addr[1]);
	int at;

	/* Not unrolled: the smaller code is the faster one. */
	for (at = 2; at < length; at++) {
		if (!(entry & ECDN_XDP_ENTRY_CHILD))
			break;
		entry = ecdn_xdp_step(table, line_at, entry, addr[at]);
	}
	return entry;
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
static ECDN_XDP_INLINE __u64 ecdn_xdp_be64(__u32 high_be, __u32 low_be)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	return (__u64)__builtin_bswap32(high_be) << 32 | __builtin_bswap32(low_be);
#else
	return (__u64)high_be << 32 | low_be;
#endif
}

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

#endif

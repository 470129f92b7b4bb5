/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * ecdn-xdp-table.h - the format of the tables that region_table and trusted_table hold, and
 * the walk from an address to its region. The BPF programs, libecdn-xdp and the command
 * line all walk by what stands here. The trusted table's own format and walk are in
 * ecdn-xdp-trusted.h.
 *
 * A table is a map of lines of 64 bytes, a generation. It is never written again once it
 * is in use; a new one replaces it as a whole. The map may have more lines than the header
 * says, which are zeros. Integers are in host byte order unless their name ends in _be.
 *
 *	line HEADER	struct ecdn_xdp_table_header or struct ecdn_xdp_trusted_header
 *	line ROOT_V4	an entry, a word, for each value of an IPv4 address's first 16 bits
 *	line ROOT_V6	the same for IPv6
 *	line FIRST_FREE	what the entries lead to, then what the header tells the place of
 *
 * In region_table an entry is a region's id, or it leads to a chunk list: CHILD, a shift and
 * the list's first line. The list has 2^k items of 16 bits, one for each value of the
 * address's next k bits, 32 in a line. An item is a region's id, or a form and how many
 * lines behind the item's own line one of these stands:
 *
 *	RUNS		The addresses are cut into runs of one region. An IPv4 line has 16
 *			ids from half 16 on, and in halves 1 to 15 where each run but the
 *			first begins, as the last 15 bits of an address or, if the item is
 *			HALVED, its last 16 bits without the lowest; 32767 for a run not
 *			there. An IPv6 line has 11 ids from half 1 on, and in words 6 to 15
 *			the last address of each run but the eleventh, as the first 32 bits of
 *			those that the list's items were chosen by; ones for a run not there.
 *			Ids behind the last run repeat its own.
 *	WIDE		The same for IPv6 by all bits that are left: up to 4 runs. Ids are
 *			halves 1 to 4; quads 2 and 3, 4 and 5, 6 and 7 are the beginnings of
 *			runs 2, 3 and 4, or for a run not there ones, high 64 bits first.
 *	FORK		16 entries, one for each value of the 4 bits after the list's. An
 *			IPv4 entry that is a child leads to a RUNS line.
 *
 * Half 0 of a RUNS or WIDE line is an item that leads to that line itself, so that an entry
 * can lead to it as to a list of one item: then no walk has to ask which of the two it is.
 * Below a FORK, IPv4 lines are not HALVED.
 *
 * That is a multibit trie with controlled prefix expansion (Srinivasan and Varghese, 1999)
 * whose stride is chosen where it branches, over leaves that are searched by counting how
 * many runs begin before the address, several in one addition (SIMD within a register).
 */
#ifndef ECDN_XDP_TABLE_H
#define ECDN_XDP_TABLE_H

#include <linux/types.h>

#define ECDN_XDP_TABLE_LINES_MAX 524288 /* no table has more */
#define ECDN_XDP_TABLE_HEADER 0
#define ECDN_XDP_TABLE_ROOT_V4 16
#define ECDN_XDP_TABLE_ROOT_V6 4112
#define ECDN_XDP_TABLE_FIRST_FREE 8208
#define ECDN_XDP_TABLE_SOURCES 63      /* region files of a table at most */
#define ECDN_XDP_SOURCE_SIZE 256
#define ECDN_XDP_TABLE_MAGIC 0x33444345 /* "ECD3" in memory on little endian */

/* An entry of region_table. */
#define ECDN_XDP_REGION_CHILD 0x80000000U
#define ECDN_XDP_REGION_SHIFT 24       /* 6 bits: 16 - k in IPv4, 63 - k in IPv6 */
#define ECDN_XDP_REGION_LINE 0x00ffffffU
#define ECDN_XDP_REGION_ID 0x3fffU     /* of an entry or item that is an id */

/* An item of a chunk list. */
#define ECDN_XDP_ITEM_WIDE 0x4000U
#define ECDN_XDP_ITEM_RUNS 0x8000U
#define ECDN_XDP_ITEM_FORK 0xc000U
#define ECDN_XDP_ITEM_HALVED 0x2000U
#define ECDN_XDP_ITEM_HALVED_SHIFT 13
#define ECDN_XDP_ITEM_LINES 0x1fffU    /* from the item's line on */

#define ECDN_XDP_RUNS_V4 16
#define ECDN_XDP_RUNS_V6 11
#define ECDN_XDP_RUNS_WIDE 4

/* Lists of an IPv6 address have at least 4 bits, and a FORK has 4. */
#define ECDN_XDP_REGION_LEVELS 14

/* C has had unnamed structs since C11, C++ has none. */
__extension__ struct ecdn_xdp_table_line {
	__extension__ union {
		__u64 quad[8];
		__u32 word[16];
		__u16 half[32];
		__extension__ struct {
			__u64 begins_low;  /* of trusted_table's runs 1 to 8, a byte each */
			__u32 begins_high; /* of runs 9 to 12 */
			__u32 run[13];
		};
	};
};

/*
 * At line ECDN_XDP_TABLE_HEADER of region_lines. Each area that it points to begins with a
 * line, by its number from the table's first.
 */
struct ecdn_xdp_table_header {
	__u32 magic;
	__u32 lines;           /* in use, all that stand here included */
	__u64 generation;      /* from 1 */
	__u64 loaded_at;       /* seconds since the epoch */
	__u64 ranges_v4;       /* ranges of addresses with one region, after merging */
	__u64 ranges_v6;
	__u32 lines_v4;        /* of these, what IPv4 roots lead to ... */
	__u32 lines_v6;        /* ... and IPv6 roots */
	__u32 names;           /* of regions, by id: struct ecdn_xdp_region_name, 4 in a line */
	__u32 first_name;
	__u32 sources;         /* paths of the region files, ECDN_XDP_SOURCE_SIZE bytes each */
	__u32 first_source;
	__u32 rows_v4;         /* which of them named a range: struct ecdn_xdp_source_v4 ... */
	__u32 first_row_v4;
	__u32 rows_v6;         /* ... and struct ecdn_xdp_source_v6, sorted by address */
	__u32 first_row_v6;
	__u32 reserved[12];
};

/* From this address on, ranges with a region are of this source, from 1; up to the address
 * of the next row. */
struct ecdn_xdp_source_v4 {
	__u32 first;
	__u32 source;
};

struct ecdn_xdp_source_v6 {
	__u64 first_high;      /* bytes 0 to 7 of the address, the first being the highest */
	__u64 first_low;
	__u32 source;
	__u32 reserved;
};

#if defined(__cplusplus)
#define ECDN_XDP_SIZE(type, size) static_assert(sizeof(type) == (size), #type)
#else
#define ECDN_XDP_SIZE(type, size) \
	__extension__ _Static_assert(sizeof(type) == (size), #type)
#endif
ECDN_XDP_SIZE(struct ecdn_xdp_table_line, 64);
ECDN_XDP_SIZE(struct ecdn_xdp_table_header, 128);
ECDN_XDP_SIZE(struct ecdn_xdp_source_v4, 8);
ECDN_XDP_SIZE(struct ecdn_xdp_source_v6, 24);

/*
 * The walk. Memory is reached by a function of the caller's, as the kernel looks lines
 * up by a helper and processes index what they have mapped. All is inlined, so that the
 * call of that function costs nothing and BPF needs none. Whatever the lines hold, a walk
 * ends and stays inside the lines that function returns; a missing line gives region 0.
 */
#define ECDN_XDP_INLINE inline __attribute__((always_inline))

/* Line `index` of a table, or NULL where the table ends before it. */
typedef const struct ecdn_xdp_table_line *ecdn_xdp_line_at(const void *table, __u32 index);

/* 8 bytes of an address as one number, the first being the highest. */
static ECDN_XDP_INLINE __u64 ecdn_xdp_be64(__u32 high_be, __u32 low_be)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	return (__u64)__builtin_bswap32(high_be) << 32 | __builtin_bswap32(low_be);
#else
	return (__u64)high_be << 32 | low_be;
#endif
}


/* The entry of an address's first 16 bits, 0 where it is missing. root: ECDN_XDP_TABLE_ROOT_V4
 * or _V6. */
static ECDN_XDP_INLINE __u32 ecdn_xdp_region_root(const void *table, ecdn_xdp_line_at *line_at,
						  __u32 root, __u32 first)
{
	const struct ecdn_xdp_table_line *line = line_at(table, root + (first >> 4));

	return line ? line->word[first & 15] : 0;
}

/* In each of a quad's four lanes of 16 bits: 1 if a run begins at or before an address. at: the
 * address in each lane, with bit 15 set so that no subtraction of 15 bits borrows from the next
 * lane. */
static ECDN_XDP_INLINE __u64 ecdn_xdp_begun(__u64 begins, __u64 at)
{
	return (at - begins) >> 15 & 0x0001000100010001ULL;
}

/* The region in a line of IPv4 runs; at: 15 bits of the address. */
static ECDN_XDP_INLINE __u32 ecdn_xdp_runs_v4(const struct ecdn_xdp_table_line *line, __u64 at)
{
	const __u64 lanes = 0x0001000100010001ULL;
	/* Half 0, the line's own item, counts as the first run, which begins at 0. */
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	const __u64 begins = line->quad[0] & ~0xffffULL;
#else
	const __u64 begins = line->quad[0] << 16 >> 16;
#endif
	__u64 begun;

	at = at * lanes | lanes << 15;
	begun = ecdn_xdp_begun(begins, at) + ecdn_xdp_begun(line->quad[1], at) +
		ecdn_xdp_begun(line->quad[2], at) + ecdn_xdp_begun(line->quad[3], at);
	return line->half[(15 + (begun * lanes >> 48)) & 31] & ECDN_XDP_REGION_ID;
}

/* The region of an IPv4 address in host byte order: at most 4 lines and one twice. */
static ECDN_XDP_INLINE __u32 ecdn_xdp_region_v4(const void *table, ecdn_xdp_line_at *line_at,
						__u32 addr)
{
	__u32 entry = ecdn_xdp_region_root(table, line_at, ECDN_XDP_TABLE_ROOT_V4, addr >> 16);
	__u32 rest = addr & 0xffff, shift = entry >> ECDN_XDP_REGION_SHIFT & 31, at, item;
	__u32 halved;
	const struct ecdn_xdp_table_line *line;

	if (!(entry & ECDN_XDP_REGION_CHILD))
		return entry & ECDN_XDP_REGION_ID;
	at = (entry & ECDN_XDP_REGION_LINE) + (rest >> shift >> 5);
	line = line_at(table, at);
	if (!line)
		return 0;
	item = line->half[rest >> shift & 31];
	if (item <= ECDN_XDP_REGION_ID)
		return item;
	line = line_at(table, at + (item & ECDN_XDP_ITEM_LINES));
	if (!line)
		return 0;
	halved = item >> ECDN_XDP_ITEM_HALVED_SHIFT & 1;
	if (item >= ECDN_XDP_ITEM_FORK) {
		entry = line->word[rest >> ((shift - 4) & 15) & 15];
		if (!(entry & ECDN_XDP_REGION_CHILD))
			return entry & ECDN_XDP_REGION_ID;
		line = line_at(table, entry & ECDN_XDP_REGION_LINE);
		if (!line)
			return 0;
	}
	return ecdn_xdp_runs_v4(line, rest >> halved & 0x7fff);
}

/* How many of the two runs in a quad end before an address, whose upper half is 0. */
static ECDN_XDP_INLINE __u64 ecdn_xdp_ended(__u64 lasts, __u64 at)
{
	return (((lasts & 0xffffffff) - at) >> 63) + (((lasts >> 32) - at) >> 63);
}

/* The region in a line of IPv6 runs; at: the next 32 bits of the address. */
static ECDN_XDP_INLINE __u32 ecdn_xdp_runs_v6(const struct ecdn_xdp_table_line *line, __u64 at)
{
	__u64 run;

#ifdef __bpf__
	/* A compiler that knows the upper half compares and branches instead. */
	__asm__("" : "+r"(at));
#endif
	run = 1 + ecdn_xdp_ended(line->quad[3], at) + ecdn_xdp_ended(line->quad[4], at) +
	      ecdn_xdp_ended(line->quad[5], at) + ecdn_xdp_ended(line->quad[6], at) +
	      ecdn_xdp_ended(line->quad[7], at);
	return line->half[run & 15] & ECDN_XDP_REGION_ID;
}

static ECDN_XDP_INLINE int ecdn_xdp_is_before(__u64 high, __u64 low, const __u64 begin[2])
{
	return high < begin[0] || (high == begin[0] && low < begin[1]);
}

/* The region in a WIDE line; high, low: what is left of the address. */
static ECDN_XDP_INLINE __u32 ecdn_xdp_wide_v6(const struct ecdn_xdp_table_line *line, __u64 high,
					      __u64 low)
{
	if (ecdn_xdp_is_before(high, low, &line->quad[2]))
		return line->half[1] & ECDN_XDP_REGION_ID;
	if (ecdn_xdp_is_before(high, low, &line->quad[4]))
		return line->half[2] & ECDN_XDP_REGION_ID;
	if (ecdn_xdp_is_before(high, low, &line->quad[6]))
		return line->half[3] & ECDN_XDP_REGION_ID;
	return line->half[4] & ECDN_XDP_REGION_ID;
}

/*
 * The region of an IPv6 address: high and low are its bytes 0 to 7 and 8 to 15, the first
 * being the highest. At most 28 lines, mostly 3.
 */
static ECDN_XDP_INLINE __u32 ecdn_xdp_region_v6(const void *table, ecdn_xdp_line_at *line_at,
						__u64 high, __u64 low)
{
	__u32 entry = ecdn_xdp_region_root(table, line_at, ECDN_XDP_TABLE_ROOT_V6, high >> 48);
	int level;

	high = high << 16 | low >> 48;
	low <<= 16;
	/* Not unrolled: the smaller code is the faster one. */
	for (level = 0; level < ECDN_XDP_REGION_LEVELS; level++) {
		__u32 shift = entry >> ECDN_XDP_REGION_SHIFT & 63, at, item;
		const struct ecdn_xdp_table_line *line;
		__u64 chunk = high >> 1 >> shift;

		if (!(entry & ECDN_XDP_REGION_CHILD))
			return entry & ECDN_XDP_REGION_ID;
		at = (entry & ECDN_XDP_REGION_LINE) + (__u32)(chunk >> 5);
		line = line_at(table, at);
		if (!line)
			return 0;
		item = line->half[chunk & 31];
		if (item <= ECDN_XDP_REGION_ID)
			return item;
		line = line_at(table, at + (item & ECDN_XDP_ITEM_LINES));
		if (!line)
			return 0;
		if (item < ECDN_XDP_ITEM_RUNS)
			return ecdn_xdp_wide_v6(line, high, low);
		if (item < ECDN_XDP_ITEM_FORK)
			return ecdn_xdp_runs_v6(line, high >> 32);
		high = high << (63 - shift) | low >> 1 >> shift;
		low <<= 63 - shift;
		entry = line->word[high >> 60];
		high = high << 4 | low >> 60;
		low <<= 4;
	}
	return 0;
}

#endif

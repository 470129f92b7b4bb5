/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bench.h - what every measurement needs. Whatever cannot be set up ends the
 * benchmark: a figure that is missing must not look like one that is good.
 *
 * A figure is the median of ROUNDS rounds, and the rounds of all that is to be
 * compared are interleaved, so that what disturbs the machine disturbs all.
 */
#ifndef BENCH_H
#define BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ecdn-xdp-maps.h"
#include "base/cidr.h"
#include "population.h"
#include "regions/names.h"
#include "table/range.h"

#define ROUNDS 7

/* What is slow runs on this much of the population in a round, and goes on there. */
#define SLOW_RUNS (POPULATION / 8)

struct samples {
	double value[ROUNDS];
	unsigned int count;
};

void samples_add(struct samples *samples, double value);
double samples_median(const struct samples *samples);

/* Ends the benchmark, with errno's reason. */
_Noreturn void give_up(const char *what);

/* Ends it unless done. */
static inline void need(bool done, const char *what)
{
	if (!done)
		give_up(what);
}

/* Writes an ARRAY's entry, or a map into one of maps. */
void map_put(int fd, uint32_t slot, const void *value);

double wall_ms(void);
double thread_ns(void);         /* CPU time of this thread */

/* Bytes of memory that the kernel counts for a map or program. */
double memlock_bytes(int fd);

/* Frames that arrived at an interface of this network namespace. */
uint64_t frames_received(const char *iface);

/* Keeps this thread on the process's n-th CPU. False if it has none. */
bool pin_to(unsigned int n);

/*
 * CPU time in ns of one of `repeat` runs over a frame: this thread's, and for
 * live frames its CPU's ksoftirqd's, which the kernel may leave packets to.
 */
double run_program(int program, const void *frame, unsigned int length, unsigned int repeat);
double run_live(int program, const void *frame, unsigned int length, unsigned int repeat);

/* The world: both families' ranges, and the names of its regions. */
struct world {
	struct range_set set;
	struct names *names;
};

void world_read(struct world *world);
void world_free(struct world *world);

/* At most `ranges` of the world's, evenly chosen, in `regions` regions at most. */
void world_thin(const struct world *world, size_t ranges, unsigned int regions,
		struct range_set *set);

/* Same numbers in every run. */
uint64_t random_u64(void);

enum population {
	SOURCES_REAL,           /* a random range, a random address inside it */
	SOURCES_SPOOFED,        /* uniform in 0.0.0.0/0 or 2000::/3 */
	SOURCES_HOT,            /* real, but 1024 of them */
	SOURCES_ONE,            /* real, always the same */
	SOURCES_LISTED,         /* real, but LISTED of them */
	SOURCES_HEAVY,          /* in 1024 real prefixes */
	SOURCES_KINDS,
};

#define LISTED 10000

const char *population_name(enum population kind);
/* SOURCES_KINDS if there is none of that name. */
enum population population_named(const char *name);
void population_v4(const struct range_set *set, enum population kind, uint32_t *source);
void population_v6(const struct range_set *set, enum population kind, uint32_t (*source)[4]);

/* TRUSTED single real addresses of both families, as a platform's nodes are. */
#define TRUSTED 100000
void trusted_prefixes(const struct range_set *set, struct cidr *prefixes);

/* Minimal TCP frames to port 443, without SYN; the source is the feeder's to write. */
unsigned int frame_v4(uint8_t frame[64]);
unsigned int frame_v6(uint8_t frame[78]);

/* An ICMP echo request to where the TCP frames go. */
unsigned int frame_echo(uint8_t frame[64]);

/* New maps of the product's tables: for the arrays of objects that are opened here, whose
 * tables are of full size, or roomy: with the room that the product gives them. */
int table_new(const struct range_set *set);
int table_sized(const struct range_set *set, bool roomy);
/* rates: the map trusted_rates, which gets rows, or -1. */
int trusted_new(const struct cidr *prefixes, size_t count, int rates);

/* An LPM trie of a family's ranges; bits: of its addresses. */
void trie_fill(int fd, const struct range_list *list, int bits);
int trie_new(const struct range_list *list, int bits);

/* The measurements. */
void bench_lookup(const struct world *world);
void bench_compile(const struct world *world);
void bench_program(const struct world *world);
void bench_steps(const struct world *world);
void bench_verifier(const struct world *world);
void bench_lines(const struct world *world);
void bench_packets(const struct world *world);
void bench_quiet(const struct world *world);
void bench_capture(const struct world *world);
void bench_growth(const struct world *world);
void bench_scale(const struct world *world);
void bench_live(const struct world *world, char **targets, unsigned int count);
void bench_client(const struct world *world, char **pins);
void bench_said(const struct world *world, char **pins);
void bench_steer(const struct world *world, char **pins);
void bench_requests(const struct world *world, char **targets, unsigned int count);
void bench_ping(const struct world *world, char **what);
void bench_origin(const struct world *world, char **what);
void bench_memory(const struct world *world, char **what);
void bench_shield(const struct world *world, char **labs);

/* One line of the table. ratio: to what, 0: none. aim: what the ratio should be, or "". */
void row(const char *section, const char *what, const char *sources, double value,
	 const char *unit, double ratio, const char *to, const char *aim);

#endif

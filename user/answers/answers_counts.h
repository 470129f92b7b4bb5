/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * answers_counts.h - what the records of a proxy's log add up to, by origin: how many of its
 * answers had a status, and how many of its requests got that without it. Memory is bounded by
 * ANSWERS_COUNTS_ORIGINS and ANSWERS_COUNTS_TABLES, 25 MiB, whatever the log holds; origins that
 * come when all are in use are counted as one. Not thread-safe; nothing is logged.
 */
#ifndef ANSWERS_ANSWERS_COUNTS_H
#define ANSWERS_ANSWERS_COUNTS_H

#include "answers/answers_paths.h"
#include "answers/answers_record.h"

#define ANSWERS_COUNTS_ORIGINS 1024
#define ANSWERS_COUNTS_TABLES 400 /* of paths */
#define ANSWERS_COUNTS_OTHERS 4 /* that are named of those that are not wanted */

/* How a client came to a status that no origin has sent. The first ones are what became of the
 * last attempt, by enum ecdn_xdp_origin_said. */
enum answers_how {
	/* The origin has sent another one. */
	ANSWERS_CHANGED = ECDN_XDP_ORIGIN_SAID_ANSWERED,
	/* The client left before there was an answer. */
	ANSWERS_LEFT = ECDN_XDP_ORIGIN_SAID_MAX,
	ANSWERS_CACHED,         /* an answer of the proxy's cache */
	ANSWERS_ITSELF,         /* the proxy has asked nobody */
	ANSWERS_NO_PEER,        /* no server of the upstream was alive, or it is a Unix socket */
	ANSWERS_HOWS,
};

/* Answers that have something in common. */
struct answers_part {
	uint64_t count;
	uint64_t first_ns, last_ns;
	uint64_t how[ANSWERS_HOWS];
	uint64_t got, need;     /* bytes of the last one that was cut; 0: none was */
	struct answers_paths *paths; /* NULL: none is kept */
};

struct answers_origin {
	struct ecdn_xdp_origin_key key; /* family 0: all for which there is no room */
	uint64_t asked, answers; /* attempts; those of them with a status */
	struct answers_part sent; /* with the status that is asked for */
	struct answers_part made; /* without, though the client got it; or see `broken` */
};

struct answers_options {
	unsigned int status;    /* 0: all from 400 on */
	bool broken;            /* made: answers that are cut, malformed or never came, too */
	/* Whether an origin is to be counted; NULL: all are. */
	bool (*wanted)(void *context, const struct ecdn_xdp_origin_key *key);
	void *context;
	uint64_t seed;          /* secret */
};

struct answers_counts {
	struct answers_options options;
	uint64_t lines, bad;
	uint64_t records, had;  /* requests; those whose client got the status */
	uint64_t first_ns, last_ns;
	struct answers_part unasked; /* whose client got it, and no origin was asked */
	struct ecdn_xdp_origin_key other[ANSWERS_COUNTS_OTHERS]; /* that are not wanted */
	unsigned int others;
	unsigned int tables;
	bool no_table;          /* one was missing */
	unsigned int count;     /* of origins; that of no room is the first */
	struct answers_origin at[ANSWERS_COUNTS_ORIGINS + 1];
	uint16_t slot[4 * ANSWERS_COUNTS_ORIGINS]; /* indexes, by hash; 0: free */
};

/* NULL without memory. */
struct answers_counts *answers_counts_new(const struct answers_options *options);
void answers_counts_free(struct answers_counts *counts);

/* Counts a record. 0 or -ENOMEM. */
int answers_counts_add(struct answers_counts *counts, const struct answers_record *record);

/* Adds the lines of a file, or of standard input ("-"), to the counts. 0 or a negative errno,
 * logged: -EINVAL for a log without one good line. */
struct access_progress;
int answers_counts_log(struct answers_counts *counts, const char *path,
		       const struct access_progress *progress);

#endif

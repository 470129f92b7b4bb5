/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * watch.h - a table that is printed again and again: in place on a terminal, which is as it was
 * when ^C ends that, and one below the other elsewhere.
 */
#ifndef CLI_WATCH_H
#define CLI_WATCH_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* The options; as they are given, or as the verb has set them before. */
struct watch {
	const char *given;      /* what --watch is given; "": its default; 0: once */
	uint64_t interval_ns;   /* between two reads; 0: there is one read */
	unsigned int count;     /* how many times; 0: until ^C */
	bool bare;              /* without the line that tells the time: JSON */
};

/* Rows of a verb's options. */
#define WATCH_ROWS(watch, interval_bit, count_bit) \
	{ "watch", 0, OPTION_OPTIONAL_TEXT, &(watch).given, "DURATION", \
	  "print it again and again (1s); ^C ends it", 0 }, \
	{ "interval", 0, OPTION_DURATION, &(watch).interval_ns, "DURATION", \
	  "between the two reads that rates need (1s; with --json one read); 0: one read", \
	  interval_bit }, \
	{ "count", 0, OPTION_COUNT, &(watch).count, "N", "with --watch: N times", count_bit }

/* Settles what --watch=DURATION means. 0, or -EINVAL, logged. */
int watch_check(struct watch *watch);

/*
 * Waits, and calls frame(), which prints to a file, at most `width` columns wide if that is not 0:
 * once, or until it fails, or as --watch says. Returns what frame() does. Without an interval it
 * does not wait.
 */
typedef int watch_frame(void *context, FILE *to, unsigned int width);
int watch_run(const struct watch *watch, watch_frame *frame, void *context);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * quantity.h - numbers as people write them: counts, rates, durations. Every function that
 * reads takes the whole string or refuses it: 0, or -EINVAL with the out-parameter untouched
 * and nothing logged. Thread-safe.
 */
#ifndef BASE_QUANTITY_H
#define BASE_QUANTITY_H

#include <stdint.h>

/* Reads decimal digits alone, of a value up to max. The second form reads what lies
 * between start and end, where no NUL ends it. */
int quantity_parse_whole(const char *text, uint64_t max, uint64_t *value);
int quantity_parse_digits(const char *start, const char *end, uint64_t max, uint64_t *value);

/* Reads N with k, M or G for powers of 1000, with decimals where the result is whole:
 * 1.5k. At most QUANTITY_RATE_MAX, which bpf/rate.h can calculate with. */
#define QUANTITY_RATE_MAX 1000000000000000ULL
int quantity_parse_rate(const char *text, uint64_t *rate);

/* Reads N with ns, us, ms, s, m, h, d, or several of these: 1h30m. The result is in ns and
 * at most INT64_MAX, so that a time can be added to it. */
int quantity_parse_duration(const char *text, uint64_t *ns);

/* Writes a duration as the function above reads it, with the largest units first: 1h30m, 1.5s,
 * 500ms. The second form leaves out all but the two largest units, and what is below a second:
 * 2d3h, 0s. Return room. */
#define QUANTITY_DURATION_SIZE 64
const char *quantity_duration(uint64_t ns, char room[QUANTITY_DURATION_SIZE]);
const char *quantity_about(uint64_t ns, char room[QUANTITY_DURATION_SIZE]);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * when.h - times of day as people write and read them, in this host's time zone unless they name
 * one. Times are nanoseconds since the epoch. Silent.
 */
#ifndef BASE_WHEN_H
#define BASE_WHEN_H

#include <stdint.h>

/*
 * Reads "HH:MM", the next such time after now_ns; "YYYY-MM-DD HH:MM[:SS]"; or a time as RFC 3339
 * has it, with its zone: "YYYY-MM-DDTHH:MM:SS[.FRACTION]Z" or "...+HH:MM". 0, or -EINVAL with
 * *at_ns untouched, also for a time that the zone's clocks skip.
 */
int when_parse(const char *text, uint64_t now_ns, uint64_t *at_ns);

/* Bytes of what both below write, NUL included. They return room. */
#define WHEN_SIZE 32

/* "2026-11-28 14:00", with seconds unless they are 0. It is the nearest second, as a time that was
 * on another clock meanwhile has lost some nanoseconds. */
const char *when_text(uint64_t at_ns, char room[WHEN_SIZE]);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * saying.h - numbers and times as they stand in the sentences of findings. Silent.
 */
#ifndef DIAGNOSE_SAYING_H
#define DIAGNOSE_SAYING_H

#include <stdint.h>

#include "base/clock.h"

#define SAYING_SIZE 96          /* bytes of any of these, NUL included; they return room */

/* "2026-11-28 14:00 (2m8s ago)" of a time _ns that is over. */
const char *saying_when(const struct clock_moment *moment, uint64_t ns, char room[SAYING_SIZE]);

/* "12 %", "0.2 %": of so many of so many; "0 %" of none. */
const char *saying_share(uint64_t part, uint64_t whole, char room[SAYING_SIZE]);

/* A rate as options take it, not below the number and of two digits: 9.2k of 9101. */
const char *saying_limit(uint64_t rate, char room[SAYING_SIZE]);

/* "" or "s", as a noun has it behind that number. */
const char *saying_s(uint64_t number);

#endif

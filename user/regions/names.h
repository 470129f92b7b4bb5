/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * names.h - region names and their ids. An id once given stays with its name:
 * counters are kept by id.
 */
#ifndef REGIONS_NAMES_H
#define REGIONS_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ecdn-xdp-maps.h"

struct names;

/* True for 1 to 15 printable characters without space, quote, comma or '#', but for
 * "default". */
bool names_valid(const char *name, size_t length);

/* Room for `capacity` ids, of which 0 is "--". Returns 0 when out of memory. */
struct names *names_new(uint32_t capacity);
void names_free(struct names *names);

/* Gives name an id that it already has. 0, -EEXIST if the id or the name is
 * taken by another, -ERANGE if id is not below the capacity, -EINVAL if name is
 * none (see names_valid()). */
int names_set(struct names *names, uint32_t id, const char *name);

/* Id of a name, or -ENOENT. */
int names_find(const struct names *names, const char *name, size_t length);

/* Logs that no region has that name, and returns -ENOENT. What is to be done about it is
 * one text, whoever logs it. */
#define NAMES_UNKNOWN "not in the table; `ecdn-xdp region` lists what is"
int names_unknown(const char *name);

/* Id of a name, a new one if it has none. -ENOSPC when all ids are taken,
 * -EINVAL if name is none. */
int names_intern(struct names *names, const char *name, size_t length);

/* Name of an id, or 0. Valid as long as names is. */
const char *names_of(const struct names *names, uint32_t id);

/* One more than the highest id in use. */
uint32_t names_count(const struct names *names);

#endif

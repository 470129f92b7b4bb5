/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * names.h - the names of regions and their ids. A name keeps its id for good, as counters are
 * kept by id. Nothing is logged unless a comment tells so.
 */
#ifndef REGIONS_NAMES_H
#define REGIONS_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ecdn-xdp-maps.h"

struct names;

/* True for 1 to 15 printable characters without space, quote, comma or '#', except for the
 * reserved name "default". */
bool names_valid(const char *name, size_t length);

/* Names with room for `capacity` ids, of which id 0 is "--"; NULL when out of memory. */
struct names *names_new(uint32_t capacity);
void names_free(struct names *names);

/* Restores the id that a name was given before. 0, -EEXIST if the id belongs to another name or
 * the name to another id, -ERANGE if the id is not below the capacity, -EINVAL if the name is
 * not valid. */
int names_set(struct names *names, uint32_t id, const char *name);

/* The id of a name, or -ENOENT. */
int names_find(const struct names *names, const char *name, size_t length);

/* Logs that no region has this name, and returns -ENOENT. NAMES_UNKNOWN is for those who name
 * the region in other words. */
#define NAMES_UNKNOWN "not in the table; `ecdn-xdp region` lists what is"
int names_unknown(const char *name);

/* The id of a name, which gets a new one if it has none. -ENOSPC if all ids are taken, -EINVAL
 * if the name is not valid. */
int names_intern(struct names *names, const char *name, size_t length);

/* The name of an id, or NULL. It lives as long as names. */
const char *names_of(const struct names *names, uint32_t id);

/* One more than the highest id in use. */
uint32_t names_count(const struct names *names);

#endif

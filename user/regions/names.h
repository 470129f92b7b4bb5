/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * names.h - the names of regions and their ids. A name keeps its id, as counters are kept by id,
 * until it is forgotten. Nothing is logged unless a comment tells so.
 */
#ifndef REGIONS_NAMES_H
#define REGIONS_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/words.h"
#include "ecdn-xdp-maps.h"

struct names;

/* True for 1 to 15 of the letters and digits of ASCII and - _ . + / : @, except for the reserved
 * name "default". */
#define NAMES_ARE "1 to 15 letters, digits or -_.+/:@"
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

/* Offers all names to somebody who has typed another one. */
void names_guess(const struct names *names, struct words_guess *guess);

/* Logs that no region has the guess's word for its name, and returns WORDS_WRONG. names_missing()
 * is for those who name the region in other words: "not in the table" and what to do, in text,
 * which it returns. */
#define NAMES_MISSING_SIZE (WORDS_GUESS_SIZE + 64)
char *names_missing(const struct words_guess *guess, char text[NAMES_MISSING_SIZE]);
int names_unknown(const struct words_guess *guess);

/* The id of a name, which gets a new one if it has none. -ENOSPC if all ids are taken, -EINVAL
 * if the name is not valid. */
int names_intern(struct names *names, const char *name, size_t length);

/* Takes the name of an id that has one: the id is free then. */
void names_forget(struct names *names, uint32_t id);

/* Whether names_intern() or names_forget() has changed what an id stands for. */
bool names_changed(const struct names *names, uint32_t id);

/* The name of an id, or NULL. It lives as long as names. */
const char *names_of(const struct names *names, uint32_t id);

/* One more than the highest id in use; ids below it may be free. */
uint32_t names_count(const struct names *names);

/* How many ids there are, and how many of them are in use. */
uint32_t names_capacity(const struct names *names);
uint32_t names_used(const struct names *names);

#endif

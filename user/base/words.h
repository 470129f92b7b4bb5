/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * words.h - words that are looked for in lists and in tables of names. Nothing is logged.
 */
#ifndef BASE_WORDS_H
#define BASE_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

bool words_have(char *const *words, unsigned int count, const char *word);

/* The index of word in a table of names, whose gaps are NULL; -EINVAL if it has none. */
int words_index(const char *const *names, size_t count, const char *word);

/* The name of a value in such a table; "?" if it has none, as of a value that a newer
 * version has written. */
const char *words_name(const char *const *names, size_t count, size_t value);

/* Reads a group's name, or its number. 0, or -EINVAL with *group untouched. */
int words_parse_group(const char *text, gid_t *group);

/* Reads a user's name, or its number. 0, or -EINVAL with *user untouched. */
int words_parse_user(const char *text, uid_t *user);

#endif

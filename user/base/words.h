/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * words.h - words that are looked for in lists and in tables of names. Nothing is logged.
 */
#ifndef BASE_WORDS_H
#define BASE_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* No errno: what somebody has typed is wrong, and not what was found; logged. */
#define WORDS_WRONG -10001

/* Words up to this length are compared with others; it is more than any name has. */
#define WORDS_GUESS_LENGTH 31
#define WORDS_GUESSES 3
#define WORDS_GUESS_SIZE (32 + WORDS_GUESSES * (WORDS_GUESS_LENGTH + 8))

/* What somebody may have meant by a word that is none of those that exist: the nearest of
 * these, and others that are as near. */
struct words_guess {
	const char *word;       /* set by the caller, all else zeros */
	const char *near[WORDS_GUESSES]; /* as they were added */
	unsigned int count;     /* of these; 0: nothing is near */
	unsigned int rank;      /* how far away they are */
};

bool words_have(char *const *words, unsigned int count, const char *word);

/* The index of word in a table of names, whose gaps are NULL; -EINVAL if it has none. */
int words_index(const char *const *names, size_t count, const char *word);

/* The name of a value in such a table; "?" if it has none, as of a value that a newer
 * version has written. */
const char *words_name(const char *const *names, size_t count, size_t value);

/*
 * How many letters have to be added, left out, replaced or exchanged with the next one to make
 * one word of the other (Damerau's distance, in which no letter changes twice; after Wagner and
 * Fischer, 1974). Upper and lower case are the same. WORDS_GUESS_LENGTH + 1 if a word is longer
 * than that.
 */
unsigned int words_distance(const char *one, const char *other);

/* Offers a word that exists; it must outlive the guess. */
void words_guess_add(struct words_guess *guess, const char *name);

/* Writes "did you mean A, B or C?", with `before` before each name, into text, or nothing if
 * nothing is near; returns text. */
char *words_guess_text(const struct words_guess *guess, const char *before,
		       char text[WORDS_GUESS_SIZE]);

/* Appends words to those in a room of so many bytes; what has no room is cut. */
void words_append(char *room, size_t size, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Reads a group's name, or its number. 0, or -EINVAL with *group untouched. */
int words_parse_group(const char *text, gid_t *group);

/* Reads a user's name, or its number. 0, or -EINVAL with *user untouched. */
int words_parse_user(const char *text, uid_t *user);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * words.h - lists of words: what was asked for, what there is.
 */
#ifndef BASE_WORDS_H
#define BASE_WORDS_H

#include <stdbool.h>
#include <string.h>

static inline bool words_have(char *const *words, unsigned int count, const char *word)
{
	for (unsigned int i = 0; i < count; i++)
		if (!strcmp(words[i], word))
			return true;
	return false;
}

#endif

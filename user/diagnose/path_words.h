/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * path_words.h - which paths the answers are of that a finding is about. Silent.
 */
#ifndef DIAGNOSE_PATH_WORDS_H
#define DIAGNOSE_PATH_WORDS_H

#include "answers/answers_counts.h"
#include "diagnose/finding.h"

/* Appends ": /img/x.png 40, /y 6, others 5" to what was seen, and `paths` to the details. */
void path_words_say(struct finding *finding, const struct answers_part *part);

/* The last `width` bytes of a text, as a path's end tells most, with dots before them if there is
 * more. Returns room. */
const char *path_words_end(const char *text, unsigned int width, char *room, size_t size);

#endif

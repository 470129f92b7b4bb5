/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * finding_text.h - a finding of `diagnose` as lines: what was seen, and indented below it why that
 * is, what to do, and what could not be told.
 */
#ifndef SHOW_FINDING_TEXT_H
#define SHOW_FINDING_TEXT_H

#include <stdio.h>

#include "diagnose/finding.h"

/* Prints to standard output, as wide as the terminal is; to what is no terminal each part is one
 * line, however long. */
void finding_text_print(const struct finding *finding);

/* The same to a file, at most `width` wide where words allow it; 0: any width. */
void finding_text_write(const struct finding *finding, FILE *to, unsigned int width);

#endif

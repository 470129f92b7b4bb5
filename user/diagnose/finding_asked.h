/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * finding_asked.h - the beginning of each finding that rests on what an origin was asked.
 */
#ifndef DIAGNOSE_FINDING_ASKED_H
#define DIAGNOSE_FINDING_ASKED_H

#include "diagnose/finding.h"
#include "diagnose/probe_words.h"

/* Appends one with its row, object and details. NULL, logged, without memory. */
struct finding *finding_asked(const struct probe_words_item *item, struct findings *findings,
			      enum finding_grade grade, const char *cause);

#endif

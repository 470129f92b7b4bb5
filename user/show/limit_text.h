/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * limit_text.h - what a change of a region's limits or layers has come to, in a line of words.
 */
#ifndef SHOW_LIMIT_TEXT_H
#define SHOW_LIMIT_TEXT_H

#include "guard/limits.h"

/* Of a change that was carried out: "XX: pps 50k (was 200k)". The caller frees it; NULL without
 * memory. */
char *limit_text(const struct limits_change *change);

#endif

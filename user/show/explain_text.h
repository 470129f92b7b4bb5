/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * explain_text.h - what a packet meets, as lines for people.
 */
#ifndef SHOW_EXPLAIN_TEXT_H
#define SHOW_EXPLAIN_TEXT_H

#include "view/view_explain.h"

/* All of one part. */
void explain_text_part(const struct view_explain *view, const struct view_explain_part *part);

/* A line for each part. 0 or -ENOMEM, logged. */
int explain_text_parts(const struct view_explain *view);

#endif

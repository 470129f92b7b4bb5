/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * probe_text.h - what a probe has heard, as lines and a table for people.
 */
#ifndef SHOW_PROBE_TEXT_H
#define SHOW_PROBE_TEXT_H

#include "diagnose/probe_words.h"

/* 0 or -ENOMEM, logged. */
int probe_text_print(const struct probe_words_item *item);

#endif

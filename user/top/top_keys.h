/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * top_keys.h - what a key does: to the view, and beyond it. Nothing is logged.
 */
#ifndef TOP_TOP_KEYS_H
#define TOP_TOP_KEYS_H

#include "top/top_state.h"

/* A key that types a character is that character, as far as it is ASCII; others: */
enum top_key {
	TOP_KEY_TAB = '\t',
	TOP_KEY_ENTER = '\n',
	TOP_KEY_ESCAPE = 27,
	TOP_KEY_ERASE = 127,
	TOP_KEY_UP = 256,
	TOP_KEY_DOWN,
	TOP_KEY_LEFT,
	TOP_KEY_RIGHT,
	TOP_KEY_PAGE_UP,
	TOP_KEY_PAGE_DOWN,
	TOP_KEY_HOME,
	TOP_KEY_END,
	TOP_KEY_OTHER,          /* which does nothing */
};

/* Changes the view as the key asks, and returns what is to be done besides: of a region, that one
 * is state->selected. */
enum top_do top_keys(struct top_state *state, const struct top_snapshot *snapshot, int key);

#endif

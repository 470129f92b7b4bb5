/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * top_screen.h - the terminal, by ncurses: a grid is drawn, keys are read. However the process
 * ends, the terminal is as it was before. Not thread-safe.
 */
#ifndef TOP_TOP_SCREEN_H
#define TOP_TOP_SCREEN_H

#include <stdbool.h>
#include <stdint.h>

#include "top/top_grid.h"
#include "top/top_keys.h"

/* What top_screen_key() returns besides keys. */
enum {
	TOP_SCREEN_TIMEOUT = -1,
	TOP_SCREEN_RESIZED = -2, /* or what is there has to be drawn anew */
	TOP_SCREEN_ENDED = -3,  /* a signal asked the process to end, or the terminal is gone */
};

/* 0 or a negative errno, logged: standard input and output are no terminal, or one that has no
 * screen. top_screen_close() follows if it is 0. */
int top_screen_open(void);
void top_screen_close(void);

/* Ends this process by the signal that asked for it, if one did. */
void top_screen_pass_on(void);

void top_screen_size(unsigned int *rows, unsigned int *columns);

void top_screen_draw(const struct top_grid *grid);

/* Waits for a key until a time of CLOCK_MONOTONIC. */
int top_screen_key(uint64_t until_ns);

/* Whether the locale's characters are UTF-8, once setlocale() was called. */
bool top_screen_is_utf8(void);

#endif

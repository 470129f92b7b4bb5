/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * top_terminal.h - the terminal as terminfo describes it: whether it has a screen, and how it is
 * made what it was when the process ends in the middle of something. (<term.h> has macros whose
 * names are words.)
 */
#ifndef TOP_TOP_TERMINAL_H
#define TOP_TOP_TERMINAL_H

/* 0 if standard input and output are a terminal that has a screen; else a negative errno,
 * logged. */
int top_terminal_check(void);

/* Keeps what top_terminal_restore() needs: before ncurses changes the terminal, and once it
 * has. */
void top_terminal_begin(void);
void top_terminal_keep(void);

/* For a handler of a signal, in which ncurses must not be called. */
void top_terminal_restore(void);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * terminal.h - the terminal that standard output goes to, if it does. Nothing is logged.
 */
#ifndef BASE_TERMINAL_H
#define BASE_TERMINAL_H

#include <stdbool.h>

bool terminal_there(void);

/* Whether the environment's locale has UTF-8. */
bool terminal_takes_utf8(void);

/* Its columns and rows: the environment's COLUMNS and LINES go before what the terminal says.
 * 0: standard output is no terminal, or nothing tells. */
unsigned int terminal_columns(void);
unsigned int terminal_rows(void);

#endif

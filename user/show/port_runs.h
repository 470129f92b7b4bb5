/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * port_runs.h - sets of ports, bit port % 8 of byte port / 8, as text.
 */
#ifndef SHOW_PORT_RUNS_H
#define SHOW_PORT_RUNS_H

#include <stdint.h>

#include "show/fields.h"

/* Appends "PORT" or "PORT-PORT" with suffix for each run of ports that `in` holds, joined by
 * commas; what does not fit is cut off. */
void port_runs_append(char text[FIELD_TEXT_SIZE], const uint8_t in[8192], const char *suffix);

#endif

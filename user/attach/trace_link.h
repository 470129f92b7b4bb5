/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trace_link.h - a program on the tracepoint that it was made for, held there by a pinned link.
 * The program of such a link cannot be replaced, nor can it be detached while another process
 * holds it: a new link takes the place of the old pin.
 */
#ifndef ATTACH_TRACE_LINK_H
#define ATTACH_TRACE_LINK_H

#include "kernel/pins.h"

/* Attaches the program and pins its link in pins->next, unless a killed command has pinned one
 * there. 0, or a negative errno, which is logged as a warning that ends in `without`. */
int trace_link_attach(const struct pins *pins, const char *pin, int program, const char *without);

#endif

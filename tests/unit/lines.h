/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lines.h - a table's lines in plain memory, and addresses to look up in it.
 */
#ifndef UNIT_LINES_H
#define UNIT_LINES_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

#include "base/address.h"
#include "ecdn-xdp-maps.h"
#include "table/lines.h"

#define LAST (~(addr_bits)0)

static struct ecdn_xdp_table_line *lines;

static inline int set_up(void **state)
{
	(void)state;
	lines = lines_new();
	return lines ? 0 : -1;
}

static inline int tear_down(void **state)
{
	(void)state;
	lines_free(lines);
	return 0;
}

/* Makes them all zeros. */
static inline void clear_lines(void)
{
	lines_free(lines);
	lines = lines_new();
	assert_non_null(lines);
}

static inline addr_bits random_bits(void)
{
	addr_bits bits = 0;

	for (int i = 0; i < 16; i++)
		bits = bits << 8 | (uint8_t)(rand() >> 8);
	return bits;
}

#endif

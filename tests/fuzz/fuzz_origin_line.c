// SPDX-License-Identifier: BSD-2-Clause
/*
 * fuzz_origin_line.c - a line of a proxy's log: what it says is within bounds, and the origin is
 * one that can be written and read again.
 */
#include "fuzz.h"

#include <string.h>

#include "origin/origin_address.h"
#include "origin/origin_line.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *copy = fuzz_string(data, size), text[ORIGIN_ADDRESS_TEXT_SIZE];
	struct ecdn_xdp_origin_key again;
	struct origin_line line;
	const char *wrong = origin_line_parse((struct text){ copy, copy + size }, &line);

	if (!wrong && line.said) {
		check(line.what < ECDN_XDP_ORIGIN_SAID_MAX);
		check(line.status == -1 || (line.status >= 100 && line.status <= 999));
		check(line.origin.port && (line.origin.family == 4 || line.origin.family == 6));
		check(!origin_address_parse(origin_address_format(&line.origin, text), &again));
		check(!memcmp(&again, &line.origin, sizeof(again)));
	}
	free(copy);
	return 0;
}

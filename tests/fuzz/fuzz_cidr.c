// SPDX-License-Identifier: BSD-2-Clause
/*
 * fuzz_cidr.c - region data as prefixes, and prefixes by both of their readers.
 */
#include "fuzz_source.h"

/* text_cidr() reads in place what cidr_parse() reads as a string. */
static void check_readers(const uint8_t *data, size_t size)
{
	struct cidr in_place, parsed, again;
	char *string = fuzz_string(data, size), text[CIDR_TEXT_SIZE];
	int err = text_cidr(fuzz_piece(data, size), &in_place);

	check(err == cidr_parse(string, &parsed));
	if (!err) {
		check(in_place.addr.bits == parsed.addr.bits && in_place.length == parsed.length &&
		      in_place.addr.family == parsed.addr.family);
		check(!cidr_parse(cidr_format(&parsed, text), &again));
		check(again.addr.bits == parsed.addr.bits && again.length == parsed.length);
		check(cidr_last(&parsed) >= parsed.addr.bits);
	}
	free(string);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!memchr(data, 0, size))
		check_readers(data, size);
	fuzz_text(source_cidr_read, data, size);
	return 0;
}

// SPDX-License-Identifier: BSD-2-Clause
/*
 * fuzz_csv.c - region data as ranges with commas.
 */
#include "fuzz_source.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_text(source_csv_read, data, size);
	return 0;
}

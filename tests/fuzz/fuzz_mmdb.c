// SPDX-License-Identifier: BSD-2-Clause
/*
 * fuzz_mmdb.c - region data as a MaxMind DB.
 */
#include "fuzz_source.h"
#include "regions/source.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct source source = {
		.field = SOURCE_MMDB_FIELD, .number = 1, .names = names_new(FUZZ_REGIONS),
	};
	struct range_set set = {};
	char path[FUZZ_PATH_SIZE];
	int fd = fuzz_file(data, size, path);

	source.report.path = path;
	if (!file_open(&source.file, path) && source_mmdb_knows(&source) && !source_mmdb_read(&source, &set))
		check_set(&set, source.names);
	range_set_free(&set);
	names_free(source.names);
	file_close(&source.file);
	close(fd);
	return 0;
}

// SPDX-License-Identifier: BSD-2-Clause
/*
 * fuzz_config.c - the configuration file.
 */
#include "fuzz.h"

#include "config/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct config config;
	char path[FUZZ_PATH_SIZE];
	int fd = fuzz_file(data, size, path);

	if (!config_read(&config, path))
		config_free(&config);
	close(fd);
	return 0;
}

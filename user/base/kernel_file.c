// SPDX-License-Identifier: BSD-2-Clause
#include "base/kernel_file.h"

#include <inttypes.h>
#include <stdio.h>

uint32_t kernel_file_number(const char *path, uint32_t otherwise)
{
	FILE *file = fopen(path, "re");
	uint32_t number = otherwise;

	if (!file)
		return otherwise;
	if (fscanf(file, "%" SCNu32, &number) != 1)
		number = otherwise;
	fclose(file);
	return number;
}

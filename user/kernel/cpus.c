// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/cpus.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/cpu_list.h"
#include "base/log.h"

#define POSSIBLE "/sys/devices/system/cpu/possible"

int cpus_rows(void)
{
	FILE *file = fopen(POSSIBLE, "re");
	char list[4096] = "";
	int rows;

	if (!file)
		return log_error(-errno, "cannot open %s: %s", POSSIBLE, strerror(errno));
	rows = fgets(list, sizeof(list), file) ? cpu_list_end(list) : -EIO;
	fclose(file);
	return rows < 0 ? log_error(rows, "cannot tell this host's CPUs from %s", POSSIBLE) : rows;
}

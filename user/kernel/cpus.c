// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/cpus.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cpu_list.h"
#include "base/log.h"

#define POSSIBLE "/sys/devices/system/cpu/possible"
#define ONLINE "/sys/devices/system/cpu/online"

#define LIST_SIZE 4096

/* Reads one of the kernel's lists; returns what cpu_list_end() does. */
static int read_list(const char *path, char list[LIST_SIZE])
{
	FILE *file = fopen(path, "re");
	int end;

	if (!file)
		return log_error(-errno, "cannot open %s: %s", path, strerror(errno));
	end = fgets(list, LIST_SIZE, file) ? cpu_list_end(list) : -EIO;
	fclose(file);
	return end < 0 ? log_error(end, "cannot tell this host's CPUs from %s", path) : end;
}

int cpus_rows(void)
{
	char list[LIST_SIZE];

	return read_list(POSSIBLE, list);
}

int cpus_online(int **ids)
{
	char list[LIST_SIZE];
	int end = read_list(ONLINE, list), count = 0, *found;

	if (end < 0)
		return end;
	found = calloc(end, sizeof(*found));
	if (!found)
		return log_error(-ENOMEM, "out of memory for the CPUs' ids");
	for (int id = 0; id < end; id++)
		if (cpu_list_has(list, id))
			found[count++] = id;
	*ids = found;
	return count;
}

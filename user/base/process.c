// SPDX-License-Identifier: BSD-2-Clause
#include "base/process.h"

#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/capability.h>

/* Each parent is read at another time, and pids are used again: the chain could seem endless. */
#define ANCESTORS_MAX 64

/* 0 if it cannot be told. The process's name, which stands before its parent in the file, may
 * contain a ')' itself. */
static pid_t parent_of(pid_t pid)
{
	char path[64], line[512], *after_name;
	int parent = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	file = fopen(path, "re");
	if (!file)
		return 0;
	if (fgets(line, sizeof(line), file) && (after_name = strrchr(line, ')')) &&
	    sscanf(after_name + 1, " %*c %d", &parent) != 1)
		parent = 0;
	fclose(file);
	return parent;
}

bool process_any_ancestor(bool (*found)(pid_t pid, void *context), void *context)
{
	pid_t pid = getpid();

	for (int i = 0; pid > 0 && i < ANCESTORS_MAX; i++, pid = parent_of(pid))
		if (found(pid, context))
			return true;
	return false;
}

bool process_may(unsigned int capability)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = {};

	return !syscall(SYS_capget, &header, data) &&
	       data[capability / 32].effective & 1U << capability % 32;
}

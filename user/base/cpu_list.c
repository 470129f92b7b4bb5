// SPDX-License-Identifier: BSD-2-Clause
#include "base/cpu_list.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>

#define IDS_MAX (1 << 20)

/* Reads a number at *at, which moves behind it. */
static int read_id(const char **at)
{
	unsigned long id;
	char *end;

	if (!isdigit((unsigned char)**at))
		return -EINVAL;
	id = strtoul(*at, &end, 10);
	*at = end;
	return id < IDS_MAX ? (int)id : -EINVAL;
}

/* Reads "FIRST" or "FIRST-LAST" at *at, which moves behind it. */
static int read_run(const char **at, int *last)
{
	int first = read_id(at);

	*last = first;
	if (first < 0 || **at != '-')
		return first;
	(*at)++;
	*last = read_id(at);
	return *last < 0 ? *last : first;
}

int cpu_list_end(const char *list)
{
	int greatest = -1;

	for (;;) {
		int last, first = read_run(&list, &last);

		if (first < 0)
			return first;
		if (last > greatest)
			greatest = last;
		if (first > greatest)
			greatest = first;
		if (*list != ',')
			break;
		list++;
	}
	return *list && *list != '\n' ? -EINVAL : greatest + 1;
}

bool cpu_list_has(const char *list, int id)
{
	bool found = false;

	for (;; list++) {
		int last, first = read_run(&list, &last);

		if (first < 0)
			return false;
		found |= id >= first && id <= last;
		if (*list != ',')
			return found && (!*list || *list == '\n');
	}
}

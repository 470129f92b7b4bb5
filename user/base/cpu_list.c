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

int cpu_list_end(const char *list)
{
	int greatest = -1;

	for (;;) {
		int id = read_id(&list);

		if (id >= 0 && *list == '-') {
			list++;
			id = read_id(&list);
		}
		if (id < 0)
			return id;
		if (id > greatest)
			greatest = id;
		if (*list != ',')
			break;
		list++;
	}
	return *list && *list != '\n' ? -EINVAL : greatest + 1;
}

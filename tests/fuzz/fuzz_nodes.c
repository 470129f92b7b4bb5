// SPDX-License-Identifier: BSD-2-Clause
/*
 * fuzz_nodes.c - files of intermediate nodes, and the list that they become.
 */
#include "fuzz.h"

#include <string.h>

#include "trust/trust_file.h"

static void check_nodes(const struct trust_node *nodes, size_t count)
{
	struct trust_list list = {};

	for (size_t i = 0; i < count; i++) {
		const char *name = nodes[i].name;

		check(memchr(name, 0, sizeof(nodes[i].name)));
		check(!*name || trust_list_name_valid(name, strlen(name)));
	}
	check(!trust_list_set_nodes(&list, nodes, count, 1));
	check(list.count <= count);
	for (size_t i = 0; i < count; i++)
		check(trust_list_find(&list, &nodes[i].cidr));
	trust_list_free(&list);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct trust_node *nodes = NULL;
	char path[FUZZ_PATH_SIZE];
	int fd = fuzz_file(data, size, path);
	size_t count = 0;

	if (!trust_file_read(path, &nodes, &count))
		check_nodes(nodes, count);
	free(nodes);
	close(fd);
	return 0;
}

// SPDX-License-Identifier: BSD-2-Clause
/*
 * fuzz_nodes.c - files of intermediate nodes, and the list that they become.
 */
#include "fuzz.h"

#include <string.h>

#include "trust/trust_file.h"

static void check_nodes(const struct trusted_node *nodes, size_t count)
{
	struct trusted_list list = {};

	for (size_t i = 0; i < count; i++) {
		const char *name = nodes[i].name;

		check(memchr(name, 0, sizeof(nodes[i].name)));
		check(!*name || trusted_name_valid(name, strlen(name)));
	}
	check(!trusted_set_nodes(&list, nodes, count, 1));
	check(list.count <= count);
	for (size_t i = 0; i < count; i++)
		check(trusted_find(&list, &nodes[i].cidr));
	trusted_free(&list);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct trusted_node *nodes = NULL;
	char path[FUZZ_PATH_SIZE];
	int fd = fuzz_file(data, size, path);
	size_t count = 0;

	if (!source_read_nodes(path, &nodes, &count))
		check_nodes(nodes, count);
	free(nodes);
	close(fd);
	return 0;
}

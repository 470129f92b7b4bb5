// SPDX-License-Identifier: BSD-2-Clause
/*
 * tables.c - the product's tables as maps, of ranges and prefixes of the
 * benchmark's own.
 */
#include "bench.h"

#include <sys/mman.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "regions/table.h"
#include "regions/trusted_table.h"

#define TABLE_BYTES (sizeof(struct ecdn_xdp_table_line) * ECDN_XDP_TABLE_LINES)

static int lines_new(const char *name, struct ecdn_xdp_table_line **lines)
{
	LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = BPF_F_MMAPABLE);
	int fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, name, sizeof(uint32_t), sizeof(**lines),
				ECDN_XDP_TABLE_LINES, &options);
	void *memory;

	need(fd >= 0, "create a table");
	memory = mmap(NULL, TABLE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	need(memory != MAP_FAILED, "map a table");
	*lines = memory;
	return fd;
}

int table_new(const struct range_set *set)
{
	struct ecdn_xdp_table_line *lines;
	int fd = lines_new("region_lines", &lines);

	need(!table_compile(set, lines), "compile a region table");
	munmap(lines, TABLE_BYTES);
	return fd;
}

int trusted_new(const struct cidr *prefixes, size_t count)
{
	struct ecdn_xdp_table_line *lines;
	struct trusted_list list = {};
	int fd = lines_new("trusted_lines", &lines);

	need(!trusted_allow(&list, prefixes, count, 1), "allow prefixes");
	need(!trusted_compile(&list, lines), "compile a trusted table");
	trusted_free(&list);
	munmap(lines, TABLE_BYTES);
	return fd;
}

// SPDX-License-Identifier: BSD-2-Clause
/*
 * memory.c - what pinned maps and programs take of the kernel's memory, as it counts that itself.
 */
#include "bench.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "kernel/object.h"

#define MAPS_MAX 64

struct map {
	uint32_t id;
	char name[64];
	double bytes;
};

static struct {
	struct map map[MAPS_MAX];
	unsigned int maps;
	double programs;        /* bytes of those that have pins */
} found;

double memlock_bytes(int fd)
{
	char path[64], line[128];
	double bytes = -1;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	file = fopen(path, "r");
	while (file && fgets(line, sizeof(line), file))
		sscanf(line, "memlock: %lf", &bytes);
	if (file)
		fclose(file);
	need(bytes >= 0, "read the size of a map or program");
	return bytes;
}

/* name: of its pin; NULL: it has none that is known yet. */
static void add_map(int fd, const char *name)
{
	struct bpf_map_info info = {};
	uint32_t size = sizeof(info);
	unsigned int i = 0;

	need(!bpf_obj_get_info_by_fd(fd, &info, &size), "ask for a map's id");
	while (i < found.maps && found.map[i].id != info.id)
		i++;
	need(i < MAPS_MAX, "keep more maps");
	if (i == found.maps)
		found.maps++;
	else if (!name)
		return;
	found.map[i].id = info.id;
	found.map[i].bytes = memlock_bytes(fd);
	snprintf(found.map[i].name, sizeof(found.map[i].name), "%s", name ? name : info.name);
}

/* With those of its maps that have no pins, as its variables'. */
static void add_program(int fd)
{
	uint32_t ids[MAPS_MAX];
	struct bpf_prog_info info = { .map_ids = (uintptr_t)ids, .nr_map_ids = MAPS_MAX };
	uint32_t size = sizeof(info);

	need(!bpf_obj_get_info_by_fd(fd, &info, &size) && info.nr_map_ids <= MAPS_MAX,
	     "ask for a program's maps");
	found.programs += memlock_bytes(fd);
	for (uint32_t i = 0; i < info.nr_map_ids; i++) {
		int map = bpf_map_get_fd_by_id(ids[i]);

		need(map >= 0, "open a program's map");
		add_map(map, NULL);
		close(map);
	}
}

static int add_pin(const char *path, const struct stat *status, int type, struct FTW *at)
{
	int fd;

	(void)status;
	if (type != FTW_F)
		return 0;
	fd = bpf_obj_get(path);
	need(fd >= 0, path);
	switch (object_kind(fd)) {
	case OBJECT_MAP:
		add_map(fd, path + at->base);
		break;
	case OBJECT_PROGRAM:
		add_program(fd);
		break;
	case OBJECT_LINK:
		break;
	}
	close(fd);
	return 0;
}

static int biggest_first(const void *a, const void *b)
{
	const struct map *left = a, *right = b;

	return (right->bytes > left->bytes) - (right->bytes < left->bytes);
}

/* what: section, most MiB that it should be, pin directory. */
void bench_memory(const struct world *world, char **what)
{
	double sum, aim = atof(what[1]) * (1 << 20);
	char to[32];

	(void)world;
	need(!nftw(what[2], add_pin, 8, FTW_PHYS), what[2]);
	need(found.maps, "find a map");
	qsort(found.map, found.maps, sizeof(*found.map), biggest_first);
	sum = found.programs;
	for (unsigned int i = 0; i < found.maps; i++) {
		sum += found.map[i].bytes;
		row(what[0], found.map[i].name, "", found.map[i].bytes / 1024, "KiB", 0, "", "");
	}
	row(what[0], "programs", "", found.programs / 1024, "KiB", 0, "", "");
	snprintf(to, sizeof(to), "%s MiB", what[1]);
	row(what[0], "sum", "", sum / (1 << 20), "MiB", sum / aim, to, "<=1");
}

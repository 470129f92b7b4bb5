/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * maps.h - the pinned maps of a part, as rows: each part keeps its fds in a struct of its
 * own, and its rows tell where in it. Errors are logged.
 */
#ifndef KERNEL_MAPS_H
#define KERNEL_MAPS_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/bpf.h>
#include <linux/types.h>

#include "kernel/pins.h"

/* Groups that may open a pin (kernel/permits.h). */
enum map_reader {
	MAP_ROOT,               /* none */
	MAP_STATS,              /* that of --stats-group, to read */
	MAP_TABLE,              /* that of --proxy-group, to read; everybody without one */
	MAP_BOTH,               /* both, to read; everybody if both groups are set */
	MAP_COUNTS,             /* that of --proxy-group to write, that of --stats-group to read */
};

struct map_row {
	const char *name;
	size_t offset;          /* bytes from the start of the part's struct to the fd, an
				   int; MAP_CLOSED: no fd is kept */
	bool optional;          /* pins of an earlier version, or of a part that is not
				   loaded, may lack this map: its fd is -1 then */
	enum bpf_map_type type; /* BPF_MAP_TYPE_UNSPEC: the pin is no map, but one of the below */
	__u32 key_size, value_size;
	bool mmap;              /* processes may map it */
	size_t dir;             /* bytes from the start of the part's struct to a char [PATH_MAX]
				   that gets the pin directory; 0: there is none */
	enum map_reader reader; /* who may open the pin besides root */
	__u32 entries;          /* it has a multiple of so many; 0: however many */
	bool per_region;        /* the same of the number of regions */
	__u32 link;             /* the pin is a link: its enum bpf_link_type */
	const char *program;    /* the pin is a program: its name */
	const char *folder;     /* all pins in that folder are the link, or the program */
};

/* The offset of a map that only programs use: the commands do not open it. */
#define MAP_CLOSED ((size_t)-1)

/* A row, with MAP_IS() and if they apply MAP_MMAP and MAP_OPTIONAL behind the name. */
#define MAP_ROW(owner, map, ...) { .name = #map, .offset = offsetof(owner, map), __VA_ARGS__ }
#define MAP_ROW_CLOSED(map, ...) { .name = #map, .offset = MAP_CLOSED, __VA_ARGS__ }
#define MAP_ROW_LINK(pin, kind) \
	{ .name = #pin, .offset = MAP_CLOSED, .optional = true, .link = kind }
#define MAP_ROW_PROGRAM(of) { .name = PINS_PROGRAMS "/" #of, .offset = MAP_CLOSED, \
			      .optional = true, .program = #of }
#define MAP_ROW_FOLDER(in, kind, of) { .name = in, .offset = MAP_CLOSED, .folder = in, \
				       .link = kind, .program = of }
#define MAP_ROW_END { .name = NULL }

#define MAP_IS(kind, key, value) \
	.type = BPF_MAP_TYPE_##kind, .key_size = sizeof(key), .value_size = sizeof(value)
#define MAP_MMAP .mmap = true
#define MAP_OPTIONAL .optional = true
#define MAP_DIR(owner) .dir = offsetof(owner, dir)
#define MAP_FOR(who) .reader = MAP_##who
#define MAP_PER_REGION .per_region = true
#define MAP_ENTRIES(number) .entries = number

/* The last row has a NULL name. maps_init() sets every fd to -1. */
void maps_init(const struct map_row *rows, void *maps);
void maps_close(const struct map_row *rows, void *maps);

/* Opens the maps that are pinned in pins->dir or pins->next, and checks that each is what its
 * row says: -EPROTO if one is missing or another's. All fds are -1 after an error. Of pins->shared
 * those which the group of --stats-group may not read are -1, too. */
int maps_open(const struct map_row *rows, void *maps, const struct pins *pins);

/* Checks the pins of all rows in dir, those that are closed too. */
int maps_check(const struct map_row *rows, const char *dir);

/* Removes the pins of all rows from dir. */
int maps_drop(const struct map_row *rows, const char *dir);

/* Read and write the value at key: 0 or a negative errno. `map` is the name for messages. */
int maps_get(int fd, const char *map, const void *key, void *value);
int maps_set(int fd, const char *map, const void *key, const void *value);

/* Reads the values of an array's keys from 0 on, `count` of `size` bytes each, by one system call
 * where the kernel can (Linux 5.6). */
int maps_get_first(int fd, const char *map, __u32 count, size_t size, void *values);

/* Finds the key after `last`, or the first one if that is NULL: 1, 0 if there is none, or a
 * negative errno. */
int maps_next(int fd, const char *map, const void *last, void *key);

/* Removes a key, which need not be there. */
int maps_delete(int fd, const char *map, const void *key);

/* Removes from a hash, whose key is a __u32, every key for which `keep` returns false.
 * Other writers may add and remove keys meanwhile. */
typedef bool maps_keep(__u32 key, void *context);
int maps_filter(int fd, const char *map, maps_keep *keep, void *context);

/* Reads what the kernel knows of a map: <linux/bpf.h> has the struct. */
struct bpf_map_info;
int maps_info(int fd, const char *map, struct bpf_map_info *info);

/* Reads how many entries a map has room for. */
int maps_entries(int fd, const char *map, __u32 *entries);

/* -EPROTO if the map's keys have another size. */
int maps_check_key(int fd, const char *map, size_t size);

/* The kernel's id of a map; 0 if it cannot be read. */
__u32 maps_id(int fd);

#endif

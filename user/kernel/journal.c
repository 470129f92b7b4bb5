// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "base/log.h"
#include "base/scoped.h"

struct entry {
	struct entry *next, *before;
	journal_step *step;
	unsigned char saved[];
};

/* A map that was written: the caller's fd may be closed when it is to be undone. */
struct written {
	struct written *next;
	struct bpf_map_info info;
	size_t size;            /* of what a look-up reads */
	int fd;
};

static struct {
	bool open;
	struct entry *first, *last;
	struct written *maps;
} journal;

void journal_begin(void)
{
	journal.open = true;
}

bool journal_is_open(void)
{
	return journal.open;
}

static void run(bool undo)
{
	struct entry *entry = undo ? journal.last : journal.first, *next;

	for (; entry; entry = next) {
		next = undo ? entry->before : entry->next;
		entry->step(entry->saved, undo);
		free(entry);
	}
	journal.first = journal.last = NULL;
}

void journal_end(bool undo)
{
	struct written *map, *next;

	/* What is undone is not noted. */
	journal.open = false;
	run(undo);
	for (map = journal.maps; map; map = next) {
		next = map->next;
		close(map->fd);
		free(map);
	}
	journal.maps = NULL;
}

static struct entry *append(journal_step *step, size_t size)
{
	struct entry *entry = calloc(1, sizeof(*entry) + size);

	if (!entry)
		return NULL;
	entry->step = step;
	entry->before = journal.last;
	*(journal.last ? &journal.last->next : &journal.first) = entry;
	journal.last = entry;
	return entry;
}

static int no_memory(void)
{
	return log_error(-ENOMEM, "out of memory for what a change replaces");
}

int journal_add(journal_step *step, const void *saved, size_t size)
{
	struct entry *entry = journal.open ? append(step, size) : NULL;

	if (entry) {
		memcpy(entry->saved, saved, size);
		return 0;
	}
	step((void *)saved, journal.open);
	return journal.open ? no_memory() : 0;
}

/* Reading a value of each CPU reads one of each, of a multiple of 8 bytes. */
static int size_of(struct written *map)
{
	int cpus;

	map->size = map->info.value_size;
	if (map->info.type != BPF_MAP_TYPE_PERCPU_HASH &&
	    map->info.type != BPF_MAP_TYPE_PERCPU_ARRAY &&
	    map->info.type != BPF_MAP_TYPE_LRU_PERCPU_HASH)
		return 0;
	cpus = libbpf_num_possible_cpus();
	if (cpus < 0)
		return log_error(cpus, "cannot read how many CPUs there can be: %s",
				 strerror(-cpus));
	map->size = (map->size + 7) / 8 * 8 * cpus;
	return 0;
}

static int keep(struct written **to, int fd, const char *name, const struct bpf_map_info *info)
{
	struct written *map = calloc(1, sizeof(*map));
	int err = map ? 0 : no_memory();

	if (err)
		return err;
	map->info = *info;
	err = size_of(map);
	if (!err && (map->fd = fcntl(fd, F_DUPFD_CLOEXEC, 0)) < 0)
		err = log_error(-errno, "cannot duplicate the fd of map %s: %s", name,
				strerror(errno));
	if (err) {
		free(map);
		return err;
	}
	map->next = journal.maps;
	journal.maps = *to = map;
	return 0;
}

static int find(struct written **to, int fd, const char *name)
{
	struct bpf_map_info info = {};

	if (bpf_obj_get_info_by_fd(fd, &info, &(__u32){ sizeof(info) }))
		return log_error(-errno, "cannot read map %s: %s", name, strerror(errno));
	for (*to = journal.maps; *to && (*to)->info.id != info.id; *to = (*to)->next)
		;
	return *to ? 0 : keep(to, fd, name, &info);
}

/* What follows in the entry: the key, and the value. */
struct value {
	struct written *map;
	bool there;
	unsigned char bytes[];
};

static void put_back(void *saved, bool undo)
{
	const struct value *value = saved;
	const struct written *map = value->map;
	int err;

	if (!undo)
		return;
	err = value->there ? bpf_map_update_elem(map->fd, value->bytes,
						 value->bytes + map->info.key_size, BPF_ANY) :
			     bpf_map_delete_elem(map->fd, value->bytes);
	if (err && (value->there || err != -ENOENT))
		log_warning("map %s cannot be put back: %s", map->info.name, strerror(-err));
}

static bool is_plain(__u32 type)
{
	return type != BPF_MAP_TYPE_ARRAY_OF_MAPS && type != BPF_MAP_TYPE_HASH_OF_MAPS &&
	       type != BPF_MAP_TYPE_SOCKMAP && type != BPF_MAP_TYPE_SOCKHASH &&
	       type != BPF_MAP_TYPE_SK_STORAGE;
}

static int add_value(struct written *map, const void *key, const void *bytes, bool there)
{
	struct entry *entry = append(put_back, sizeof(struct value) + map->info.key_size +
				     map->size);
	struct value *value;

	if (!entry)
		return no_memory();
	value = (struct value *)entry->saved;
	value->map = map;
	value->there = there;
	memcpy(value->bytes, key, map->info.key_size);
	memcpy(value->bytes + map->info.key_size, bytes, map->size);
	return 0;
}

static int save(int fd, const char *name, const void *key, bool absent_only)
{
	scoped_free unsigned char *bytes = NULL;
	struct written *map = NULL;
	int err;

	if (!journal.open)
		return 0;
	err = find(&map, fd, name);
	if (err || !map || !is_plain(map->info.type))
		return err;
	bytes = malloc(map->size);
	if (!bytes)
		return no_memory();
	err = bpf_map_lookup_elem(fd, key, bytes);
	if (err && err != -ENOENT)
		return log_error(err, "cannot read map %s: %s", name, strerror(-err));
	return !err && absent_only ? 0 : add_value(map, key, bytes, !err);
}

int journal_save(int fd, const char *name, const void *key)
{
	return save(fd, name, key, false);
}

int journal_save_absent(int fd, const char *name, const void *key)
{
	return save(fd, name, key, true);
}

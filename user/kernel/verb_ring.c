// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/verb_ring.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/scoped.h"
#include "kernel/mapped.h"
#include "kernel/permits.h"
#include "verbs.skel.h"

#define NAME "verbs"

const struct map_row verb_ring_rows[] = {
	MAP_ROW(struct verb_ring, verbs, MAP_IS(ARRAY, __u32, struct ecdn_xdp_verb), MAP_MMAP,
		MAP_OPTIONAL, MAP_FOR(STATS)),
	MAP_ROW_END,
};

static int make(const struct pins *pins)
{
	struct verbs_bpf *object = verbs_bpf__open();
	struct permits permits;
	int err = object ? verbs_bpf__load(object) : -errno;

	if (err)
		err = log_error(err, "cannot create map " NAME ": %s", strerror(-err));
	else
		err = pins_put(pins->dir, NAME, bpf_map__fd(object->maps.verbs));
	verbs_bpf__destroy(object);
	permits_read(&permits, pins);
	return err ?: permits_set(&permits, verb_ring_rows, pins->dir);
}

/* The fd of the map, which the caller closes; -ENOENT, silent, if there is none. */
static int open_ring(const struct pins *pins)
{
	struct verb_ring ring;
	int err = maps_open(verb_ring_rows, &ring, pins);

	if (err)
		return err;
	return ring.verbs < 0 ? -ENOENT : ring.verbs;
}

static int by_number(const void *one, const void *other)
{
	const struct ecdn_xdp_verb *a = one, *b = other;

	return a->number < b->number ? -1 : a->number > b->number;
}

static int copy(int fd, struct ecdn_xdp_verb **entries, unsigned int *count)
{
	const volatile struct ecdn_xdp_verb *row;
	struct mapped rows;
	int err = mapped_open(&rows, fd, NAME, sizeof(*row));

	if (err)
		return err;
	*entries = calloc(rows.entries + 1, sizeof(**entries));
	if (!*entries)
		err = log_error(-ENOMEM, "out of memory for the commands");
	row = rows.at;
	for (unsigned int i = 0; i < rows.entries && !err; i++) {
		struct ecdn_xdp_verb *to = &(*entries)[*count];
		__u64 number = row[i].number;

		__atomic_thread_fence(__ATOMIC_ACQUIRE);
		memcpy(to, (const void *)&row[i], sizeof(*to));
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
		*count += number && number == to->number && row[i].number == number;
	}
	mapped_close(&rows);
	return err;
}

int verb_ring_read(const struct pins *pins, struct ecdn_xdp_verb **entries, unsigned int *count)
{
	scoped_fd int fd = open_ring(pins);
	int err;

	*entries = NULL;
	*count = 0;
	if (fd < 0)
		return fd == -ENOENT ? 0 : fd;
	err = copy(fd, entries, count);
	if (!err && *count)
		qsort(*entries, *count, sizeof(**entries), by_number);
	return err;
}

/* The number comes last, so that a reader finds the place empty meanwhile. */
static int write_entry(int fd, const struct ecdn_xdp_verb *entry)
{
	struct ecdn_xdp_verb empty = *entry;
	__u32 place = entry->number % ECDN_XDP_VERBS;
	int err;

	empty.number = 0;
	err = maps_set(fd, NAME, &place, &empty);
	return err ?: maps_set(fd, NAME, &place, entry);
}

int verb_ring_append(const struct pins *pins, const struct ecdn_xdp_verb *entry)
{
	struct ecdn_xdp_verb *entries, appended = *entry;
	unsigned int count;
	scoped_fd int fd = -1;
	int err = pins_has(pins->dir, NAME) ? 0 : make(pins);

	if (err)
		return err;
	err = verb_ring_read(pins, &entries, &count);
	if (!err)
		appended.number = count ? entries[count - 1].number + 1 : 1;
	free(entries);
	fd = err ?: open_ring(pins);
	return fd < 0 ? fd : write_entry(fd, &appended);
}

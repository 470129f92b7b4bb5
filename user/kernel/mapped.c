// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/mapped.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "base/log.h"
#include "kernel/maps.h"

#define BATCH 4096

static int read_batches(int fd, char *to, size_t size, uint32_t entries)
{
	__u32 keys[BATCH], last;
	int err = 0;

	for (uint32_t i = 0; i < entries && !err;) {
		__u32 count = entries - i < BATCH ? entries - i : BATCH;

		err = bpf_map_lookup_batch(fd, i ? &last : NULL, &last, keys,
					   to + (size_t)i * size, &count, NULL);
		i += count;
		/* The end is told along with the last values. */
		if (err == -ENOENT && i == entries)
			err = 0;
	}
	return err;
}

/* In the copy the values lie one behind the other, whatever their size is. */
static int take_copy(struct mapped *mapped, int fd, size_t size)
{
	void *at;

	mapped->stride = size;
	mapped->bytes = size * mapped->entries;
	at = mmap(NULL, mapped->bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (at == MAP_FAILED)
		return -errno;
	mapped->at = at;
	mapped->is_copy = true;
	mapped->fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	return mapped->fd < 0 ? -errno : read_batches(fd, at, size, mapped->entries);
}

int mapped_refresh(const struct mapped *mapped, const char *map)
{
	int err = mapped->is_copy ? read_batches(mapped->fd, (void *)mapped->at, mapped->stride,
						 mapped->entries) : 0;

	return err ? log_error(err, "cannot read map %s: %s", map, strerror(-err)) : 0;
}

/* The kernel gives each value of an array a multiple of this. */
#define VALUE_ALIGN 8

int mapped_open(struct mapped *mapped, int fd, const char *map, size_t size)
{
	size_t stride = (size + VALUE_ALIGN - 1) / VALUE_ALIGN * VALUE_ALIGN;
	struct bpf_map_info info;
	int err = maps_info(fd, map, &info);
	void *at;

	*mapped = (struct mapped){};
	if (err)
		return err;
	if (info.value_size != size)
		return log_error(-EPROTO, "map %s has values of %u bytes and not of %zu: it is "
				 "another's", map, info.value_size, size);
	*mapped = (struct mapped){ .bytes = stride * info.max_entries, .stride = stride,
				   .entries = info.max_entries };
	at = mmap(NULL, mapped->bytes, PROT_READ, MAP_SHARED, fd, 0);
	if (at != MAP_FAILED)
		mapped->at = at;
	else
		err = errno == EINVAL || errno == EACCES ? take_copy(mapped, fd, size) :
								  -errno;
	if (!err)
		return 0;
	mapped_close(mapped);
	return log_error(err, "cannot map %s: %s", map, strerror(-err));
}

void mapped_close(struct mapped *mapped)
{
	if (mapped->at)
		munmap((void *)mapped->at, mapped->bytes);
	if (mapped->is_copy && mapped->fd >= 0)
		close(mapped->fd);
	*mapped = (struct mapped){};
}

int mapped_copy(int from, int to, const char *map, size_t size)
{
	struct mapped old;
	__u32 room;
	size_t bytes;
	void *target;
	int err = maps_entries(to, map, &room);

	err = err ?: mapped_open(&old, from, map, size);
	if (err)
		return err;
	bytes = (old.entries < room ? old.entries : room) * size;
	target = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, to, 0);
	if (target == MAP_FAILED) {
		err = log_error(-errno, "cannot map %s: %s", map, strerror(errno));
	} else {
		/* NOLINTNEXTLINE(clang-analyzer-core.*): mapped_open() has set old.at. */
		memcpy(target, old.at, bytes);
		munmap(target, bytes);
	}
	mapped_close(&old);
	return err;
}

bool mapped_is_frozen(int fd)
{
	long page = sysconf(_SC_PAGESIZE);
	void *at = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (at == MAP_FAILED)
		return errno == EPERM;
	munmap(at, page);
	return false;
}

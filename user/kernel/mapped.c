// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/mapped.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "base/log.h"
#include "kernel/maps.h"

int mapped_open(struct mapped *mapped, int fd, const char *map, size_t size)
{
	struct bpf_map_info info;
	int err = maps_info(fd, map, &info);
	void *at;

	*mapped = (struct mapped){};
	if (err)
		return err;
	if (info.value_size != size)
		return log_error(-EPROTO, "map %s has values of %u bytes and not of %zu: it is "
				 "another's", map, info.value_size, size);
	at = mmap(NULL, size * info.max_entries, PROT_READ, MAP_SHARED, fd, 0);
	if (at == MAP_FAILED)
		return log_error(-errno, "cannot map %s: %s", map, strerror(errno));
	*mapped = (struct mapped){ at, size * info.max_entries, info.max_entries };
	return 0;
}

void mapped_close(struct mapped *mapped)
{
	if (mapped->at)
		munmap((void *)mapped->at, mapped->bytes);
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

// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/mapped.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

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

// SPDX-License-Identifier: BSD-2-Clause
#include "origin_pins.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "client_pins.h"
#include "origin/origin_address.h"

#define KEYS_SIZE (ECDN_XDP_ORIGINS * sizeof(struct ecdn_xdp_origin_place))
#define REQUESTS (ECDN_XDP_ORIGIN_STRIPES * ECDN_XDP_ORIGINS)
#define REQUESTS_SIZE (REQUESTS * sizeof(struct ecdn_xdp_origin_requests))

static const char *path_of(const char *dir, const char *name)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static void *map(int fd, size_t size, int protection)
{
	void *memory = mmap(NULL, size, protection, MAP_SHARED, fd, 0);

	need(memory != MAP_FAILED, "map a map");
	return memory;
}

static int make(const char *dir, const char *name, unsigned int size, unsigned int entries)
{
	LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = BPF_F_MMAPABLE);
	int fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, name, sizeof(__u32), size, entries, &options);

	need(fd >= 0, "create a map");
	need(!bpf_obj_pin(fd, path_of(dir, name)), "pin a map");
	return fd;
}

void origin_pins_make(struct origin_pins *pins, const char *dir)
{
	int requests = make(dir, "origin_requests", sizeof(*pins->requests), REQUESTS);

	pins->requests = map(requests, REQUESTS_SIZE, PROT_READ | PROT_WRITE);
	close(requests);
	pins->keys_fd = make(dir, "origin_keys", sizeof(pins->keys->key), ECDN_XDP_ORIGINS);
	pins->keys = map(pins->keys_fd, KEYS_SIZE, PROT_READ);
}

static int open_pin(const char *dir, const char *name)
{
	int fd = bpf_obj_get(path_of(dir, name));

	need(fd >= 0, "open a pin");
	return fd;
}

void origin_pins_open(struct origin_pins *pins, const char *dir)
{
	int requests = open_pin(dir, "origin_requests");

	pins->requests = map(requests, REQUESTS_SIZE, PROT_READ | PROT_WRITE);
	close(requests);
	pins->keys_fd = open_pin(dir, "origin_keys");
	pins->keys = map(pins->keys_fd, KEYS_SIZE, PROT_READ);
}

void origin_pins_unpin(const char *dir)
{
	unlink(path_of(dir, "origin_keys"));
	unlink(path_of(dir, "origin_requests"));
}

void origin_pins_close(struct origin_pins *pins)
{
	munmap(pins->requests, REQUESTS_SIZE);
	munmap((void *)pins->keys, KEYS_SIZE);
	close(pins->keys_fd);
}

void origin_pins_set(struct origin_pins *pins, unsigned int row, const char *origin)
{
	struct ecdn_xdp_origin_key key;

	need(!origin_address_parse(origin, &key) &&
	     !bpf_map_update_elem(pins->keys_fd, &row, &key, BPF_ANY), origin);
}

void origin_pins_sum(const struct origin_pins *pins, unsigned int row,
		     struct ecdn_xdp_origin_requests *sum)
{
	__u64 *to = (__u64 *)sum;

	memset(sum, 0, sizeof(*sum));
	for (unsigned int stripe = 0; stripe < ECDN_XDP_ORIGIN_STRIPES; stripe++) {
		const __u64 *from = (const __u64 *)&pins->requests[stripe * ECDN_XDP_ORIGINS + row];

		for (size_t i = 0; i < sizeof(*sum) / sizeof(*to); i++)
			to[i] += __atomic_load_n(&from[i], __ATOMIC_RELAXED);
	}
}

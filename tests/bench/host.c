// SPDX-License-Identifier: BSD-2-Clause
/*
 * host.c - maps and helpers for the guard's program in this process, and the calls by which the
 * compiler reports what it loads and stores.
 */
#include "host.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/bpf.h>

#include "bench.h"
#include "base/clock.h"
#include "host/bpf/bpf_helpers.h"
#undef bpf_map_lookup_elem
#undef bpf_map_update_elem

/* The program's context has room for 32 bits of an address. */
#define FRAME_AT ((void *)0x10000000)
#define FRAME_ROOM 65536

/* Where struct bpf_array has its values: those of an array that is not mmapable begin 56 bytes
 * into a line, on Linux 6.18 for x86-64 at least. Those of the others begin a page. */
#define ARRAY_VALUES 312

static struct host *host;

static struct {
	host_touch *touch;
	void *context;
	uintptr_t last;
} trace;

static struct host_area *area_new(const char *name, const void *map, size_t stride,
				  uint32_t entries)
{
	struct host_area *area = &host->area[host->areas++];

	need(host->areas <= HOST_AREAS_MAX, "keep more maps");
	*area = (struct host_area){ name, map, .stride = stride, .entries = entries };
	return area;
}

/* What is in a slot: the table's own area is its address for the program. */
static const void *table_of(const char *slot, int map, uint32_t index)
{
	struct bpf_map_info info = {};
	uint32_t size = sizeof(info), id;
	struct host_area *area;
	int fd;

	if (bpf_map_lookup_elem(map, &index, &id))
		return NULL;
	fd = bpf_map_get_fd_by_id(id);
	need(fd >= 0 && !bpf_obj_get_info_by_fd(fd, &info, &size), "open a table");
	area = area_new(slot, NULL, info.value_size, info.max_entries);
	area->name = !strcmp(slot, "region_table") ? "region_lines" : "trusted_lines";
	area->map = area;
	area->mapped = (size_t)info.value_size * info.max_entries;
	area->at = mmap(NULL, area->mapped, PROT_READ, MAP_SHARED, fd, 0);
	need(area->at != MAP_FAILED, "map a table");
	close(fd);
	return area;
}

/* Memory of zeros for an area's values, which begin `into` bytes into a page. */
static void area_fill(struct host_area *area, void *hint, size_t into)
{
	area->mapped = into + area->stride * area->entries;
	area->at = mmap(hint, area->mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			-1, 0);
	need(area->at != MAP_FAILED, "allocate memory");
	area->at += into;
}

static void copy(const struct bpf_object *object, const struct host_map *row)
{
	const struct bpf_map *map = bpf_object__find_map_by_name(object, row->name);
	struct host_area *area;
	bool slots;
	int fd;

	need(map, row->name);
	fd = bpf_map__fd(map);
	slots = bpf_map__type(map) == BPF_MAP_TYPE_ARRAY_OF_MAPS;
	need(slots || bpf_map__type(map) == BPF_MAP_TYPE_ARRAY, "copy a map that is no array");
	area = area_new(row->name, row->map,
			slots ? sizeof(void *) : (bpf_map__value_size(map) + 7) / 8 * 8,
			bpf_map__max_entries(map));
	area->slots = slots;
	area_fill(area, NULL, bpf_map__map_flags(map) & BPF_F_MMAPABLE ? 0 :
			      ARRAY_VALUES % HOST_LINE);
	for (uint32_t i = 0; i < area->entries; i++) {
		void *value = area->at + i * area->stride;

		if (slots)
			*(const void **)value = table_of(row->name, fd, i);
		else
			need(!bpf_map_lookup_elem(fd, &i, value), row->name);
	}
}

void host_open(struct host *opened, const struct bpf_object *object)
{
	struct host_area *frame;

	need(!host, "open one host at a time");
	memset(opened, 0, sizeof(*opened));
	host = opened;
	host->now_ns = clock_monotonic_ns();
	host->jiffies = host->now_ns / 4000000;
	host->random = host->now_ns | 1;
	frame = area_new("frame", NULL, FRAME_ROOM, 1);
	area_fill(frame, FRAME_AT, 0);
	need((uintptr_t)frame->at <= UINT32_MAX - FRAME_ROOM, "allocate memory for a frame");
	for (const struct host_map *row = host_maps; row->name; row++)
		copy(object, row);
}

void host_close(struct host *opened)
{
	size_t page = sysconf(_SC_PAGESIZE);

	for (unsigned int i = 0; i < opened->areas; i++) {
		struct host_area *area = &opened->area[i];

		munmap((void *)((uintptr_t)area->at / page * page), area->mapped);
	}
	host = NULL;
}

const struct host_area *host_area_named(const struct host *in, const char *name)
{
	for (unsigned int i = 0; i < in->areas; i++)
		if (!strcmp(in->area[i].name, name))
			return &in->area[i];
	return NULL;
}

void host_trace(host_touch *touch, void *context)
{
	trace.touch = touch;
	trace.context = context;
	trace.last = 0;
}

int host_run(const void *frame, unsigned int length)
{
	char *at = host->area[0].at;
	struct xdp_md ctx = {
		.data = (uintptr_t)at,
		.data_end = (uintptr_t)at + length,
	};

	need(length <= FRAME_ROOM, "run a frame as long");
	memcpy(at, frame, length);
	return host_program(&ctx);
}

/* What is in no area is the program's own stack, its context or a constant. */
static void touch_line(uintptr_t line)
{
	const char *at = (const char *)(line * HOST_LINE);

	if (line == trace.last || !trace.touch)
		return;
	for (unsigned int i = 0; i < host->areas; i++) {
		const struct host_area *area = &host->area[i];

		if (at + HOST_LINE <= area->at || at >= area->at + area->stride * area->entries)
			continue;
		trace.last = line;
		trace.touch(trace.context, i, line);
		return;
	}
}

static void touch(uintptr_t at, size_t size)
{
	for (uintptr_t line = at / HOST_LINE; line <= (at + size - 1) / HOST_LINE; line++)
		touch_line(line);
}

/* Kernels give programs the address of a value without reading the map, but for a slot. */
void *host_map_lookup(const void *map, const void *key)
{
	uint32_t index = *(const uint32_t *)key;
	const struct host_area *area = &host->area[1];

	while (area->map != map)
		need(++area < host->area + host->areas, "find the program's map");
	if (index >= area->entries)
		return NULL;
	if (!area->slots)
		return area->at + index * area->stride;
	touch((uintptr_t)area->at + index * area->stride, area->stride);
	return ((void **)area->at)[index];
}

struct bpf_sock *bpf_skc_lookup_tcp(void *ctx, struct bpf_sock_tuple *tuple, __u32 size,
				    __u64 netns, __u64 flags)
{
	(void)ctx, (void)tuple, (void)size, (void)netns, (void)flags;
	need(false, "look up sockets");
	return NULL;
}

long bpf_tcp_check_syncookie(void *sk, void *ip, __u32 ip_size, void *tcp, __u32 tcp_size)
{
	(void)sk, (void)ip, (void)ip_size, (void)tcp, (void)tcp_size;
	need(false, "check cookies");
	return 0;
}

struct tcp_request_sock *bpf_skc_to_tcp_request_sock(void *sk)
{
	(void)sk;
	need(false, "look at requests");
	return NULL;
}

long bpf_sk_release(void *sk)
{
	(void)sk;
	need(false, "release sockets");
	return 0;
}

long host_map_update(void *map, const void *key, const void *value, __u64 flags)
{
	(void)map, (void)key, (void)value, (void)flags;
	need(false, "add to maps");
	return 0;
}

long bpf_perf_event_output(void *ctx, void *map, __u64 flags, void *data, __u64 size)
{
	(void)ctx, (void)map, (void)flags, (void)data, (void)size;
	need(false, "send packets");
	return 0;
}

void bpf_spin_lock(struct bpf_spin_lock *lock)
{
	touch((uintptr_t)lock, sizeof(uint32_t));
}

void bpf_spin_unlock(struct bpf_spin_lock *lock)
{
	touch((uintptr_t)lock, sizeof(uint32_t));
}

__u64 bpf_jiffies64(void)
{
	return host->jiffies;
}

__u64 bpf_ktime_get_ns(void)
{
	return host->now_ns;
}

__u32 bpf_get_smp_processor_id(void)
{
	return 0;
}

__u32 bpf_get_prandom_u32(void)
{
	host->random = host->random * 6364136223846793005ULL + 1442695040888963407ULL;
	return host->random >> 32;
}

/* Frames here have one buffer. */
__u64 bpf_xdp_get_buff_len(struct xdp_md *ctx)
{
	return ctx->data_end - ctx->data;
}

/* The calls of -fsanitize=kernel-address. Their names are the compiler's. */
/* NOLINTBEGIN(bugprone-reserved-identifier) */
#define REPORTS(size) \
	void __asan_load##size##_noabort(uintptr_t at); \
	void __asan_load##size##_noabort(uintptr_t at) { touch(at, size); } \
	void __asan_store##size##_noabort(uintptr_t at); \
	void __asan_store##size##_noabort(uintptr_t at) { touch(at, size); }

REPORTS(1)
REPORTS(2)
REPORTS(4)
REPORTS(8)
REPORTS(16)

void __asan_loadN_noabort(uintptr_t at, size_t size);
void __asan_storeN_noabort(uintptr_t at, size_t size);
void __asan_handle_no_return(void);

void __asan_loadN_noabort(uintptr_t at, size_t size)
{
	touch(at, size);
}

void __asan_storeN_noabort(uintptr_t at, size_t size)
{
	touch(at, size);
}

void __asan_handle_no_return(void)
{
}
/* NOLINTEND(bugprone-reserved-identifier) */

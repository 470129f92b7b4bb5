// SPDX-License-Identifier: BSD-2-Clause
#include "abi2_pins.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <linux/if_link.h>

#include "kernel/abi2.h"
#include "kernel/cpus.h"
#include "kernel/percpu.h"
#include "kernel/pins.h"

struct row {
	const char *name;
	enum bpf_map_type type;
	__u32 value, entries;
	__u32 flags;
	bool locked;            /* a value begins with a spin lock */
	bool by_cpu;            /* entries are of one CPU */
};

static const struct row rows[] = {
	{ "config", BPF_MAP_TYPE_ARRAY, 104, 1, 0, false, false },
	{ "protected_ports", BPF_MAP_TYPE_ARRAY, 16384, 1, 0, false, false },
	{ "region_name", BPF_MAP_TYPE_ARRAY, 16, ABI2_PINS_REGIONS, 0, false, false },
	{ "region_limits", BPF_MAP_TYPE_ARRAY, 72, ABI2_PINS_REGIONS, 0, false, false },
	{ "region_rate", BPF_MAP_TYPE_ARRAY, 160, ABI2_PINS_REGIONS, 0, true, false },
	{ "region_state", BPF_MAP_TYPE_ARRAY, 24, ABI2_PINS_REGIONS, BPF_F_MMAPABLE, false,
	  false },
	{ "region_stats", BPF_MAP_TYPE_PERCPU_ARRAY, 128, ABI2_PINS_REGIONS, 0, false, false },
	{ "prefixes", BPF_MAP_TYPE_ARRAY, 192, 4096, BPF_F_MMAPABLE, false, true },
	{ "prefix_buckets", BPF_MAP_TYPE_ARRAY, 72, 8192, 0, true, false },
	{ "events", BPF_MAP_TYPE_PERCPU_ARRAY, 88, 1, 0, false, false },
	{ "public_config", BPF_MAP_TYPE_ARRAY, 32, 1, BPF_F_MMAPABLE, false, false },
	{ "request_stats", BPF_MAP_TYPE_ARRAY, 16, ABI2_PINS_REGIONS, BPF_F_MMAPABLE, false,
	  true },
};

static int must(int result, const char *what)
{
	if (result < 0) {
		fprintf(stderr, "cannot %s: %s\n", what, strerror(-result));
		exit(1);
	}
	return result;
}

/* The kernel finds a spin lock by the type of the values. */
static int locked_type(__u32 size, __u32 *key, __u32 *value)
{
	struct btf *btf = btf__new_empty();
	int lock, result;

	*key = must(btf__add_int(btf, "unsigned int", 4, 0), "add a type");
	lock = must(btf__add_struct(btf, "bpf_spin_lock", 4), "add a type");
	must(btf__add_field(btf, "val", *key, 0, 0), "add a type");
	*value = must(btf__add_struct(btf, "value", size), "add a type");
	must(btf__add_field(btf, "lock", lock, 0, 0), "add a type");
	must(btf__load_into_kernel(btf), "load types");
	result = must(dup(btf__fd(btf)), "duplicate an fd");
	btf__free(btf);
	return result;
}

static int make_map(const char *dir, const struct row *row)
{
	LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = row->flags);
	int fd;

	if (row->locked)
		options.btf_fd = locked_type(row->value, &options.btf_key_type_id,
					     &options.btf_value_type_id);
	fd = bpf_map_create(row->type, row->name, sizeof(__u32), row->value,
			    row->entries * (row->by_cpu ? cpus_rows() : 1), &options);
	if (row->locked)
		close(options.btf_fd);
	must(fd, row->name);
	must(pins_put(dir, row->name, fd), row->name);
	return fd;
}

static void set(const char *dir, const char *name, __u32 key, const void *value)
{
	int fd = must(pins_get(dir, name), name);

	must(bpf_map_update_elem(fd, &key, value, BPF_ANY) ? -errno : 0, name);
	close(fd);
}

/* Each CPU has the same. */
static void set_percpu(const char *dir, const char *name, __u32 key, const void *value, size_t size)
{
	int cpus = must(percpu_cpus(), "count CPUs");
	char *values = calloc(cpus, size);

	for (int cpu = 0; cpu < cpus; cpu++)
		memcpy(values + cpu * size, value, size);
	set(dir, name, key, values);
	free(values);
}

static void fill_limits(const char *dir)
{
	struct abi2_config config = {
		.abi = ABI2, .generation = 5, .monitor = 1, .protect = 1, .trusted = 1,
		.max_regions = ABI2_PINS_REGIONS, .hash_seed = ABI2_PINS_SEED,
		.default_limits = { .cps = 5000, .prefix_pps = 1000, .hold_ns = 10,
				    .answer_cps = ABI2_ANSWER_CPS, .own = 1 << 2 },
	};
	struct ecdn_xdp_protected_ports ports = { .tcp[10] = 1 };

	set(dir, "config", 0, &config);
	set(dir, "protected_ports", 0, &ports);
	for (__u32 region = 0; region < ABI2_PINS_REGIONS; region++) {
		struct abi2_limits limits = config.default_limits;

		limits.own = region == 3 ? 1 << 4 : 0;
		limits.blocked = region == 2;
		limits.exempt_until_ns = region == 4 ? ~0ULL : 0;
		limits.released_ns = region;
		set(dir, "region_limits", region, &limits);
	}
}

static void fill_regions(const char *dir)
{
	static const char *const names[] = { "ONE", "TWO", "SIX" };
	struct abi2_region_rate rate = { .rate = { .limited = 1, .limited_ns = 4, .answer_ns = 6 } };
	struct abi2_region_state state = { .state = ECDN_XDP_STATE_LIMITED, .since_ns = 4,
					   .until_ns = 44 };
	struct abi2_events events;
	__u64 *event = (__u64 *)&events;

	for (__u32 i = 0; i < 3; i++) {
		struct ecdn_xdp_region_name name = {};

		strcpy(name.name, names[i]);
		set(dir, "region_name", i + 1, &name);
	}
	for (__u32 region = 0; region < ABI2_PINS_REGIONS; region++) {
		struct abi2_region_stats stats = {
			.packets = ABI2_PINS_PACKETS(region), .bytes = 60, .connections = 3,
			.dropped = { .blocked = { 1, 2 }, .prefix_pps = { 3, 4 },
				     .answer_cps = { 5, 6 } },
			.would_drop = { .answer_cps = { 7, 8 } },
		};

		set_percpu(dir, "region_stats", region, &stats, sizeof(stats));
	}
	rate.rate.slow.current.packets = 66;
	set(dir, "region_rate", 1, &rate);
	set(dir, "region_state", 1, &state);
	for (size_t i = 0; i < sizeof(events) / sizeof(*event); i++)
		event[i] = ABI2_PINS_EVENT + i;
	set_percpu(dir, "events", 0, &events, sizeof(events));
}

/* A leaf of the one source. */
static __u32 leaf(__u32 region)
{
	return region | 1 << ABI2_ENTRY_SOURCE_SHIFT;
}

/* 198.51.0.0/16 is ONE; 203.0.113.0 and 203.0.113.255 TWO and what is between ONE; 203.1.7.0/24
 * SIX; 2001::/16 TWO. */
static void draw_regions(struct abi2_line *lines)
{
	struct abi2_table_header *header = (void *)&lines[ABI2_TABLE_HEADER];
	__u32 runs = 12544, block = 12545, last = 12561;
	struct abi2_line *line = &lines[last];

	*header = (struct abi2_table_header){
		.magic = ABI2_TABLE_MAGIC, .lines = last + 1, .generation = ABI2_PINS_GENERATION,
		.loaded_at = ABI2_PINS_LOADED_AT, .sources = 1, .ranges_v4 = 5, .ranges_v6 = 1,
	};
	strcpy(header->source[0], ABI2_PINS_SOURCE);
	lines[198 * 16 + 51 / 16].word[51 % 16] = leaf(1);
	lines[203 * 16].word[0] = ABI2_ENTRY_CHILD | ABI2_ENTRY_RUNS | runs;
	lines[203 * 16].word[1] = ABI2_ENTRY_CHILD | block;
	/* From 113 on one run, from 114 on the next; the others are spare. */
	lines[runs].runs.begins_low = 0x0101010101010000ULL | (256 - 113) | (256 - 114) << 8;
	lines[runs].runs.begins_high = 0x01010101;
	lines[runs].runs.run[1] = ABI2_ENTRY_CHILD | ABI2_ENTRY_RUNS | last;
	lines[block].word[7] = leaf(3);
	line->runs.begins_low = 0x0101010101010000ULL | (256 - 1) | (256 - 255) << 8;
	line->runs.begins_high = 0x01010101;
	line->runs.run[0] = leaf(2);
	line->runs.run[1] = leaf(1);
	for (int run = 2; run < 13; run++)
		line->runs.run[run] = leaf(2);
	lines[ABI2_TABLE_ROOT_V6 + 0x20 * 16].word[1] = leaf(2);
}

static void draw_trusted(struct abi2_line *lines)
{
	struct abi2_trusted_header *header = (void *)&lines[ABI2_TABLE_HEADER];
	struct ecdn_xdp_trusted_row *row = (void *)&lines[ABI2_TABLE_LINES - 1];

	*header = (struct abi2_trusted_header){ .magic = ABI2_TABLE_MAGIC, .lines = 12544,
						.generation = 3, .rows = 1, .allowed = 1 };
	*row = (struct ecdn_xdp_trusted_row){ .addr = { 198, 51, 100 }, .family = 4, .length = 24,
					      .allowed = 1, .added_at = 1600000000 };
}

static void make_table(const char *dir, const char *slot, const char *pin,
		       void (*draw)(struct abi2_line *lines))
{
	LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = BPF_F_MMAPABLE);
	int table = must(bpf_map_create(BPF_MAP_TYPE_ARRAY, pin, 4, sizeof(struct abi2_line),
					ABI2_TABLE_LINES, &options), pin);
	LIBBPF_OPTS(bpf_map_create_opts, outer, .inner_map_fd = table);
	int map = must(bpf_map_create(BPF_MAP_TYPE_ARRAY_OF_MAPS, slot, 4, 4, 1, &outer), slot);
	size_t bytes = ABI2_TABLE_LINES * sizeof(struct abi2_line);
	void *lines = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, table, 0);

	must(lines == MAP_FAILED ? -errno : 0, "map a table");
	draw(lines);
	munmap(lines, bytes);
	must(bpf_map_freeze(table), "freeze a table");
	must(bpf_map_update_elem(map, &(__u32){ 0 }, &table, BPF_ANY) ? -errno : 0, slot);
	must(pins_put(dir, slot, map), slot);
	must(pins_put(dir, pin, table), pin);
	close(map);
	close(table);
}

static int make_program(const char *dir, enum bpf_prog_type type, const char *pin, int result)
{
	struct bpf_insn code[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = result },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	LIBBPF_OPTS(bpf_prog_load_opts, options,
		    .expected_attach_type = type == BPF_PROG_TYPE_XDP ? BPF_XDP : 0);
	int fd = must(bpf_prog_load(type, "old", "GPL", code, 2, &options), "load a program");

	must(pins_put(dir, pin, fd), pin);
	return fd;
}

static void attach(const char *dir, int program, const char *iface)
{
	LIBBPF_OPTS(bpf_link_create_opts, options, .flags = XDP_FLAGS_SKB_MODE);
	char name[PINS_NAME_SIZE];
	int link = must(bpf_link_create(program, if_nametoindex(iface), BPF_XDP, &options),
			"attach a program");

	must(pins_put(dir, pins_interface("link", iface, name), link), "pin a link");
	close(link);
}

void abi2_pins_make(const char *dir, const char *iface)
{
	int guard;

	must(pins_make(dir), "make pins");
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		close(make_map(dir, &rows[i]));
	fill_limits(dir);
	fill_regions(dir);
	make_table(dir, "region_table", "region_lines", draw_regions);
	make_table(dir, "trusted_table", "trusted_lines", draw_trusted);
	close(make_program(dir, BPF_PROG_TYPE_SCHED_CLS, "prog/publish", 0));
	guard = make_program(dir, BPF_PROG_TYPE_XDP, "prog/guard", XDP_PASS);
	if (iface)
		attach(dir, guard, iface);
	close(guard);
}

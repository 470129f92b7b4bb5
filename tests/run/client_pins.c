// SPDX-License-Identifier: BSD-2-Clause
#include "client_pins.h"

#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "harness.h"
#include "regions/table.h"
#include "table/lines.h"
#include "trust/trust_table.h"

#define NS_PER_SECOND 1000000000ULL

static const char *const names[] = { "public_config", "region_state", "request_stats" };

static char left_over[64];

static int new_map(const char *name, unsigned int size, unsigned int entries, void **memory)
{
	LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = BPF_F_MMAPABLE);
	int fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, name, sizeof(__u32), size, entries, &options);

	need(fd >= 0, "create a map");
	*memory = mmap(NULL, (size_t)size * entries, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	need(*memory != MAP_FAILED, "map a map");
	return fd;
}

/* A map that has no more lines than what was compiled, which is freed. */
static int new_table(struct ecdn_xdp_table_line *compiled, struct ecdn_xdp_table_line **lines)
{
	size_t used = lines_used(compiled);
	void *memory;
	int fd = new_map("lines", sizeof(*compiled), used, &memory);

	memcpy(memory, compiled, used * sizeof(*compiled));
	lines_free(compiled);
	*lines = memory;
	return fd;
}

static addr_bits random_bits(void)
{
	addr_bits bits = 0;

	for (int i = 0; i < 8; i++)
		bits = bits << 16 | (random() & 0xffff);
	return bits;
}

static int by_value(const void *a, const void *b)
{
	const addr_bits *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static void note_border(struct client_pins *pins, addr_bits bits, int family)
{
	if (pins->borders < PINS_BORDERS)
		pins->border[pins->borders++] = (struct address){ bits, family };
}

/* Cuts all addresses at random places, some of them close to each other. */
static void cut(struct client_pins *pins, struct range_list *list, int family)
{
	enum { CUTS = 800 };
	static addr_bits begin[CUTS + 1];
	int low = family == AF_INET ? 96 : 0;

	for (int i = 1; i < CUTS; i++) {
		begin[i] = i % 3 ? random_bits() :
			   begin[i - 1] + ((addr_bits)(random() % 999) << low);
		begin[i] = begin[i] >> low << low;
	}
	qsort(begin, CUTS, sizeof(*begin), by_value);
	for (int i = 0; i < CUTS; i++) {
		uint32_t region = 1 + random() % (PINS_REGIONS - 1);

		note_border(pins, begin[i], family);
		if (i + 1 == CUTS || begin[i] != begin[i + 1])
			need(!range_list_add(list, begin[i], begin[i + 1] - 1, region),
			     "add a range");
	}
}

static void compile_regions(struct client_pins *pins, struct ecdn_xdp_table_line *lines)
{
	const struct table_room room = { PINS_REGIONS, 0 };
	struct range_set set = {};

	cut(pins, &set.v4, AF_INET);
	cut(pins, &set.v6, AF_INET6);
	need(!table_compile(&set, &room, lines, ECDN_XDP_TABLE_LINES_MAX), "compile a table");
	range_set_free(&set);
}

/* Most inside one before, so that they nest; none so short that it covers everything. */
static void make_prefix(struct client_pins *pins, struct cidr *prefix, const struct cidr *before)
{
	int width = random() % 2 ? 32 : 128, least = 8;
	addr_bits bits = random_bits();

	if (before && random() % 3) {
		width = before->addr.family == AF_INET ? 32 : 128;
		least = before->length;
		bits = before->addr.bits | (least < 128 ? bits >> least : 0);
	}
	prefix->addr.family = width == 32 ? AF_INET : AF_INET6;
	prefix->length = least + random() % (width - least + 1);
	prefix->addr.bits = bits >> (128 - prefix->length) << (128 - prefix->length);
	note_border(pins, prefix->addr.bits, prefix->addr.family);
	note_border(pins, cidr_last(prefix) + 1, prefix->addr.family);
}

static void compile_trusted(struct client_pins *pins)
{
	enum { PREFIXES = 600 };
	static struct trust_node node[PREFIXES];
	static struct cidr allowed[PREFIXES];
	struct ecdn_xdp_table_line *lines = lines_new();
	struct trust_list list = {};

	need(lines, "allocate memory");
	for (int i = 0; i < PREFIXES; i++) {
		make_prefix(pins, &allowed[i], i ? &allowed[random() % i] : NULL);
		make_prefix(pins, &node[i].cidr, &allowed[random() % (i + 1)]);
	}
	need(!trust_list_allow(&list, allowed, PREFIXES, 1), "allow prefixes");
	need(!trust_list_add_nodes(&list, node, PREFIXES, 1), "add nodes");
	need(!trust_table_compile(&list, lines, ECDN_XDP_TABLE_LINES_MAX),
	     "compile a trusted table");
	pins->trusted_fd = new_table(lines, &pins->trusted);
	trust_list_free(&list);
}

static void name_regions(struct ecdn_xdp_table_line *lines, uint8_t table)
{
	struct ecdn_xdp_region_name *name = table_names(lines);

	for (int id = 1; id < PINS_REGIONS; id++)
		snprintf(name[id].name, sizeof(name[id].name), "%d.%d", table, id);
}

/* Of a test that ended early. */
static void remove_pins(void)
{
	char command[256];

	snprintf(command, sizeof(command), "rm -rf %s %s-next", left_over, left_over);
	if (system(command))
		printf("%s is left\n", left_over);
}

void client_pins_open(struct client_pins *pins)
{
	memset(pins, 0, sizeof(*pins));
	snprintf(pins->dir, sizeof(pins->dir), "/sys/fs/bpf/ecdn-test-client-%d", getpid());
	strcpy(left_over, pins->dir);
	need(!atexit(remove_pins), "prepare the end");
	pins->cpus = libbpf_num_possible_cpus();
	for (int i = 0; i < PINS_TABLES; i++) {
		struct ecdn_xdp_table_line *lines = lines_new();

		need(lines, "allocate memory");
		compile_regions(pins, lines);
		name_regions(lines, i);
		pins->table_fd[i] = new_table(lines, &pins->table[i]);
	}
	compile_trusted(pins);
}

static void pin(const char *dir, const char *name, int fd)
{
	char path[128], beside[144];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	snprintf(beside, sizeof(beside), "%s-next", path);
	need(!bpf_obj_pin(fd, beside), "pin a map");
	need(!rename(beside, path), "rename a pin");
}

/* A table may still be mapped by who has not noticed, so its number changes only here,
 * where it is not the one in use. */
static void pin_table(struct client_pins *pins, const char *dir, int table)
{
	table_header(pins->table[table])->generation = ++pins->generation;
	pin(dir, "region_lines", pins->table_fd[table]);
	__atomic_store_n(&pins->public->table_generation, pins->generation, __ATOMIC_RELEASE);
}

void client_pins_swap(struct client_pins *pins, int table)
{
	pin_table(pins, pins->dir, table);
}

void client_pins_lag(struct client_pins *pins, bool trusted)
{
	__u64 *announced = trusted ? &pins->public->trusted_generation :
				     &pins->public->table_generation;

	__atomic_store_n(announced, ++pins->generation, __ATOMIC_RELEASE);
}

void client_pins_catch_up(struct client_pins *pins, int table)
{
	table_header(pins->table[table])->generation = pins->public->table_generation;
	pin(pins->dir, "region_lines", pins->table_fd[table]);
}

void client_pins_trust(struct client_pins *pins, bool trust)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/trusted_lines", pins->dir);
	if (trust) {
		trust_table_header(pins->trusted)->generation = ++pins->generation;
		pin(pins->dir, "trusted_lines", pins->trusted_fd);
	}
	__atomic_store_n(&pins->public->trusted_generation, trust ? pins->generation : 0,
			 __ATOMIC_RELEASE);
	if (!trust)
		unlink(path);
}

void client_pins_load(struct client_pins *pins, int table)
{
	void *memory[3];
	char next[80];

	pins->fd[0] = new_map(names[0], sizeof(*pins->public), 1, &memory[0]);
	pins->fd[1] = new_map(names[1], sizeof(*pins->state), PINS_REGIONS, &memory[1]);
	pins->fd[2] = new_map(names[2], sizeof(*pins->requests), pins->cpus * PINS_REGIONS,
			      &memory[2]);
	pins->public = memory[0];
	pins->state = memory[1];
	pins->requests = memory[2];
	pins->public->abi = ECDN_XDP_ABI;
	pins->public->max_regions = PINS_REGIONS;
	for (int id = 0; id < PINS_REGIONS; id++) {
		pins->state[id].state = ECDN_XDP_STATE_LIMITED;
		pins->state[id].until_ns = now_ns() + 3600 * NS_PER_SECOND;
	}
	snprintf(next, sizeof(next), "%s-next", pins->dir);
	need(!mkdir(next, 0755), "make a directory");
	for (int i = 0; i < 3; i++)
		pin(next, names[i], pins->fd[i]);
	pin_table(pins, next, table);
	need(!rename(next, pins->dir), "rename a directory");
}

static void unmap(struct client_pins *pins)
{
	munmap(pins->public, sizeof(*pins->public));
	munmap(pins->state, sizeof(*pins->state) * PINS_REGIONS);
	munmap(pins->requests, sizeof(*pins->requests) * pins->cpus * PINS_REGIONS);
	for (int i = 0; i < 3; i++)
		close(pins->fd[i]);
}

void client_pins_unload(struct client_pins *pins)
{
	static const char *const all[] = {
		"public_config", "region_state", "request_stats", "region_lines", "trusted_lines",
	};
	char next[80], path[128];

	pins->public->gone = 1;
	snprintf(next, sizeof(next), "%s-next", pins->dir);
	need(!rename(pins->dir, next), "rename a directory");
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
		snprintf(path, sizeof(path), "%s/%s", next, all[i]);
		unlink(path);
	}
	need(!rmdir(next), "remove a directory");
	unmap(pins);
}

void client_pins_close(struct client_pins *pins)
{
	for (int i = 0; i < PINS_TABLES; i++) {
		munmap(pins->table[i], lines_used(pins->table[i]) * sizeof(*pins->table[i]));
		close(pins->table_fd[i]);
	}
	munmap(pins->trusted, lines_used(pins->trusted) * sizeof(*pins->trusted));
	close(pins->trusted_fd);
}

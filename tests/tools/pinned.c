// SPDX-License-Identifier: BSD-2-Clause
/*
 * pinned.c - what a pin directory holds, a line for each pin and for each value that commands
 * write, so that two moments can be compared by diff. What packets count is not read, but for
 * which keys are there. Of an interface, and of a cgroup, it prints the programs that are attached.
 *
 *	pinned DIR|INTERFACE|CGROUP...
 */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <linux/magic.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "base/scoped.h"
#include "ecdn-xdp-maps.h"
#include "kernel/object.h"
#include "kernel/percpu.h"

/* Maps whose values commands write, or derive from what they write. */
static const char *const settled[] = {
	"config", "public_config", "protected_ports", "region_limits", "region_name",
	"region_state", "region_table", "region_lines", "trusted_table", "trusted_lines",
	"trusted_ceilings", "steer_listeners", "steer_rules", "steer_sockets", "ping_config",
	"local_addresses", "shield_ifaces", "hop_limits", "region_learned",
	"region_until",
};

/* Maps of which packets change the values alone. */
static const char *const keyed[] = {
	"trusted_rates", "node_stats", "node_buckets", "steer_stats",
};

static bool is_in(const char *name, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(name, list[i]))
			return true;
	return false;
}

/* FNV-1a */
static __u64 digest(const unsigned char *bytes, size_t size)
{
	__u64 sum = 0xcbf29ce484222325;

	for (size_t i = 0; i < size; i++)
		sum = (sum ^ bytes[i]) * 0x100000001b3;
	return sum;
}

static void print_value(const char *path, int fd, const struct bpf_map_info *info,
			const unsigned char *key, unsigned char *value, bool with_value)
{
	printf("%s ", path);
	for (__u32 i = 0; i < info->key_size; i++)
		printf("%02x", key[i]);
	if (with_value && !bpf_map_lookup_elem(fd, key, value))
		printf(" %016llx", digest(value, info->value_size));
	putchar('\n');
}

static void print_values(const char *path, int fd, const struct bpf_map_info *info,
			 bool with_value)
{
	scoped_free unsigned char *key = calloc(2, info->key_size);
	scoped_free unsigned char *value = calloc(1, info->value_size + 8);
	unsigned char *next = key + info->key_size;
	bool first = true;

	while (!bpf_map_get_next_key(fd, first ? NULL : key, next)) {
		first = false;
		memcpy(key, next, info->key_size);
		print_value(path, fd, info, key, value, with_value);
	}
}

/* When a region entered its state is left out: it may have left it for a moment. */
static void print_states(const char *path, int fd, __u32 count)
{
	struct ecdn_xdp_region_state state;

	for (__u32 i = 0; i < count; i++)
		if (!bpf_map_lookup_elem(fd, &i, &state))
			printf("%s %u state %u %u %llu\n", path, i, state.state, state.next,
			       state.until_ns);
}

/* Of a map that can be mapped all is read at once. */
static void print_mapped(const char *path, int fd, const struct bpf_map_info *info)
{
	size_t size = (size_t)((info->value_size + 7) / 8 * 8) * info->max_entries;
	void *at = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);

	if (at == MAP_FAILED)
		return;
	printf("%s all %016llx\n", path, digest(at, size));
	munmap(at, size);
}

static void print_map(const char *path, int fd)
{
	const char *name = strrchr(path, '/') + 1;
	struct bpf_map_info info = {};

	if (bpf_obj_get_info_by_fd(fd, &info, &(__u32){ sizeof(info) }))
		return;
	printf("%s map %u type %u entries %u\n", path, info.id, info.type, info.max_entries);
	if (!is_in(name, settled, sizeof(settled) / sizeof(*settled)) &&
	    !is_in(name, keyed, sizeof(keyed) / sizeof(*keyed)))
		return;
	if (!strcmp(name, "region_state"))
		print_states(path, fd, info.max_entries);
	else if (info.map_flags & BPF_F_MMAPABLE)
		print_mapped(path, fd, &info);
	else if (is_in(name, settled, sizeof(settled) / sizeof(*settled)))
		print_values(path, fd, &info, true);
	else
		print_values(path, fd, &info, false);
}

static void print_program(const char *path, int fd)
{
	struct bpf_prog_info info = {};

	if (!bpf_obj_get_info_by_fd(fd, &info, &(__u32){ sizeof(info) }))
		printf("%s program %u %s\n", path, info.id, info.name);
}

static void print_link(const char *path, int fd)
{
	struct bpf_link_info info = {};

	if (!bpf_obj_get_info_by_fd(fd, &info, &(__u32){ sizeof(info) }))
		printf("%s link %u of program %u to %u\n", path, info.id, info.prog_id,
		       info.xdp.ifindex);
}

static int visit(const char *path, const struct stat *stat, int type, struct FTW *where)
{
	char target[256] = "";
	scoped_fd int fd = -1;

	(void)where;
	if (type == FTW_SL && readlink(path, target, sizeof(target) - 1) < 0)
		return 0;
	if (type != FTW_F) {
		printf("%s %o %s\n", path, stat->st_mode, target);
		return 0;
	}
	printf("%s %o of %u:%u\n", path, stat->st_mode, stat->st_uid, stat->st_gid);
	fd = bpf_obj_get(path);
	if (fd < 0)
		printf("%s cannot be opened: %s\n", path, strerror(errno));
	else if (object_kind(fd) == OBJECT_MAP)
		print_map(path, fd);
	else if (object_kind(fd) == OBJECT_PROGRAM)
		print_program(path, fd);
	else
		print_link(path, fd);
	return 0;
}

static void print_interface(const char *name, int index)
{
	__u32 program;

	if (!bpf_xdp_query_id(index, 0, &program) && program)
		printf("%s has program %u\n", name, program);
}

static void print_cgroup(const char *path)
{
	scoped_fd int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	__u32 programs[64];

	for (enum bpf_attach_type type = 0; type < __MAX_BPF_ATTACH_TYPE; type++) {
		__u32 count = sizeof(programs) / sizeof(*programs);

		if (bpf_prog_query(fd, type, 0, NULL, programs, &count))
			continue;
		for (__u32 i = 0; i < count; i++)
			printf("%s has program %u at %d\n", path, programs[i], type);
	}
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		int index = (int)if_nametoindex(argv[i]);
		struct statfs what;

		if (index)
			print_interface(argv[i], index);
		else if (!statfs(argv[i], &what) && what.f_type == CGROUP2_SUPER_MAGIC)
			print_cgroup(argv[i]);
		else
			nftw(argv[i], visit, 16, FTW_PHYS);
	}
	return 0;
}

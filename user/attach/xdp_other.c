// SPDX-License-Identifier: BSD-2-Clause
#include "attach/xdp_other.h"

#include <errno.h>
#include <ftw.h>
#include <linux/if_link.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <bpf/bpf.h>

#include "base/log.h"
#include "base/scoped.h"
#include "kernel/object.h"
#include "kernel/pins.h"
#include "net/link_xdp.h"

#define GUARD PINS_PROGRAMS "/guard"

/* libxdp's program, which calls those that its users load. */
#define DISPATCHER "xdp_dispatcher"

/* What is on an interface; what is not known is 0. */
struct other {
	const char *iface;
	int ifindex;
	__u32 program, link;    /* ids */
	char name[BPF_OBJ_NAME_LEN];
	const char *off;        /* the word by which `ip link set` takes it off */
};

static void read_program(struct other *other)
{
	struct bpf_prog_info info = {};
	struct link_xdp xdp;
	scoped_fd int fd = -1;

	other->off = "xdp";
	if (link_xdp_read(other->ifindex, &xdp))
		return;
	if (xdp.generic && !xdp.native)
		other->off = "xdpgeneric";
	if (xdp.offloaded && !xdp.native)
		other->off = "xdpoffload";
	other->program = xdp.native ?: xdp.generic ?: xdp.offloaded;
	fd = other->program ? bpf_prog_get_fd_by_id(other->program) : -1;
	if (fd >= 0 && !bpf_obj_get_info_by_fd(fd, &info, &(__u32){ sizeof(info) }))
		memcpy(other->name, info.name, sizeof(other->name) - 1);
}

static bool is_link_of(const struct other *other, __u32 id)
{
	struct bpf_link_info info = {};
	scoped_fd int fd = bpf_link_get_fd_by_id(id);

	return fd >= 0 && !bpf_obj_get_info_by_fd(fd, &info, &(__u32){ sizeof(info) }) &&
	       info.type == BPF_LINK_TYPE_XDP && info.prog_id == other->program &&
	       (int)info.xdp.ifindex == other->ifindex;
}

static void read_link(struct other *other)
{
	__u32 id = 0;

	while (!other->link && !bpf_link_get_next_id(id, &id))
		if (is_link_of(other, id))
			other->link = id;
}

/* The id of the guard's program that is pinned in a directory; 0 if none is. */
static __u32 guard_in(const char *dir)
{
	struct bpf_prog_info info = {};
	char path[PINS_PATH_SIZE];
	scoped_fd int fd = bpf_obj_get(pins_path(dir, GUARD, path));

	if (fd < 0 || object_kind(fd) != OBJECT_PROGRAM ||
	    bpf_obj_get_info_by_fd(fd, &info, &(__u32){ sizeof(info) }))
		return 0;
	return info.id;
}

/* nftw() passes nothing on to what it calls. */
static struct {
	__u32 program;
	char dir[PATH_MAX];
} search;

static int visit(const char *path, const struct stat *stat, int type, struct FTW *where)
{
	(void)stat;
	(void)where;
	if (type != FTW_D || !pins_are_ours(path) || guard_in(path) != search.program)
		return 0;
	snprintf(search.dir, sizeof(search.dir), "%s", path);
	return 1;
}

/* Goes up to where the file system of dir is mounted. */
static void mount_of(const char *dir, char top[PATH_MAX])
{
	char above[PATH_MAX], *slash;
	struct stat here, there;

	snprintf(above, sizeof(above), "%s", dir);
	snprintf(top, PATH_MAX, "%s", dir);
	while ((slash = strrchr(above, '/')) && slash != above) {
		*slash = 0;
		if (!lstat(top, &here) && !lstat(above, &there) && here.st_dev != there.st_dev)
			return;
		strcpy(top, above);
	}
}

/* The pin directory whose guard a program is, on the bpffs of dir; NULL if it is in none. */
static const char *find_guard(const char *dir, __u32 program)
{
	char top[PATH_MAX];

	search.program = program;
	*search.dir = 0;
	mount_of(dir, top);
	if (program)
		nftw(top, visit, 16, FTW_PHYS | FTW_MOUNT);
	return *search.dir ? search.dir : NULL;
}

static const char *name_of(const struct other *other)
{
	return *other->name ? other->name : "without a name that this process may read";
}

int xdp_other_refuse(const char *iface, int ifindex, const char *dir)
{
	struct other other = { .iface = iface, .ifindex = ifindex };
	const char *guard;

	read_program(&other);
	read_link(&other);
	guard = find_guard(dir, other.program);
	if (guard)
		return log_error(-EBUSY, "cannot attach to %s: it has the guard of another pin "
				 "directory; `ecdn-xdp unload %s --pin-dir %s` first, or name that "
				 "--pin-dir", iface, iface, guard);
	if (!strcmp(other.name, DISPATCHER))
		return log_error(-EBUSY, "cannot attach to %s: libxdp's dispatcher is attached to "
				 "it (id %u), with the programs of other tools; `xdp-loader unload "
				 "%s --all` removes it and them", iface, other.program, iface);
	if (other.link)
		return log_error(-EBUSY, "cannot attach to %s: XDP program %s (id %u) is attached "
				 "to it by the bpf_link with id %u; end the process or remove the "
				 "pin that holds it, or `bpftool link detach id %u`", iface,
				 name_of(&other), other.program, other.link, other.link);
	return log_error(-EBUSY, "cannot attach to %s: XDP program %s (id %u) is attached to it; "
			 "remove it first, with the tool that put it there or `ip link set dev %s "
			 "%s off`", iface, name_of(&other), other.program, iface, other.off);
}

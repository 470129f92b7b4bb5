// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/xdp_link.h"

#include <errno.h>
#include <linux/if_link.h>
#include <net/if_arp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "base/log.h"
#include "base/scoped.h"

static const char *const mode_names[] = {
	[ATTACH_AUTO] = "auto",
	[ATTACH_NATIVE] = "native",
	[ATTACH_SKB] = "skb",
};

const char *attach_mode_name(enum attach_mode mode)
{
	return mode_names[mode];
}

int attach_mode_parse(const char *text, enum attach_mode *mode)
{
	for (size_t i = 0; i < sizeof(mode_names) / sizeof(*mode_names); i++)
		if (!strcmp(text, mode_names[i])) {
			*mode = i;
			return 0;
		}
	return -EINVAL;
}

static char *link_path(const char *dir, const char *iface, char path[PINS_PATH_SIZE])
{
	char name[PINS_NAME_SIZE];

	return pins_path(dir, pins_interface(PINS_LINKS, iface, name), path);
}

/* Only the interface's own network namespace can tell. */
static enum attach_mode mode_of(int ifindex, __u32 program)
{
	LIBBPF_OPTS(bpf_xdp_query_opts, query);

	if (!ifindex || bpf_xdp_query(ifindex, 0, &query))
		return ATTACH_AUTO;
	if (query.drv_prog_id == program)
		return ATTACH_NATIVE;
	return query.skb_prog_id == program ? ATTACH_SKB : ATTACH_AUTO;
}

/* A missing pin is -ENOENT and not said. */
static int read_link(struct attachment *of, const char *dir, const char *iface)
{
	struct bpf_link_info info = {};
	__u32 length = sizeof(info);
	char path[PINS_PATH_SIZE];

	memset(of, 0, sizeof(*of));
	of->link = -1;
	if (strlen(iface) >= sizeof(of->iface))
		return log_error(-ENODEV, "there is no interface %s: its name is too long", iface);
	snprintf(of->iface, sizeof(of->iface), "%s", iface);
	of->link = bpf_obj_get(link_path(dir, iface, path));
	if (of->link < 0 && errno == ENOENT)
		return -ENOENT;
	if (of->link < 0 || bpf_obj_get_info_by_fd(of->link, &info, &length))
		return log_error(-errno, "cannot read %s: %s", path, strerror(errno));
	of->ifindex = info.xdp.ifindex;
	of->mode = mode_of(of->ifindex, info.prog_id);
	return 0;
}

int attach_read(struct attachment *of, const char *dir, const char *iface)
{
	int err = read_link(of, dir, iface);

	if (err == -ENOENT)
		return log_error(err, "%s is not loaded; `ecdn-xdp status` lists what is", iface);
	return err;
}

/* The program on an interface, in words; the kernel's error alone does not name it. */
static void describe_program(int ifindex, char *text, size_t size)
{
	LIBBPF_OPTS(bpf_xdp_query_opts, query);
	struct bpf_prog_info info = {};
	__u32 length = sizeof(info), id = 0;
	int fd;

	if (!bpf_xdp_query(ifindex, 0, &query))
		id = query.drv_prog_id ?: query.skb_prog_id ?: query.hw_prog_id ?: query.prog_id;
	fd = id ? bpf_prog_get_fd_by_id(id) : -1;
	if (fd >= 0)
		bpf_obj_get_info_by_fd(fd, &info, &length);
	scoped_close(&fd);
	snprintf(text, size, "%s (id %u)", info.name[0] ? info.name : "without name", id);
}

static int busy_error(const char *iface, int ifindex)
{
	char program[64];

	describe_program(ifindex, program, sizeof(program));
	return log_error(-EBUSY, "cannot attach to %s: XDP program %s is attached to it; remove it "
			 "first, with the tool that put it there or `ip link set dev %s xdp off`",
			 iface, program, iface);
}

static int create_link(int program, int ifindex, enum attach_mode mode)
{
	LIBBPF_OPTS(bpf_link_create_opts, options,
		    .flags = mode == ATTACH_SKB ? XDP_FLAGS_SKB_MODE : XDP_FLAGS_DRV_MODE);

	return bpf_link_create(program, ifindex, BPF_XDP, &options);
}

static bool is_busy(int err)
{
	return err == -EBUSY || err == -EEXIST;
}

static int create_error(int err, const char *iface, int ifindex, enum attach_mode mode)
{
	if (is_busy(err))
		return busy_error(iface, ifindex);
	if (err == -EPERM)
		return log_error(err, "cannot attach to %s: not permitted; run as root", iface);
	return log_error(err, "cannot attach to %s in %s mode: %s%s", iface,
			 attach_mode_name(mode), strerror(-err), mode == ATTACH_NATIVE ?
			 "; its driver or its MTU may not allow it: try -m skb" : "");
}

static int attach_new(struct attachment *to, enum attach_mode mode, int program)
{
	enum attach_mode tried = mode == ATTACH_SKB ? ATTACH_SKB : ATTACH_NATIVE;

	to->link = create_link(program, to->ifindex, tried);
	if (to->link < 0 && mode == ATTACH_AUTO && !is_busy(to->link) && to->link != -EPERM) {
		log_warning("%s: native mode is not possible (%s); falling back to skb mode, "
			    "which is slower", to->iface, strerror(-to->link));
		tried = ATTACH_SKB;
		to->link = create_link(program, to->ifindex, tried);
	}
	if (to->link < 0)
		return create_error(to->link, to->iface, to->ifindex, tried);
	to->created = true;
	to->mode = tried;
	return 0;
}

static int attach_over(struct attachment *to, enum attach_mode mode, int program)
{
	int err;

	if (mode != ATTACH_AUTO && to->mode != ATTACH_AUTO && mode != to->mode)
		return log_error(-EINVAL, "%s is attached in %s mode, which cannot change in place; "
				 "`ecdn-xdp unload %s` first", to->iface,
				 attach_mode_name(to->mode), to->iface);
	err = bpf_link_update(to->link, program, NULL);
	if (err)
		return log_error(err, "cannot replace the program on %s: %s", to->iface,
				 strerror(-err));
	to->replaced = true;
	return 0;
}

/* Frames of tun, ppp or WireGuard begin with the IP header. */
bool attach_has_ethernet(const char *iface)
{
	struct ifreq request = {};
	scoped_fd int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	strcpy(request.ifr_name, iface);
	return fd < 0 || ioctl(fd, SIOCGIFHWADDR, &request) ||
	       request.ifr_hwaddr.sa_family == ARPHRD_ETHER ||
	       request.ifr_hwaddr.sa_family == ARPHRD_LOOPBACK;
}

/* The pin of an interface that was loaded under another name. */
static bool former_name(const char *dir, int ifindex, char name[IF_NAMESIZE])
{
	struct attachment other;
	unsigned int count;
	bool found = false;
	char **names;

	if (attach_names(dir, &names, &count))
		return false;
	for (unsigned int i = 0; i < count && !found; i++) {
		found = !read_link(&other, dir, names[i]) && other.ifindex == ifindex &&
			other.mode != ATTACH_AUTO;
		attach_close(&other);
		if (found)
			strcpy(name, other.iface);
	}
	pins_free_names(names, count);
	return found;
}

static int attach_unpinned(struct attachment *to, const char *dir, enum attach_mode mode,
			   int program)
{
	char former[IF_NAMESIZE];

	if (!to->ifindex)
		return log_error(-ENODEV, "there is no interface %s; `ip link` lists them",
				 to->iface);
	if (!attach_has_ethernet(to->iface))
		return log_error(-EINVAL, "%s is not an Ethernet interface, and its frames cannot be "
				 "told apart; load the one below it", to->iface);
	if (former_name(dir, to->ifindex, former))
		return log_error(-EBUSY, "%s is loaded as %s, its former name; `ecdn-xdp unload %s` "
				 "first", to->iface, former, former);
	return attach_new(to, mode, program);
}

int attach_again(struct attachment *to, const char *dir, const char *iface, int program)
{
	int err = read_link(to, dir, iface);

	if (!err && to->ifindex)
		err = attach_over(to, ATTACH_AUTO, program);
	if (err)
		attach_close(to);
	return err;
}

int attach(struct attachment *to, const char *dir, const char *iface, enum attach_mode mode,
	   int program)
{
	int ifindex = if_nametoindex(iface);
	int err = read_link(to, dir, iface);

	if (!err && to->ifindex == ifindex && to->mode != ATTACH_AUTO) {
		err = attach_over(to, mode, program);
	} else if (!err && to->ifindex) {
		err = log_error(-EEXIST, "%s is pinned for an interface that is not here under that "
				"name: it was renamed, or is in another network namespace; unload it "
				"there, or use another --pin-dir", iface);
	} else if (!err || err == -ENOENT) {
		attach_close(to);
		to->ifindex = ifindex;
		err = attach_unpinned(to, dir, mode, program);
	}
	if (err)
		attach_close(to);
	return err;
}

void attach_undo(struct attachment *of, int old_program)
{
	if (of->replaced && bpf_link_update(of->link, old_program, NULL))
		log_warning("%s: cannot put the old program back: %s", of->iface, strerror(errno));
	attach_close(of);
}

void attach_close(struct attachment *of)
{
	if (of->link >= 0)
		close(of->link);
	of->link = -1;
}

int attach_remove(const char *dir, const char *iface)
{
	char path[PINS_PATH_SIZE];
	struct attachment of;
	int err = attach_read(&of, dir, iface);

	if (err)
		return err;
	/* Detached by hand: the pin's removal alone would wait for other holders. */
	if (of.ifindex && bpf_link_detach(of.link))
		log_warning("%s: cannot detach: %s", iface, strerror(errno));
	attach_close(&of);
	if (unlink(link_path(dir, iface, path)))
		return log_error(-errno, "cannot remove %s: %s", path, strerror(errno));
	return 0;
}

int attach_names(const char *dir, char ***names, unsigned int *count)
{
	return pins_names(dir, PINS_LINKS, names, count);
}

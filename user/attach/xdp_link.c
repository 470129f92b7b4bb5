// SPDX-License-Identifier: BSD-2-Clause
#include "attach/xdp_link.h"

#include <errno.h>
#include <linux/if_link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "base/log.h"
#include "base/scoped.h"
#include "base/words.h"
#include "kernel/capabilities.h"
#include "attach/xdp_other.h"
#include "net/link.h"
#include "net/link_xdp.h"

static const char *const mode_names[] = {
	[XDP_MODE_AUTO] = "auto",
	[XDP_MODE_NATIVE] = "native",
	[XDP_MODE_SKB] = "skb",
};

const char *xdp_link_mode_name(enum xdp_mode mode)
{
	return mode_names[mode];
}

int xdp_link_mode_parse(const char *text, enum xdp_mode *mode)
{
	int index = words_index(mode_names, sizeof(mode_names) / sizeof(*mode_names), text);

	if (index < 0)
		return index;
	*mode = index;
	return 0;
}

static char *link_path(const char *dir, const char *iface, char path[PINS_PATH_SIZE])
{
	char name[PINS_NAME_SIZE];

	return pins_path(dir, pins_interface(PINS_LINKS, iface, name), path);
}

/* The mode can be read in the interface's own network namespace only, and stays
 * XDP_MODE_AUTO in others. A negative errno, silent, if it could not be asked for. */
static int read_mode(int ifindex, __u32 program, enum xdp_mode *mode)
{
	struct link_xdp xdp = {};
	int err = ifindex ? link_xdp_read(ifindex, &xdp) : 0;

	*mode = XDP_MODE_AUTO;
	if (xdp.native == program)
		*mode = XDP_MODE_NATIVE;
	else if (xdp.generic == program)
		*mode = XDP_MODE_SKB;
	return err;
}

int xdp_link_read(struct xdp_link *of, const char *dir, const char *iface)
{
	struct bpf_link_info info = {};
	__u32 length = sizeof(info);
	char path[PINS_PATH_SIZE];
	int err;

	memset(of, 0, sizeof(*of));
	of->fd = -1;
	if (strlen(iface) >= sizeof(of->iface))
		return log_error(-ENODEV, "there is no interface %s: its name is too long", iface);
	snprintf(of->iface, sizeof(of->iface), "%s", iface);
	of->fd = bpf_obj_get(link_path(dir, iface, path));
	if (of->fd < 0 && errno == ENOENT)
		return -ENOENT;
	if (of->fd < 0 || bpf_obj_get_info_by_fd(of->fd, &info, &length))
		return log_error(-errno, "cannot read %s: %s", path, strerror(errno));
	of->ifindex = info.xdp.ifindex;
	err = read_mode(of->ifindex, info.prog_id, &of->mode);
	if (err)
		return log_error(err, "cannot ask what is attached to %s: %s", iface,
				 strerror(-err));
	if (of->ifindex)
		place_attached(&of->place, of->ifindex, of->mode != XDP_MODE_AUTO);
	else
		place_lost(&of->place, dir, XDP_LINK_NOTES, iface);
	return 0;
}

static int read_place(struct place *place, const void *context, const char *dir, const char *iface)
{
	struct xdp_link of;
	int err = xdp_link_read(&of, dir, iface);

	(void)context;
	*place = of.place;
	xdp_link_close(&of);
	return err;
}

int xdp_link_find(const char *dir, const char *word, char pin[IF_NAMESIZE])
{
	return place_find(dir, PINS_LINKS, read_place, NULL, word, pin);
}

int xdp_link_make_way(const char *dir, const char *iface)
{
	char from[PINS_PATH_SIZE], to[PINS_PATH_SIZE], how[PLACE_HOW_SIZE];
	struct xdp_link of;
	int err = xdp_link_read(&of, dir, iface);
	const char *now = of.place.now;

	xdp_link_close(&of);
	if (err)
		return err;
	link_path(dir, iface, from);
	if (!access(link_path(dir, now, to), F_OK))
		return log_error(-EEXIST, "cannot load %s: by that name %s was loaded before it "
				 "was renamed; `ecdn-xdp unload %s`, then load both", iface, now,
				 now);
	if (rename(from, to))
		return log_error(-errno, "cannot rename %s to %s: %s", from, to, strerror(errno));
	place_noted_here(dir, XDP_LINK_NOTES, iface, how);
	return place_forget(dir, XDP_LINK_NOTES, iface) ?:
	       place_note(dir, XDP_LINK_NOTES, now, of.ifindex, how);
}

static int create_link(int program, int ifindex, enum xdp_mode mode)
{
	LIBBPF_OPTS(bpf_link_create_opts, options,
		    .flags = mode == XDP_MODE_SKB ? XDP_FLAGS_SKB_MODE : XDP_FLAGS_DRV_MODE);

	return bpf_link_create(program, ifindex, BPF_XDP, &options);
}

static bool is_busy(int err)
{
	return err == -EBUSY || err == -EEXIST;
}

static int create_error(int err, const struct xdp_link *to, const char *dir, enum xdp_mode mode)
{
	if (is_busy(err))
		return xdp_other_refuse(to->iface, to->ifindex, dir);
	if (err == -EPERM)
		return capabilities_error(err, CAPABILITIES_NET_ADMIN | CAPABILITIES_BPF,
					  "cannot attach to %s", to->iface);
	return log_error(err, "cannot attach to %s in %s mode: %s%s", to->iface,
			 xdp_link_mode_name(mode), strerror(-err), mode == XDP_MODE_NATIVE ?
			 "; its driver or its MTU may not allow it: try -m skb" : "");
}

static int attach_new(struct xdp_link *to, const char *dir, enum xdp_mode mode, int program)
{
	enum xdp_mode tried = mode == XDP_MODE_SKB ? XDP_MODE_SKB : XDP_MODE_NATIVE;

	to->fd = create_link(program, to->ifindex, tried);
	if (to->fd < 0 && mode == XDP_MODE_AUTO && !is_busy(to->fd) && to->fd != -EPERM) {
		log_warning("%s: native mode is not possible (%s); falling back to skb mode, "
			    "which is slower", to->iface, strerror(-to->fd));
		tried = XDP_MODE_SKB;
		to->fd = create_link(program, to->ifindex, tried);
	}
	if (to->fd < 0)
		return create_error(to->fd, to, dir, tried);
	to->created = true;
	to->mode = tried;
	return 0;
}

static int attach_over(struct xdp_link *to, enum xdp_mode mode, int program)
{
	int err;

	if (mode != XDP_MODE_AUTO && to->mode != XDP_MODE_AUTO && mode != to->mode)
		return log_error(-EINVAL, "%s is attached in %s mode, which cannot change in "
				 "place; `ecdn-xdp unload %s` first", to->iface,
				 xdp_link_mode_name(to->mode), to->iface);
	err = bpf_link_update(to->fd, program, NULL);
	if (err)
		return log_error(err, "cannot replace the program on %s: %s", to->iface,
				 strerror(-err));
	to->replaced = true;
	return 0;
}

static int attach_unpinned(struct xdp_link *to, const char *dir, const char *iface,
			   enum xdp_mode mode, int program)
{
	if (!to->ifindex)
		return log_error(-ENODEV, "there is no interface %s; `ip link` lists them", iface);
	if (!link_has_ethernet(iface))
		return log_error(-EINVAL, "%s is not an Ethernet interface, and its frames cannot "
				 "be parsed; load the interface below it", iface);
	place_attached(&to->place, to->ifindex, true);
	return attach_new(to, dir, mode, program);
}

int xdp_link_attach_again(struct xdp_link *to, const struct pins *pins, const char *iface,
			  int program)
{
	int err = xdp_link_read(to, pins->dir, iface);

	if (!err && to->ifindex)
		err = attach_over(to, XDP_MODE_AUTO, program);
	if (err)
		xdp_link_close(to);
	return err;
}

/* What was asked for is noted, not what came of it: the interface may come back with another
 * driver. */
static int pin_new(const struct xdp_link *of, const struct pins *pins, enum xdp_mode asked)
{
	char name[PINS_NAME_SIZE];
	int err = pins_put(pins->next, pins_interface(PINS_LINKS, of->iface, name), of->fd);

	return err ?: place_note(pins->next, XDP_LINK_NOTES, of->iface, of->ifindex,
				 xdp_link_mode_name(asked));
}

/* A link that an earlier version has made gets its note now: before it gets the program, as what
 * fails after that has to be undone. */
static int note_old(const struct xdp_link *of, const struct pins *pins)
{
	return place_noted(pins->dir, XDP_LINK_NOTES, of->iface) ? 0 :
	       place_note(pins->next, XDP_LINK_NOTES, of->iface, of->ifindex,
			  xdp_link_mode_name(of->mode));
}

/* Whether iface can be attached through its link: 1; 0: the link holds nothing any more. */
static int can_replace(const struct xdp_link *of, const char *iface)
{
	if (of->place.state == PLACE_ELSEWHERE)
		return log_error(-EEXIST, "%s is pinned for an interface that is in another "
				 "network namespace; unload it there, or use another --pin-dir",
				 iface);
	if (of->place.state == PLACE_HERE && strcmp(of->place.now, iface))
		return log_error(-ENODEV, "there is no interface %s: it was renamed, and is called "
				 "%s now; name it so", iface, of->place.now);
	return of->place.state == PLACE_HERE;
}

int xdp_link_attach(struct xdp_link *to, const struct pins *pins, const char *iface,
		    enum xdp_mode mode, int program)
{
	char pin[IF_NAMESIZE];
	int err = xdp_link_find(pins->dir, iface, pin), holds = 0;

	memset(to, 0, sizeof(*to));
	to->fd = -1;
	if (!err) {
		err = xdp_link_read(to, pins->dir, pin);
		holds = err ?: can_replace(to, iface);
	} else if (err == -ENOENT) {
		snprintf(to->iface, sizeof(to->iface), "%s", iface);
		err = 0;
	} else if (err == -EEXIST) {
		log_error(err, "%s was renamed meanwhile; try again", iface);
	}
	if (holds > 0) {
		err = note_old(to, pins) ?: attach_over(to, mode, program);
	} else if (!err && !holds) {
		xdp_link_close(to);
		to->ifindex = if_nametoindex(iface);
		err = attach_unpinned(to, pins->dir, iface, mode, program) ?:
		      pin_new(to, pins, mode);
	}
	err = err ?: holds < 0 ? holds : 0;
	if (err)
		xdp_link_close(to);
	return err;
}

void xdp_link_undo(struct xdp_link *of, int old_program)
{
	if (of->replaced && bpf_link_update(of->fd, old_program, NULL))
		log_warning("%s: cannot put the old program back: %s", of->iface, strerror(errno));
	xdp_link_close(of);
}

void xdp_link_close(struct xdp_link *of)
{
	if (of->fd >= 0)
		close(of->fd);
	of->fd = -1;
}

int xdp_link_remove(const char *dir, const char *iface)
{
	char path[PINS_PATH_SIZE];
	struct xdp_link of;
	int err = xdp_link_read(&of, dir, iface);

	if (err)
		return err;
	/* The link is detached explicitly: with its pin removed, it would stay attached
	 * while another process holds it. */
	if (of.ifindex && bpf_link_detach(of.fd))
		log_warning("%s: cannot detach: %s", iface, strerror(errno));
	xdp_link_close(&of);
	if (unlink(link_path(dir, iface, path)))
		return log_error(-errno, "cannot remove %s: %s", path, strerror(errno));
	return place_forget(dir, XDP_LINK_NOTES, iface);
}

bool xdp_link_is_back(const struct xdp_link *of, const char *dir, enum xdp_mode *mode)
{
	bool lost = of->place.state == PLACE_BACK || of->place.state == PLACE_DETACHED;
	char how[PLACE_HOW_SIZE];

	*mode = XDP_MODE_AUTO;
	if (!lost || !place_noted_here(dir, XDP_LINK_NOTES, of->iface, how))
		return false;
	xdp_link_mode_parse(how, mode);
	return true;
}

int xdp_link_names(const char *dir, char ***names, unsigned int *count)
{
	return pins_names(dir, PINS_LINKS, names, count);
}

// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/tc_link.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "base/log.h"
#include "base/scoped.h"
#include "kernel/xdp_link.h"
#include "kernel/tc_note.h"

/* Of Linux 6.6, which the headers to build with may be older than. */
#define TCX_INGRESS ((enum bpf_attach_type)46)
#define TCX_BEFORE (1U << 3)

static const char *const kind_names[] = {
	[TC_AUTO] = "auto",
	[TC_TCX] = "tcx",
	[TC_CLSACT] = "clsact",
};

const char *tc_kind_name(enum tc_kind kind)
{
	return kind_names[kind];
}

int tc_kind_parse(const char *text, enum tc_kind *kind)
{
	for (size_t i = 0; i < sizeof(kind_names) / sizeof(*kind_names); i++)
		if (!strcmp(text, kind_names[i])) {
			*kind = i;
			return 0;
		}
	return -EINVAL;
}

/* An index is unique in its network namespace alone, and a link does not tell which. */
static bool runs_here(int ifindex, __u32 program_id)
{
	__u32 ids[64];
	LIBBPF_OPTS(bpf_prog_query_opts, query, .prog_ids = ids,
		    .prog_cnt = sizeof(ids) / sizeof(*ids));

	if (bpf_prog_query_opts(ifindex, TCX_INGRESS, &query))
		return false;
	for (__u32 i = 0; i < query.prog_cnt; i++)
		if (ids[i] == program_id)
			return true;
	return false;
}

static int read_link(struct tc_attachment *of)
{
	struct bpf_link_info info = {};
	__u32 length = sizeof(info);

	of->kind = TC_TCX;
	if (bpf_obj_get_info_by_fd(of->fd, &info, &length))
		return log_error(-errno, "cannot tell where ping is attached: %s", strerror(errno));
	/* tcx.ifindex, which headers before Linux 6.6 do not have, is at the same place. */
	of->ifindex = info.xdp.ifindex;
	of->state = !of->ifindex ? TC_GONE :
		    runs_here(of->ifindex, info.prog_id) ? TC_HERE : TC_ELSEWHERE;
	return 0;
}

/* 1: the filter whose program is pinned in dir is there. */
static int find_filter(struct tc_attachment *of, const char *dir)
{
	bool is_program;
	scoped_fd int fd = tc_pin_open(dir, of->iface, &is_program);
	uint32_t id;
	int err;

	if (fd < 0)
		return fd == -ENOENT ? 0 : fd;
	err = is_program ? tc_program_id(fd, &id) : 0;
	return err || !is_program ? err : clsact_find(of->ifindex, id, &of->filter);
}

/*
 * Whoever only reads holds no lock, and may come after a load that was killed. A filter
 * gets the program that is pinned in next before that moves to dir; it may move while
 * the two are looked at.
 */
static int find_anywhere(struct tc_attachment *of, const char *dir)
{
	struct pins pins;
	int err = pins_init(&pins, dir);

	err = err ?: find_filter(of, dir);
	err = err ?: find_filter(of, pins.next);
	return err ?: find_filter(of, dir);
}

static int read_filter(struct tc_attachment *of, const char *dir)
{
	struct tc_note note;
	int err;

	of->kind = TC_CLSACT;
	of->state = TC_GONE;
	if (tc_note_read(&note, dir, of->iface))
		return 0;
	of->ifindex = note.ifindex;
	of->made_qdisc = note.made_qdisc;
	if (!note.here) {
		of->state = TC_ELSEWHERE;
		return 0;
	}
	err = find_anywhere(of, dir);
	if (err > 0)
		of->state = TC_HERE;
	return err < 0 ? err : 0;
}

int tc_read(struct tc_attachment *of, const char *dir, const char *iface)
{
	bool is_program;
	int err;

	memset(of, 0, sizeof(*of));
	of->fd = -1;
	if (strlen(iface) >= sizeof(of->iface))
		return log_error(-ENODEV, "there is no interface %s: its name is too long", iface);
	strcpy(of->iface, iface);
	of->fd = tc_pin_open(dir, iface, &is_program);
	if (of->fd < 0)
		return of->fd;
	err = is_program ? read_filter(of, dir) : read_link(of);
	if (err)
		tc_close(of);
	return err;
}

static int create_link(int program, int ifindex)
{
	LIBBPF_OPTS(bpf_link_create_opts, options, .flags = TCX_BEFORE);

	return bpf_link_create(program, ifindex, TCX_INGRESS, &options);
}

/* to->fd is what create_link() said. */
static int keep_link(struct tc_attachment *to, const struct pins *pins)
{
	to->kind = TC_TCX;
	if (to->fd == -EINVAL)
		return log_error(-EINVAL, "cannot attach ping to %s: this kernel has no tcx; "
				 "try --tc clsact", to->iface);
	if (to->fd < 0)
		return log_error(to->fd, "cannot attach ping to %s: %s%s", to->iface,
				 strerror(-to->fd), to->fd == -EPERM ? "; run as root" : "");
	to->created = true;
	return tc_pin(pins->next, to->iface, to->fd);
}

/* The note comes first, and tells of the qdisc if not of a filter. */
static int attach_clsact(struct tc_attachment *to, const struct pins *pins, int program)
{
	struct tc_note note = { .ifindex = to->ifindex };
	int err;

	to->fd = fcntl(program, F_DUPFD_CLOEXEC, 0);
	if (to->fd < 0)
		return log_error(-errno, "cannot keep ping: %s", strerror(errno));
	err = clsact_prepare(to->ifindex, to->iface, &note.made_qdisc);
	if (err)
		return err;
	to->made_qdisc |= note.made_qdisc;
	note.made_qdisc = to->made_qdisc;
	to->kind = TC_CLSACT;
	to->created = true;
	err = tc_note_write(&note, pins->next, to->iface);
	err = err ?: tc_pin(pins->next, to->iface, program);
	return err ?: clsact_attach(to->ifindex, to->iface, program);
}

/*
 * The pin of an interface that was loaded under another name. A filter may have got its
 * new program already, so that what is pinned is not what is there.
 */
static bool former_name(const char *dir, const char *iface, int ifindex, char name[IF_NAMESIZE])
{
	struct tc_attachment other;
	unsigned int count;
	bool found = false;
	char **names;

	if (tc_pin_names(dir, &names, &count))
		return false;
	for (unsigned int i = 0; i < count && !found; i++) {
		if (!strcmp(names[i], iface) || tc_read(&other, dir, names[i]))
			continue;
		found = other.ifindex == ifindex && other.state != TC_ELSEWHERE;
		tc_close(&other);
		if (found)
			strcpy(name, other.iface);
	}
	pins_free_names(names, count);
	return found;
}

static int attach_new(struct tc_attachment *to, const struct pins *pins, enum tc_kind kind,
		      int program)
{
	int ifindex = if_nametoindex(to->iface);
	char former[IF_NAMESIZE];

	if (!ifindex)
		return log_error(-ENODEV, "there is no interface %s; `ip link` lists them",
				 to->iface);
	if (!attach_has_ethernet(to->iface))
		return log_error(-EINVAL, "%s is not an Ethernet interface, and its frames cannot be "
				 "told apart; load the one below it", to->iface);
	if (former_name(pins->dir, to->iface, ifindex, former))
		return log_error(-EBUSY, "%s is loaded as %s, its former name; `ecdn-xdp unload %s` "
				 "first", to->iface, former, former);
	to->made_qdisc &= to->ifindex == ifindex;
	to->ifindex = ifindex;
	to->state = TC_HERE;
	if (kind != TC_CLSACT)
		to->fd = create_link(program, ifindex);
	if (kind == TC_CLSACT || (kind == TC_AUTO && to->fd == -EINVAL))
		return attach_clsact(to, pins, program);
	return keep_link(to, pins);
}

static int replace(const struct tc_attachment *of, int program)
{
	return of->kind == TC_TCX ? bpf_link_update(of->fd, program, NULL) :
	       clsact_replace(of->ifindex, &of->filter, program);
}

/* A filter's new program is pinned before it is there, so that it can be found again. */
static int attach_over(struct tc_attachment *to, const struct pins *pins, int program)
{
	int err = to->kind == TC_CLSACT ? tc_pin(pins->next, to->iface, program) : 0;

	if (err)
		return err;
	err = replace(to, program);
	if (err)
		return log_error(err, "cannot replace ping on %s: %s", to->iface, strerror(-err));
	to->replaced = true;
	return 0;
}

int tc_attach_again(struct tc_attachment *to, const struct pins *pins, const char *iface,
		    int program)
{
	int err = tc_read(to, pins->dir, iface);

	if (err)
		return err;
	if (to->state == TC_HERE || (to->state == TC_ELSEWHERE && to->kind == TC_TCX))
		err = attach_over(to, pins, program);
	else if (to->state == TC_ELSEWHERE)
		log_warning("%s: in another network namespace, where the old ping stays", iface);
	else
		log_warning("%s: ping is gone from it; `ecdn-xdp load --ping %s` puts it on again, "
			    "`ecdn-xdp unload %s` forgets it", iface, iface, iface);
	if (err)
		tc_close(to);
	return err;
}

static int attach_in_place(struct tc_attachment *to, const struct pins *pins, enum tc_kind kind,
			   int program)
{
	if (to->state == TC_ELSEWHERE || (int)if_nametoindex(to->iface) != to->ifindex)
		return log_error(-EEXIST, "%s is pinned for an interface that is not here under that "
				 "name: it was renamed, or is in another network namespace; unload "
				 "it there, or use another --pin-dir", to->iface);
	if (kind != TC_AUTO && kind != to->kind)
		return log_error(-EINVAL, "ping is attached to %s through %s, which cannot change in "
				 "place; `ecdn-xdp unload %s` first", to->iface,
				 tc_kind_name(to->kind), to->iface);
	return attach_over(to, pins, program);
}

int tc_attach(struct tc_attachment *to, const struct pins *pins, const char *iface,
	      enum tc_kind kind, int program)
{
	int err = tc_read(to, pins->dir, iface);

	if (err && err != -ENOENT)
		return err;
	if (!err && to->state != TC_GONE) {
		err = attach_in_place(to, pins, kind, program);
	} else {
		tc_close(to);
		err = attach_new(to, pins, kind, program);
	}
	if (err)
		tc_undo(to, -1);
	return err;
}

/* Nothing said: it may not be there yet, or no more. */
static void take_off(const struct tc_attachment *of)
{
	struct clsact_filter filter;
	uint32_t id;

	if (tc_program_id(of->fd, &id))
		return;
	if (clsact_find(of->ifindex, id, &filter) > 0)
		clsact_detach(of->ifindex, &filter);
	if (of->made_qdisc)
		clsact_remove_empty(of->ifindex);
}

void tc_undo(struct tc_attachment *of, int old_program)
{
	/* A filter's own is what was pinned for it. */
	int old = of->kind == TC_TCX ? old_program : of->fd, err;

	if (of->created && of->kind == TC_CLSACT && of->fd >= 0)
		take_off(of);
	if (of->replaced && (err = replace(of, old)))
		log_warning("%s: cannot put the old ping back: %s", of->iface, strerror(-err));
	tc_close(of);
}

void tc_close(struct tc_attachment *of)
{
	scoped_close(&of->fd);
	of->fd = -1;
}

int tc_move(const struct tc_attachment *of, const struct pins *pins)
{
	int err = 0;

	if (of->created)
		err = of->kind == TC_CLSACT ? tc_note_move(pins, of->iface) :
					      tc_note_drop(pins->dir, of->iface);
	if (!err && (of->created || (of->replaced && of->kind == TC_CLSACT)))
		err = tc_pin_move(pins, of->iface);
	return err;
}

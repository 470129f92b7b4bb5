// SPDX-License-Identifier: BSD-2-Clause
#include "attach/tc_link.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "base/log.h"
#include "base/scoped.h"
#include "base/words.h"
#include "attach/tc_note.h"
#include "kernel/capabilities.h"
#include "kernel/host_lock.h"
#include "kernel/tcx.h"
#include "net/link.h"

/* BPF_F_BEFORE, which kernel headers before Linux 6.6 do not have. */
#define TCX_BEFORE (1U << 3)

static const char *const kind_names[] = {
	[TC_AUTO] = "auto",
	[TC_TCX] = "tcx",
	[TC_CLSACT] = "clsact",
};

const char *tc_link_kind_name(enum tc_kind kind)
{
	return kind_names[kind];
}

int tc_link_kind_parse(const char *text, enum tc_kind *kind)
{
	int index = words_index(kind_names, sizeof(kind_names) / sizeof(*kind_names), text);

	if (index < 0)
		return index;
	*kind = index;
	return 0;
}

static enum bpf_attach_type type_of(const struct tc_hook *hook)
{
	return hook->egress ? TCX_EGRESS : TCX_INGRESS;
}

/* An interface's index is unique only in its network namespace, and a link does not tell in
 * which one it is. The program that is found at that index here does. */
static bool runs_here(const struct tc_link *of, __u32 program_id)
{
	__u32 ids[64];
	LIBBPF_OPTS(bpf_prog_query_opts, query, .prog_ids = ids,
		    .prog_cnt = sizeof(ids) / sizeof(*ids));

	if (bpf_prog_query_opts(of->ifindex, type_of(of->hook), &query))
		return false;
	for (__u32 i = 0; i < query.prog_cnt; i++)
		if (ids[i] == program_id)
			return true;
	return false;
}

static int read_link(struct tc_link *of, const char *dir)
{
	struct bpf_link_info info = {};
	__u32 length = sizeof(info);

	of->kind = TC_TCX;
	if (bpf_obj_get_info_by_fd(of->fd, &info, &length))
		return log_error(-errno, "cannot read where %s is attached: %s",
				 of->hook->program, strerror(errno));
	/* tcx.ifindex, which headers before Linux 6.6 do not have, is at the same place. */
	of->ifindex = info.xdp.ifindex;
	of->state = !of->ifindex ? TC_GONE :
		    runs_here(of, info.prog_id) ? TC_HERE : TC_ELSEWHERE;
	if (of->state == TC_GONE)
		place_lost(&of->place, dir, of->hook->index, of->iface);
	else
		place_attached(&of->place, of->ifindex, of->state == TC_HERE);
	return 0;
}

/* Returns 1 if the filter whose program is pinned in dir is there. */
static int find_filter(struct tc_link *of, const char *dir)
{
	bool is_program;
	scoped_fd int fd = tc_note_open_pin(of->hook, dir, of->iface, &is_program);
	uint32_t id;
	int err;

	if (fd < 0)
		return fd == -ENOENT ? 0 : fd;
	err = is_program ? tc_note_program_id(of->hook, fd, &id) : 0;
	if (err || !is_program)
		return err;
	return tc_clsact_find(of->hook, of->ifindex, id, &of->filter);
}

/*
 * A reader holds no lock, and may come after a load that was killed. A filter gets the
 * program that is pinned in next before that pin moves to dir. As the pin may move between
 * the first two look-ups, dir is looked up once more.
 */
static int find_anywhere(struct tc_link *of, const char *dir)
{
	struct pins pins;
	int err = pins_init(&pins, dir);

	err = err ?: find_filter(of, dir);
	err = err ?: find_filter(of, pins.next);
	return err ?: find_filter(of, dir);
}

static int read_filter(struct tc_link *of, const char *dir)
{
	struct tc_note note;
	int err;

	of->kind = TC_CLSACT;
	of->state = TC_GONE;
	place_lost_at(&of->place, 0, of->iface);
	if (tc_note_read(&note, of->hook, dir, of->iface))
		return 0;
	of->ifindex = note.ifindex;
	of->made_qdisc = note.made_qdisc;
	if (!note.here) {
		of->state = TC_ELSEWHERE;
		place_attached(&of->place, of->ifindex, false);
		return 0;
	}
	err = find_anywhere(of, dir);
	if (err > 0) {
		of->state = TC_HERE;
		place_attached(&of->place, of->ifindex, true);
	} else {
		place_lost_at(&of->place, of->ifindex, of->iface);
	}
	return err < 0 ? err : 0;
}

int tc_link_read(struct tc_link *of, const struct tc_hook *hook, const char *dir,
		 const char *iface)
{
	bool is_program;
	int err;

	memset(of, 0, sizeof(*of));
	of->hook = hook;
	of->fd = -1;
	if (strlen(iface) >= sizeof(of->iface))
		return log_error(-ENODEV, "there is no interface %s: its name is too long", iface);
	strcpy(of->iface, iface);
	of->fd = tc_note_open_pin(hook, dir, iface, &is_program);
	if (of->fd < 0)
		return of->fd;
	err = is_program ? read_filter(of, dir) : read_link(of, dir);
	if (err)
		tc_link_close(of);
	return err;
}

static int create_link(const struct tc_hook *hook, int program, int ifindex)
{
	LIBBPF_OPTS(bpf_link_create_opts, options, .flags = TCX_BEFORE);

	return bpf_link_create(program, ifindex, type_of(hook), &options);
}

/* to->fd is what create_link() returned: an fd or a negative errno. */
static int keep_link(struct tc_link *to, const struct pins *pins)
{
	to->kind = TC_TCX;
	if (to->fd == -EINVAL)
		return log_error(-EINVAL, "cannot attach %s to %s: this kernel has no tcx; "
				 "try --tc clsact", to->hook->program, to->iface);
	if (to->fd == -EPERM)
		return capabilities_error(-EPERM, CAPABILITIES_NET_ADMIN | CAPABILITIES_BPF,
					  "cannot attach %s to %s", to->hook->program, to->iface);
	if (to->fd < 0)
		return log_error(to->fd, "cannot attach %s to %s: %s", to->hook->program,
				 to->iface, strerror(-to->fd));
	to->created = true;
	return tc_note_pin(to->hook, pins->next, to->iface, to->fd) ?:
	       place_note(pins->next, to->hook->index, to->iface, to->ifindex, NULL);
}

/* The note is written first: if the command is killed, it tells at least that the qdisc is
 * ours. */
static int attach_clsact(struct tc_link *to, const struct pins *pins, int program)
{
	struct tc_note note = { .ifindex = to->ifindex };
	int err;

	to->fd = fcntl(program, F_DUPFD_CLOEXEC, 0);
	if (to->fd < 0)
		return log_error(-errno, "cannot duplicate the fd of %s: %s",
				 to->hook->program, strerror(errno));
	err = tc_clsact_prepare(to->hook, to->ifindex, to->iface, &note.made_qdisc);
	if (err)
		return err;
	to->made_qdisc |= note.made_qdisc;
	note.made_qdisc = to->made_qdisc;
	to->kind = TC_CLSACT;
	to->created = true;
	err = tc_note_write(&note, to->hook, pins->next, to->iface);
	err = err ?: tc_note_pin(to->hook, pins->next, to->iface, program);
	return err ?: tc_clsact_attach(to->hook, to->ifindex, to->iface, program);
}

static int attach_new(struct tc_link *to, const struct pins *pins, const char *iface,
		      enum tc_kind kind, int program)
{
	int ifindex = if_nametoindex(iface);

	if (!ifindex)
		return log_error(-ENODEV, "there is no interface %s; `ip link` lists them", iface);
	if (!link_has_ethernet(iface))
		return log_error(-EINVAL, "%s is not an Ethernet interface, and its frames cannot "
				 "be parsed; load the interface below it", iface);
	place_attached(&to->place, ifindex, true);
	to->made_qdisc &= to->ifindex == ifindex;
	to->ifindex = ifindex;
	to->state = TC_HERE;
	if (kind != TC_CLSACT)
		to->fd = create_link(to->hook, program, ifindex);
	if (kind == TC_CLSACT || (kind == TC_AUTO && to->fd == -EINVAL))
		return attach_clsact(to, pins, program);
	return keep_link(to, pins);
}

static int replace(const struct tc_link *of, int program)
{
	return of->kind == TC_TCX ? bpf_link_update(of->fd, program, NULL) :
	       tc_clsact_replace(of->hook, of->ifindex, &of->filter, program);
}

/* The new program is pinned before the filter gets it, so that the filter can be found
 * again; a command that was killed may have pinned it already. */
static int attach_over(struct tc_link *to, const struct pins *pins, int program)
{
	int err = 0;

	if (to->kind == TC_CLSACT)
		err = tc_note_drop_pin(to->hook, pins->next, to->iface) ?:
		      tc_note_pin(to->hook, pins->next, to->iface, program);
	if (err)
		return err;
	err = replace(to, program);
	if (err)
		return log_error(err, "cannot replace %s on %s: %s", to->hook->program, to->iface,
				 strerror(-err));
	to->replaced = true;
	return 0;
}

static int attach_again(struct tc_link *to, const struct pins *pins, int program)
{
	const char *now = *to->place.now ? to->place.now : to->iface;
	const struct tc_hook *hook = to->hook;
	int err = 0;

	if (to->state == TC_HERE || (to->state == TC_ELSEWHERE && to->kind == TC_TCX))
		err = attach_over(to, pins, program);
	else if (to->state == TC_ELSEWHERE)
		log_warning("%s: this interface is in another network namespace, where the old %s "
			    "stays", to->iface, hook->program);
	else
		log_warning("%s: %s is no longer attached; `%s %s` attaches it again, `ecdn-xdp "
			    "unload %s` removes its pin", now, hook->program, hook->load, now, now);
	return err;
}

int tc_link_attach_again(struct tc_link *to, const struct tc_hook *hook,
			 const struct pins *pins, const char *iface, int program)
{
	int err = tc_link_read(to, hook, pins->dir, iface);

	if (err)
		return err;
	err = host_lock_take();
	if (!err) {
		err = attach_again(to, pins, program);
		host_lock_drop();
	}
	if (err)
		tc_link_close(to);
	return err;
}

static int attach_in_place(struct tc_link *to, const struct pins *pins, const char *iface,
			   enum tc_kind kind, int program)
{
	if (to->state == TC_ELSEWHERE)
		return log_error(-EEXIST, "%s is pinned for an interface that is in another "
				 "network namespace; unload it there, or use another --pin-dir",
				 to->iface);
	if (strcmp(to->place.now, iface))
		return log_error(-ENODEV, "there is no interface %s: it was renamed, and is called "
				 "%s now; name it so", iface, to->place.now);
	if (kind != TC_AUTO && kind != to->kind)
		return log_error(-EINVAL, "%s is attached to %s through %s, which cannot change in "
				 "place; `ecdn-xdp unload %s` first", to->hook->program, iface,
				 tc_link_kind_name(to->kind), iface);
	return attach_over(to, pins, program);
}

static int attach(struct tc_link *to, const struct pins *pins, const char *iface,
		  enum tc_kind kind, int program, bool pinned)
{
	int err = host_lock_take();

	if (err)
		return err;
	if (pinned && to->state != TC_GONE) {
		err = attach_in_place(to, pins, iface, kind, program);
	} else {
		tc_link_close(to);
		err = attach_new(to, pins, iface, kind, program);
	}
	host_lock_drop();
	return err;
}

int tc_link_attach(struct tc_link *to, const struct tc_hook *hook, const struct pins *pins,
		   const char *pin, const char *iface, enum tc_kind kind, int program)
{
	int err = tc_link_read(to, hook, pins->dir, pin);

	if (err && err != -ENOENT)
		return err;
	err = attach(to, pins, iface, kind, program, !err);
	if (err)
		tc_link_undo(to, -1);
	return err;
}

bool tc_link_is_back(const struct tc_link *of, const char *dir)
{
	bool lost = of->place.state == PLACE_BACK || of->place.state == PLACE_DETACHED;
	char how[PLACE_HOW_SIZE];
	struct tc_note note;

	if (of->state != TC_GONE || !lost)
		return false;
	if (of->kind == TC_CLSACT)
		return !tc_note_read(&note, of->hook, dir, of->iface) && note.here;
	return place_noted_here(dir, of->hook->index, of->iface, how);
}

/* Logs no errors: the filter may not be there yet, or no longer. */
static void take_off(const struct tc_link *of)
{
	struct tc_clsact_filter filter;
	uint32_t id;

	if (tc_note_program_id(of->hook, of->fd, &id))
		return;
	if (tc_clsact_find(of->hook, of->ifindex, id, &filter) > 0)
		tc_clsact_detach(of->hook, of->ifindex, &filter);
	if (of->made_qdisc)
		tc_clsact_remove_empty(of->ifindex);
}

void tc_link_undo(struct tc_link *of, int old_program)
{
	/* A filter gets back the program that was pinned for it. */
	int old = of->kind == TC_TCX ? old_program : of->fd, err;
	/* Without the lock it is done all the same: nobody else will. */
	bool locked = !host_lock_take();

	if (of->created && of->kind == TC_CLSACT && of->fd >= 0)
		take_off(of);
	if (of->replaced && (err = replace(of, old)))
		log_warning("%s: cannot put the old %s back: %s", of->iface, of->hook->program,
			    strerror(-err));
	if (locked)
		host_lock_drop();
	tc_link_close(of);
}

void tc_link_close(struct tc_link *of)
{
	scoped_close(&of->fd);
	of->fd = -1;
}

int tc_link_settle(const struct tc_link *of, const struct pins *pins)
{
	bool stale = of->created && of->kind == TC_TCX;

	return stale ? tc_note_drop(of->hook, pins->dir, of->iface) : 0;
}

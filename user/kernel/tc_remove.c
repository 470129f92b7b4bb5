// SPDX-License-Identifier: BSD-2-Clause
/*
 * tc_remove.c - ping comes off an interface: by hand, or after a load that was killed.
 */
#include <errno.h>
#include <string.h>

#include <bpf/bpf.h>

#include "base/log.h"
#include "base/scoped.h"
#include "kernel/tc_link.h"
#include "kernel/tc_note.h"

static int detach(const struct tc_attachment *of)
{
	int err = 0;

	/* By hand: the pin's removal alone would wait for other holders. */
	if (of->kind == TC_TCX)
		err = of->state == TC_GONE ? 0 : bpf_link_detach(of->fd);
	else if (of->state == TC_HERE)
		err = clsact_detach(of->ifindex, &of->filter);
	if (err)
		return log_error(err, "%s: cannot detach ping: %s", of->iface, strerror(-err));
	/* Gone by itself, it may have left the qdisc. */
	if (of->made_qdisc && of->state != TC_ELSEWHERE)
		err = clsact_remove_empty(of->ifindex);
	return err;
}

static int remove_read(const char *dir, struct tc_attachment *of)
{
	int err = detach(of);

	tc_close(of);
	err = err ?: tc_pin_drop(dir, of->iface);
	return err ?: tc_note_drop(dir, of->iface);
}

static bool out_of_reach(const struct tc_attachment *of)
{
	return of->kind == TC_CLSACT && of->state == TC_ELSEWHERE;
}

static int read_reachable(struct tc_attachment *of, const char *dir, const char *iface)
{
	int err = tc_read(of, dir, iface);

	if (err || !out_of_reach(of))
		return err;
	tc_close(of);
	return log_error(-EBUSY, "ping is attached to %s in another network namespace; unload it "
			 "there", iface);
}

int tc_can_remove(const char *dir, const char *iface)
{
	struct tc_attachment of;
	int err = read_reachable(&of, dir, iface);

	if (!err)
		tc_close(&of);
	return err;
}

int tc_remove(const char *dir, const char *iface)
{
	struct tc_attachment of;
	int err = read_reachable(&of, dir, iface);

	return err ?: remove_read(dir, &of);
}

int tc_remove_all(const char *dir)
{
	struct tc_attachment of;
	unsigned int count;
	char **names;
	int err = tc_pin_names(dir, &names, &count);

	for (unsigned int i = 0; i < count && !err; i++) {
		err = tc_read(&of, dir, names[i]);
		if (err)
			break;
		if (out_of_reach(&of))
			log_warning("%s is in another network namespace: if that is still there, "
				    "remove ping's filter with tc", of.iface);
		err = remove_read(dir, &of);
	}
	pins_free_names(names, count);
	return err;
}

/* A filter of a load that was killed: put on, with a note in next, or replaced. */
static int recover(const struct pins *pins, const char *iface, int program)
{
	struct clsact_filter filter;
	struct tc_note note;
	uint32_t id;
	bool created = !tc_note_read(&note, pins->next, iface);
	int err = tc_program_id(program, &id);

	if (err || (!created && tc_note_read(&note, pins->dir, iface)))
		return err;
	if (!note.here) {
		log_warning("%s: a load of ping was killed in another network namespace, out of "
			    "reach: if its filter is there, remove it with tc", iface);
		return 0;
	}
	err = clsact_find(note.ifindex, id, &filter);
	if (err < 0)
		return err;
	if (!created)
		return err ? tc_pin_move(pins, iface) : 0;
	if (err)
		clsact_detach(note.ifindex, &filter);
	return note.made_qdisc ? clsact_remove_empty(note.ifindex) : 0;
}

int tc_recover(const struct pins *pins)
{
	unsigned int count;
	char **names;
	int err = tc_pin_names(pins->next, &names, &count);

	for (unsigned int i = 0; i < count && !err; i++) {
		bool is_program;
		scoped_fd int fd = tc_pin_open(pins->next, names[i], &is_program);

		if (fd < 0)
			err = fd;
		else if (is_program)
			err = recover(pins, names[i], fd);
	}
	pins_free_names(names, count);
	return err;
}

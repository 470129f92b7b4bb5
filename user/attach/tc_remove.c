// SPDX-License-Identifier: BSD-2-Clause
#include "attach/tc_remove.h"

#include <errno.h>
#include <string.h>

#include <bpf/bpf.h>

#include "base/log.h"
#include "base/scoped.h"
#include "attach/tc_find.h"
#include "attach/tc_link.h"
#include "attach/tc_note.h"
#include "kernel/host_lock.h"

static int detach(const struct tc_link *of)
{
	int err = 0;

	/* The link is detached explicitly: with its pin removed, it would stay attached
	 * while another process holds it. */
	if (of->kind == TC_TCX)
		err = of->state == TC_GONE ? 0 : bpf_link_detach(of->fd);
	else if (of->state == TC_HERE)
		err = tc_clsact_detach(of->hook, of->ifindex, &of->filter);
	if (err)
		return log_error(err, "%s: cannot detach %s: %s", of->iface, of->hook->program,
				 strerror(-err));
	/* The qdisc may still be there when the filter is gone. */
	if (of->made_qdisc && of->state != TC_ELSEWHERE)
		err = tc_clsact_remove_empty(of->ifindex);
	return err;
}

static int remove_read(const char *dir, struct tc_link *of)
{
	int err = host_lock_take();

	if (!err) {
		err = detach(of);
		host_lock_drop();
	}
	tc_link_close(of);
	err = err ?: tc_note_drop_pin(of->hook, dir, of->iface);
	err = err ?: tc_note_drop(of->hook, dir, of->iface);
	return err ?: place_forget(dir, of->hook->index, of->iface);
}

static bool out_of_reach(const struct tc_link *of)
{
	return of->kind == TC_CLSACT && of->state == TC_ELSEWHERE;
}

static int read_reachable(struct tc_link *of, const struct tc_hook *hook, const char *dir,
			  const char *iface)
{
	char pin[IF_NAMESIZE];
	int err = tc_find(hook, dir, iface, pin);

	err = err ?: tc_link_read(of, hook, dir, pin);

	if (err || !out_of_reach(of))
		return err;
	tc_link_close(of);
	return log_error(-EBUSY, "%s is attached to %s in another network namespace; unload it "
			 "there", hook->program, iface);
}

int tc_remove_check(const struct tc_hook *hook, const char *dir, const char *iface)
{
	struct tc_link of;
	int err = read_reachable(&of, hook, dir, iface);

	if (!err)
		tc_link_close(&of);
	return err;
}

int tc_remove(const struct tc_hook *hook, const char *dir, const char *iface)
{
	struct tc_link of;
	int err = read_reachable(&of, hook, dir, iface);

	return err ?: remove_read(dir, &of);
}

int tc_remove_all(const struct tc_hook *hook, const char *dir)
{
	struct tc_link of;
	unsigned int count;
	char **names;
	int err = tc_note_pin_names(hook, dir, &names, &count);

	for (unsigned int i = 0; i < count; i++) {
		int is_ours = tc_note_is_ours(hook, dir, names[i]);

		/* What somebody has put there is no program of ours. */
		if (!is_ours)
			continue;
		err = is_ours < 0 ? is_ours : tc_link_read(&of, hook, dir, names[i]);
		if (err)
			break;
		if (out_of_reach(&of))
			log_warning("%s is in another network namespace: if that namespace is "
				    "still there, remove the filter of %s with tc", of.iface,
				    hook->program);
		err = remove_read(dir, &of);
		if (err)
			break;
	}
	pins_free_names(names, count);
	return err;
}

/* Handles the filter of a load that was killed: a new filter has its note in next, one
 * whose program was replaced has it in dir. */
static int recover(const struct tc_hook *hook, const struct pins *pins, const char *iface,
		   int program)
{
	struct tc_clsact_filter filter;
	struct tc_note note;
	uint32_t id;
	bool created = !tc_note_read(&note, hook, pins->next, iface);
	int err = tc_note_program_id(hook, program, &id);

	if (err || (!created && tc_note_read(&note, hook, pins->dir, iface)))
		return err;
	if (!note.here) {
		log_warning("%s: a load of %s was killed in another network namespace, out of "
			    "reach from here: if its filter is there, remove it with tc", iface,
			    hook->program);
		return 0;
	}
	err = tc_clsact_find(hook, note.ifindex, id, &filter);
	if (err < 0)
		return err;
	if (!created)
		return err ? tc_note_move_pin(hook, pins, iface) : 0;
	if (err)
		tc_clsact_detach(hook, note.ifindex, &filter);
	return note.made_qdisc ? tc_clsact_remove_empty(note.ifindex) : 0;
}

int tc_remove_recover(const struct tc_hook *hook, const struct pins *pins)
{
	unsigned int count;
	char **names;
	int err = tc_note_pin_names(hook, pins->next, &names, &count);

	for (unsigned int i = 0; i < count && !err; i++) {
		bool is_program;
		scoped_fd int fd = tc_note_open_pin(hook, pins->next, names[i], &is_program);

		if (fd < 0 || !is_program) {
			err = fd < 0 ? fd : 0;
			continue;
		}
		err = host_lock_take();
		if (err)
			continue;
		err = recover(hook, pins, names[i], fd);
		host_lock_drop();
	}
	pins_free_names(names, count);
	return err;
}

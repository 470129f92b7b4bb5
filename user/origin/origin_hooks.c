// SPDX-License-Identifier: BSD-2-Clause
#include "origin/origin_hooks.h"

#include <errno.h>
#include <string.h>

#include "attach/cgroup_find.h"
#include "attach/cgroup_link.h"
#include "attach/cgroup_open.h"
#include "attach/trace_link.h"
#include "base/log.h"
#include "base/scoped.h"
#include "kernel/features.h"
#include "kernel/object.h"
#include "origin.skel.h"
#include "origin_error.skel.h"
#include "origin_in.skel.h"
#include "origin_out.skel.h"

#define ERROR "origin_error"
#define WITHOUT "what ICMP says of a connection is not seen"

static const struct object_names error_names = { ERROR, PINS_PROGRAMS "/" ERROR };

/* Defines load_NAME(), which loads a program and returns its fd, or a negative errno. */
#define DEFINE_LOAD(name, loading)							\
static int load_##name(const struct object_names *names, const struct pins *pins)	\
{											\
	struct name##_bpf *object = name##_bpf__open();					\
	int err;									\
											\
	if (!object)									\
		return object_load_error(names->label, -errno);				\
	err = object_share(object->obj, pins);						\
	err = err ?: (loading);								\
	name##_bpf__destroy(object);							\
	return err;									\
}

DEFINE_LOAD(origin, object_load(object->skeleton, names, pins))
DEFINE_LOAD(origin_in, object_load(object->skeleton, names, pins))
DEFINE_LOAD(origin_out, object_load(object->skeleton, names, pins))
DEFINE_LOAD(origin_error, object_load_or(object->skeleton, names, WITHOUT, pins))

#define HOOK(name, attach_type) {							\
	{ #name, PINS_PROGRAMS "/" #name }, load_##name,				\
	{ .program = #name, .target = "the cgroup", .pin = #name,			\
	  .program_pin = PINS_PROGRAMS "/" #name, .type = attach_type } }

static const struct {
	struct object_names names;
	int (*load)(const struct object_names *names, const struct pins *pins);
	struct pinned_link_hook at;
} hooks_of[ORIGIN_HOOKS_COUNT] = {
	[ORIGIN_HOOKS_SOCKETS] = HOOK(origin, BPF_CGROUP_SOCK_OPS),
	[ORIGIN_HOOKS_IN] = HOOK(origin_in, BPF_CGROUP_INET_INGRESS),
	[ORIGIN_HOOKS_OUT] = HOOK(origin_out, BPF_CGROUP_INET_EGRESS),
};

void origin_hooks_init(struct origin_hooks *hooks)
{
	hooks->error_program = -1;
	for (int i = 0; i < ORIGIN_HOOKS_COUNT; i++) {
		hooks->program[i] = -1;
		hooks->link[i] = (struct pinned_link)PINNED_LINK_NONE;
	}
}

int origin_hooks_check(const char *path)
{
	char why[CGROUP_WHY_SIZE];
	scoped_fd int cgroup = cgroup_open(path, why);

	if (cgroup >= 0)
		return 0;
	return path ? log_error(cgroup, "%s; nothing was changed", why) :
	       log_error(cgroup, "%s, and connections to origins are seen through one: `mount -t "
			 "cgroup2 none DIR`, or name one by --origin-cgroup; nothing was changed",
			 why);
}

static int open_one(const struct object_names *names, const struct pins *pins,
		    int (*load)(const struct object_names *names, const struct pins *pins))
{
	int program = object_loaded(names, pins);

	return program == -ENOENT ? load(names, pins) : program;
}

static int open_error(const struct pins *pins)
{
	int program = features_icmp() ? open_one(&error_names, pins, load_origin_error) : -ENOENT;

	return program == -EOPNOTSUPP ? -ENOENT : program;
}

int origin_hooks_open(struct origin_hooks *hooks, const struct pins *pins, bool content)
{
	int count = content ? ORIGIN_HOOKS_COUNT : ORIGIN_HOOKS_SOCKETS + 1;

	for (int i = 0; i < count; i++) {
		hooks->program[i] = open_one(&hooks_of[i].names, pins, hooks_of[i].load);
		if (hooks->program[i] < 0)
			return hooks->program[i];
	}
	hooks->error_program = open_error(pins);
	return hooks->error_program < 0 && hooks->error_program != -ENOENT ?
	       hooks->error_program : 0;
}

/* Where `origin` is, for the others: a path, or NULL for the root, to which it goes if it is
 * nowhere. */
static int find_place(const char *dir, char room[PATH_MAX], const char **path)
{
	uint64_t inode;
	int err = cgroup_link_read(&hooks_of[ORIGIN_HOOKS_SOCKETS].at, dir, &inode);

	*path = NULL;
	if (err || !inode || inode == CGROUP_ROOT_INODE)
		return err;
	if (cgroup_find(inode, room))
		return log_error(-ENOENT, "origin is attached to a cgroup with inode %llu, which "
				 "is not seen from here: name one by --origin-cgroup",
				 (unsigned long long)inode);
	*path = room;
	return 0;
}

static int attach_one(struct origin_hooks *hooks, const struct pins *pins, const char *cgroup,
		      int at)
{
	return cgroup_link_attach(&hooks->link[at], &hooks_of[at].at, pins, cgroup,
				  hooks->program[at]);
}

/* A connection that `origin` sees begin while packets do not pass the others would look as if
 * they did not leave this host, so it comes last. */
int origin_hooks_attach(struct origin_hooks *hooks, const struct pins *pins, const char *cgroup)
{
	const char *place = cgroup;
	char room[PATH_MAX];
	int err = 0;

	if (!cgroup && hooks->program[ORIGIN_HOOKS_IN] >= 0)
		err = find_place(pins->dir, room, &place);
	for (int i = ORIGIN_HOOKS_IN; i < ORIGIN_HOOKS_COUNT && !err; i++)
		if (hooks->program[i] >= 0)
			err = attach_one(hooks, pins, place, i);
	err = err ?: attach_one(hooks, pins, cgroup, ORIGIN_HOOKS_SOCKETS);
	/* That it fails has been logged, and costs no more than what ICMP says. */
	if (!err && hooks->error_program >= 0)
		trace_link_attach(pins, ERROR, hooks->error_program, WITHOUT);
	return err;
}

void origin_hooks_end(struct origin_hooks *hooks, const char *dir, int err)
{
	for (int i = 0; i < ORIGIN_HOOKS_COUNT; i++) {
		if (err)
			pinned_link_undo(&hooks->link[i], &hooks_of[i].at, dir);
		else
			pinned_link_close(&hooks->link[i]);
		scoped_close(&hooks->program[i]);
	}
	scoped_close(&hooks->error_program);
}

/* In this order, the other way round than they came: see origin_hooks_attach(). Goes on after an
 * error, as more that stays attached is worse. */
static int stop_from(int first, const char *dir)
{
	int err = 0;

	for (int i = first; i < ORIGIN_HOOKS_COUNT; i++) {
		int failed = pinned_link_stop(&hooks_of[i].at, dir);

		err = err ?: failed;
	}
	return err;
}

int origin_hooks_stop_content(const char *dir)
{
	int err = stop_from(ORIGIN_HOOKS_IN, dir);

	for (int i = ORIGIN_HOOKS_IN; i < ORIGIN_HOOKS_COUNT && !err; i++)
		err = pins_drop(dir, hooks_of[i].names.pin);
	return err;
}

int origin_hooks_stop(const char *dir)
{
	return stop_from(ORIGIN_HOOKS_SOCKETS, dir);
}

static int read_one(int at, const char *dir, bool *attached, uint64_t *cgroup)
{
	int err = cgroup_link_read(&hooks_of[at].at, dir, cgroup);

	*attached = *cgroup;
	return err;
}

int origin_hooks_read(struct origin_hooks_state *state, const char *dir)
{
	bool in = false, out = false;
	uint64_t ignored;
	int err;

	*state = (struct origin_hooks_state){ .sees_errors = pins_has(dir, ERROR) };
	err = read_one(ORIGIN_HOOKS_SOCKETS, dir, &state->attached, &state->cgroup);
	err = err ?: read_one(ORIGIN_HOOKS_IN, dir, &in, &ignored);
	err = err ?: read_one(ORIGIN_HOOKS_OUT, dir, &out, &ignored);
	state->reads = in && out;
	return err;
}

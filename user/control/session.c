// SPDX-License-Identifier: BSD-2-Clause
#include "control/session.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/scoped.h"
#include "control/carry_over.h"
#include "control/permissions.h"
#include "control/steps.h"
#include "kernel/config_map.h"
#include "kernel/grace.h"
#include "kernel/journal.h"
#include "kernel/owner.h"
#include "kernel/pins_exchange.h"
#include "kernel/pins_lock.h"
#include "kernel/pins_publish.h"

/* The folder in pins->next that is there once all programs are loaded which take the place of
 * others with other maps. */
#define READY "ready"

int session_begin_inner(struct session *inner, const struct session *outer,
			struct request *nothing)
{
	int err = 0;

	request_init(nothing);
	*inner = (struct session){ .pins = outer->pins, .request = nothing, .resizes = true };
	inner->pins.lock = -1;
	inner->pins.building = false;
	for (unsigned int i = 0; i < parts_count() && !err; i++)
		if (part_is_loaded(parts[i].part, inner->pins.dir))
			err = session_add(inner, i, true);
	return err;
}

static int take_over(const struct part *part, struct part_run *run)
{
	return part->take_over ? part->take_over(run) : 0;
}

static int publish(struct session *inner)
{
	int err = pins_publish(&inner->pins);

	return err ?: session_each(inner, steps_settle);
}

/* A command that is killed from here on is finished by the next one; what fails is undone, but
 * for what a killed command has begun: that is tried again. */
int session_finish(struct session *inner)
{
	int err = pins_make_folder(inner->pins.next, READY "/");

	err = err ?: session_each(inner, steps_attach);
	err = err ?: grace_wait();
	err = err ?: session_each(inner, take_over);
	err = err ?: permissions_set(&inner->pins, &inner->request->guard.groups);
	if (err)
		return err;
	if (!inner->pins.finishes)
		journal_begin();
	err = publish(inner);
	journal_end(err);
	inner->committed |= !err;
	return err;
}

/* The killed command may have changed links already, so this only goes on: what fails is tried
 * again by the next command. */
static int do_the_rest(const struct session *session)
{
	struct request nothing;
	struct session inner;
	int err = session_begin_inner(&inner, session, &nothing);

	inner.pins.building = inner.pins.finishes = inner.committed = true;
	err = err ?: session_each(&inner, steps_open);
	err = err ?: session_finish(&inner);
	session_close(&inner, err);
	if (err)
		log_error(err, "%s: a command was killed while it made room, and what it had begun "
			  "cannot be finished now; nothing else was done; run this command again "
			  "as root, or `ecdn-xdp unload --all`", session->pins.dir);
	return err;
}

static int check_pins(const struct pins *pins)
{
	scoped_fd int config = config_map_open(pins);

	return config < 0 ? config : 0;
}

int session_read(const char *pin_dir, struct request *request, bool loaded)
{
	struct pins pins;
	int err = pins_init(&pins, pin_dir);

	if (!err && loaded)
		err = check_pins(&pins);
	for (unsigned int i = 0; i < parts_count() && !err; i++)
		if (parts[i].part->read)
			err = parts[i].part->read(pins.dir, (char *)request + parts[i].request);
	return err;
}

/* Pins of ABI 2 come first: a command makes room when they are carried over. */
static int finish_killed(const struct session *session)
{
	const struct pins *pins = &session->pins;
	int err = carry_over_recover(pins);

	if (err || !pins_has(pins->dir, "config") || !pins_has(pins->next, READY))
		return err;
	/* Another user may have made it since the lock was taken. */
	err = owner_check(pins->next);
	err = err ?: check_pins(pins);
	return err ?: do_the_rest(session);
}

/* What a killed command has attached is taken off by the parts; its pins are removed with
 * the directory. */
static int tidy_up(const struct pins *pins)
{
	int err = 0;

	for (unsigned int i = 0; i < parts_count() && !err; i++)
		err = parts[i].part->recover ? parts[i].part->recover(pins) : 0;
	return err ?: pins_remove(pins->next);
}

int session_lock(struct session *session, const char *pin_dir, bool finish)
{
	int err;

	memset(session, 0, sizeof(*session));
	err = pins_init(&session->pins, pin_dir);
	err = err ?: pins_lock(&session->pins);
	err = err ?: pins_exchange_recover(&session->pins);
	if (!err && finish)
		err = finish_killed(session);
	return err ?: tidy_up(&session->pins);
}

uint32_t session_parts(const struct session *session)
{
	uint32_t bits = 0;

	for (unsigned int i = 0; i < parts_count(); i++)
		if (session->run[i].state)
			bits |= parts[i].part->bit;
	return bits;
}

/*
 * Which parts are loaded is written when all their pins are there. A load that was killed
 * before that has left all pins of a part, or some of its maps.
 */
static int settle_parts(const struct pins *pins, uint32_t known)
{
	uint32_t bits = 0;
	int err = 0;

	for (unsigned int i = 0; i < parts_count() && !err; i++) {
		const struct part *part = parts[i].part;

		if (known & part->bit)
			continue;
		if (part_is_loaded(part, pins->dir))
			bits |= part->bit;
		else if (part->maps)
			err = maps_drop(part->maps, pins->dir);
	}
	err = err ?: parts_check(pins->dir, bits);
	return err ?: config_map_add_parts(pins, bits);
}

int session_check(const struct session *session)
{
	struct ecdn_xdp_config config;
	int err = check_pins(&session->pins);

	err = err ?: config_map_read(&session->pins, &config);
	err = err ?: parts_check(session->pins.dir, config.parts);
	return err ?: settle_parts(&session->pins, config.parts);
}

/* The pins are checked before the lock is taken, too, because taking it makes directories
 * and mounts bpffs. */
int session_open(struct session *session, const char *pin_dir)
{
	int err;

	memset(session, 0, sizeof(*session));
	err = pins_init(&session->pins, pin_dir);
	err = err ?: check_pins(&session->pins);
	err = err ?: session_lock(session, pin_dir, true);
	return err ?: session_check(session);
}

int session_add(struct session *session, unsigned int at, bool opens)
{
	const struct part *part = parts[at].part;
	struct part_run *run = &session->run[at];
	bool loaded = part_is_loaded(part, session->pins.dir);
	void *state = calloc(1, part->state_size);

	if (!state)
		return log_error(-ENOMEM, "out of memory");
	*run = (struct part_run){
		.pins = &session->pins,
		.request = (const char *)session->request + parts[at].request,
		.loaded = !session->first && !session->carries && loaded,
		.carried = session->carries && loaded,
		.loads = opens,
		.opens = opens && part->open,
		.resizes = session->resizes,
		.rooms = &session->rooms,
	};
	run->state = state;
	return part->prepare(run);
}

bool session_opens(const struct session *session)
{
	for (unsigned int i = 0; i < parts_count(); i++)
		if (session->run[i].opens)
			return true;
	return false;
}

int session_each(struct session *session, session_step *step)
{
	int err = 0;

	for (unsigned int i = 0; i < parts_count() && !err; i++)
		if (session->run[i].state)
			err = step(parts[i].part, &session->run[i]);
	return err;
}

void session_close(struct session *session, int err)
{
	for (unsigned int i = 0; i < parts_count(); i++) {
		struct part_run *run = &session->run[i];

		if (!run->state)
			continue;
		parts[i].part->end(run, session->committed ? 0 : err);
		free(run->state);
	}
	if (err && session->pins.building && !session->committed)
		pins_remove(session->pins.next);
	pins_lock_end(&session->pins);
}

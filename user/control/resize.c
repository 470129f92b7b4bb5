// SPDX-License-Identifier: BSD-2-Clause
#include "control/resize.h"

#include <errno.h>

#include "base/log.h"
#include "control/steps.h"
#include "kernel/capabilities.h"

/* The worst of what the parts say; PART_FITS if none has anything to say. */
static int fit_of(const struct session *session)
{
	int worst = PART_FITS;

	for (unsigned int i = 0; i < parts_count(); i++) {
		const struct part_run *run = &session->run[i];
		int fit = run->state && run->loaded && parts[i].part->fits ?
			  parts[i].part->fits(run) : PART_FITS;

		if (fit < 0 || fit == PART_FULL)
			return fit;
		if (fit == PART_WASTES)
			worst = fit;
	}
	return worst;
}

static int load(struct session *session)
{
	int err = pins_begin(&session->pins);

	err = err ?: session_each(session, steps_make);
	err = err ?: session_each(session, steps_open);
	return err ?: session_finish(session);
}

static void add_rooms(struct rooms *to, const struct rooms *more)
{
	if (more->region_lines > to->region_lines)
		to->region_lines = more->region_lines;
	if (more->trusted_lines > to->trusted_lines)
		to->trusted_lines = more->trusted_lines;
	if (more->nodes > to->nodes)
		to->nodes = more->nodes;
	if (more->trusted > to->trusted)
		to->trusted = more->trusted;
}

static int explain(int err)
{
	char lacks[CAPABILITIES_SIZE];

	if (err == -EPERM || err == -EACCES)
		return log_error(err, "this change outgrows a map, so that programs have to be "
				 "loaded again; for that this command lacks %s",
				 capabilities_lacking(CAPABILITIES_LOAD, lacks) ?: "a permission");
	return err;
}

int resize_grow(const struct session *session)
{
	int fit = fit_of(session), err;
	struct request nothing;
	struct session inner;

	if (fit)
		return fit < 0 ? fit : 0;
	log_info("a map is full: making room");
	err = session_begin_inner(&inner, session, &nothing);
	add_rooms(&inner.rooms, &session->rooms);
	err = err ?: load(&inner);
	session_close(&inner, err);
	return err ? explain(err) : 0;
}

void resize_shrink(const struct session *session)
{
	struct request nothing;
	struct session inner;
	int err = session_begin_inner(&inner, session, &nothing);

	if (!err && fit_of(&inner) == PART_WASTES) {
		log_info("maps have room to spare: making them smaller");
		err = load(&inner);
	}
	session_close(&inner, err);
	if (err)
		log_warning("maps keep room that they do not need; all that was asked for is done");
}

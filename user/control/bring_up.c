// SPDX-License-Identifier: BSD-2-Clause
#include "control/bring_up.h"

#include "control/advice.h"
#include "control/carry_over.h"
#include "control/permissions.h"
#include "control/resize.h"
#include "control/session.h"
#include "control/steps.h"
#include "control/verb_note.h"
#include "kernel/abi2.h"
#include "kernel/config_map.h"
#include "kernel/journal.h"
#include "kernel/pins_publish.h"

static bool is_wanted(const struct session *session, unsigned int at)
{
	return parts[at].part->wanted((const char *)session->request + parts[at].request);
}

/* Whether the request asks for a part, or for another part that needs it. */
static bool is_asked_for(const struct session *session, unsigned int at)
{
	for (unsigned int i = at; i < parts_count(); i++)
		if ((i == at || parts[i].needs == parts[at].part) && is_wanted(session, i))
			return true;
	return false;
}

static int build(const struct part *part, struct part_run *run)
{
	return part->build ? part->build(run) : 0;
}

static int fill(const struct part *part, struct part_run *run)
{
	if (run->carried)
		return part->carry->fill ? part->carry->fill(run) : 0;
	return run->loaded || !part->fill ? 0 : part->fill(run);
}

static int configure(const struct part *part, struct part_run *run)
{
	return part->configure(run);
}

static int announce(const struct part *part, struct part_run *run)
{
	return part->announce ? part->announce(run) : 0;
}

static int permit(const struct session *session)
{
	return permissions_set(&session->pins, &session->request->guard.groups);
}

static int now_loaded(const struct part *part, struct part_run *run)
{
	(void)part;
	run->loaded = true;
	return 0;
}

/* From here on all is as if this version had loaded what is there. What the request asks for
 * follows, as in an upgrade in place. */
static int replace_earlier(struct session *session)
{
	int err = carry_over_replace(&session->pins, &session->committed);

	return err ?: session_each(session, now_loaded);
}

/* Loads programs, on new maps that nobody reads yet or on those in use, and attaches them. */
static int open_all(struct session *session)
{
	int err = pins_begin(&session->pins);

	err = err ?: session_each(session, steps_make);
	err = err ?: session_each(session, build);
	err = err ?: session_each(session, steps_open);
	if (!err && (session->first || session->carries))
		err = config_map_begin(&session->pins);
	err = err ?: session_each(session, fill);
	if (!err && session->first)
		err = session_each(session, configure);
	if (!err && (session->first || session->carries))
		err = config_map_add_parts(&session->pins, session_parts(session));
	if (!err && session->carries)
		err = permit(session) ?: carry_over_begin(&session->pins);
	err = err ?: session_each(session, steps_attach);
	return err || !session->carries ? err : replace_earlier(session);
}

static int publish(struct session *session)
{
	int err = session->committed ? 0 : pins_publish(&session->pins);

	err = err ?: session_each(session, steps_settle);
	return err ?: config_map_add_parts(&session->pins, session_parts(session));
}

static int commit(struct session *session, bool opens)
{
	int err = session->first ? 0 : session_each(session, configure);

	err = err ?: permit(session);
	err = err ?: session_each(session, announce);
	return err || !opens ? err : publish(session);
}

/* Whatever can fail because of the request comes before the first change; what fails then is
 * undone. */
static int carry_out(struct session *session)
{
	bool opens = session_opens(session);
	int err = session->first ? 0 : resize_grow(session);

	if (!err)
		err = opens ? open_all(session) : session_each(session, build);
	if (err)
		return err;
	journal_begin();
	err = commit(session, opens);
	journal_end(err);
	if (err) {
		/* Proxies may have been told what is undone. */
		session_each(session, announce);
		return err;
	}
	session->committed = true;
	advice_log(session->request, &session->pins);
	return 0;
}

static int load(struct session *session)
{
	int err = 0;

	for (unsigned int i = 0; i < parts_count() && !err; i++) {
		const struct part *part = parts[i].part;
		bool loaded = !session->first && part_is_loaded(part, session->pins.dir);

		if (loaded || !part->open || is_asked_for(session, i))
			err = session_add(session, i, true);
	}
	return err ?: carry_out(session);
}

int bring_up(const char *pin_dir, struct request *request)
{
	struct session session;
	int err = session_read(pin_dir, request, false);

	if (err)
		return err;
	err = session_lock(&session, pin_dir, true);
	session.request = request;
	session.first = !err && !pins_has(session.pins.dir, "config");
	if (!err && !session.first && config_map_has(session.pins.dir, ABI2)) {
		session.carries = session.pins.carries = true;
		err = carry_over_check(&session.pins);
	} else if (!err) {
		err = !session.first ? session_check(&session) :
		      config_map_is_missing(session.pins.dir) ?
		      config_map_missing(session.pins.dir) : pins_check(session.pins.dir);
	}
	err = err ?: load(&session);
	/* What was asked for is done, whether room can be given back or not. */
	if (!err && !session.first)
		resize_shrink(&session);
	if (!err)
		verb_note_append(&session.pins);
	session_close(&session, err);
	return err;
}

/* Checks that the parts are loaded that a change needs to be. */
static int require(const struct session *session, unsigned int at)
{
	const struct part *part = parts[at].part;
	int err = parts[at].needs ? part_require(parts[at].needs, session->pins.dir) : 0;

	return err || part->by_change ? err : part_require(part, session->pins.dir);
}

static int change(struct session *session)
{
	int err = 0;

	for (unsigned int i = 0; i < parts_count() && !err; i++) {
		const struct part *part = parts[i].part;
		bool loaded = part_is_loaded(part, session->pins.dir);

		if (is_wanted(session, i))
			err = require(session, i);
		if (!err && (loaded || is_wanted(session, i)))
			err = session_add(session, i, !loaded);
	}
	return err ?: carry_out(session);
}

/* Whether any part that the request names was not as it asks already. */
static bool has_changed(const struct session *session)
{
	for (unsigned int i = 0; i < parts_count(); i++)
		if (session->run[i].state && is_wanted(session, i) && !session->run[i].same)
			return true;
	return false;
}

int bring_up_change(const char *pin_dir, struct request *request)
{
	struct session session;
	int err = session_read(pin_dir, request, true);

	if (err)
		return err;
	err = session_open(&session, pin_dir);
	session.request = request;
	err = err ?: change(&session);
	if (!err && has_changed(&session))
		verb_note_append(&session.pins);
	session_close(&session, err);
	return err;
}

int bring_up_edit(const char *pin_dir, trust_edit *edit, void *context)
{
	struct request request;

	request_init(&request);
	request.trust.edit = edit;
	request.trust.context = context;
	return bring_up_change(pin_dir, &request);
}

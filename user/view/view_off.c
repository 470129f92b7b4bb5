// SPDX-License-Identifier: BSD-2-Clause
#include "view/view_off.h"

#include <stdio.h>
#include <string.h>

#include "base/when.h"
#include "view/view_pins.h"
#include "view/view_verbs.h"

static bool is_off(const struct ecdn_xdp_verb *verb)
{
	return !strncmp(verb->words, "off", 3) && (!verb->words[3] || verb->words[3] == ' ');
}

/* The last one: while the tool is off, another one changes nothing and leaves no entry. */
static int find(struct view_off *view, const char *pin_dir)
{
	struct view_verbs verbs;
	int err = view_verbs_read(&verbs, pin_dir);

	if (err)
		return err;
	for (unsigned int i = 0; i < verbs.count; i++)
		if (is_off(&verbs.at[i]))
			view->verb = verbs.at[i];
	view->moment = verbs.moment;
	view_verbs_free(&verbs);
	return 0;
}

int view_off_read(struct view_off *view, const char *pin_dir)
{
	struct view_pins pins;
	int err = view_pins_read(&pins, pin_dir);

	memset(view, 0, sizeof(*view));
	if (err)
		return err;
	view->off = pins.config.off;
	return view->off ? find(view, pin_dir) : 0;
}

const char *view_off_text(const struct view_off *view, char room[VIEW_OFF_TEXT_SIZE])
{
	const struct ecdn_xdp_verb *verb = &view->verb;
	char at[WHEN_SIZE];

	*room = 0;
	if (!verb->number)
		return room;
	snprintf(room, VIEW_OFF_TEXT_SIZE, " since %s%s%s%s%s",
		 when_text(view->moment.epoch_ns + verb->time_ns, at), *verb->user ? ", by " : "",
		 verb->user, *verb->reason ? ": " : "", verb->reason);
	return room;
}

// SPDX-License-Identifier: BSD-2-Clause
#include "top/top_change.h"

#include <errno.h>
#include <string.h>

#include "base/escape.h"
#include "base/scoped.h"
#include "control/bring_up.h"
#include "control/verb_note.h"
#include "show/limit_text.h"

/* The words of the verb, as they would have been typed. */
static void note(enum top_do what, char *region)
{
	char *exempt[] = { "exempt", region, "--for", TOP_STATE_EXEMPT_WORDS };
	char *block[] = { "block", region }, *release[] = { "release", region };

	if (what == TOP_DO_EXEMPT)
		verb_note_begin(4, exempt);
	else
		verb_note_begin(2, what == TOP_DO_BLOCK ? block : release);
}

static struct limits_change change_of(enum top_do what)
{
	struct limits_change change = {
		.what = what == TOP_DO_EXEMPT ? LIMITS_EXEMPT : what == TOP_DO_BLOCK ?
			LIMITS_BLOCK : LIMITS_RELEASE,
		.span.for_ns = what == TOP_DO_EXEMPT ? TOP_STATE_EXEMPT_NS : LAYERS_FOREVER,
	};

	return change;
}

int top_change(const char *pin_dir, enum top_do what, const char *region,
	       char told[TOP_STATE_MESSAGE_SIZE])
{
	struct limits_change change = change_of(what);
	struct request request;
	int err;

	strncpy(change.region, region, sizeof(change.region) - 1);
	note(what, change.region);
	request_init(&request);
	err = limits_add(&request.guard.changes, &change);
	err = err ?: bring_up_change(pin_dir, &request);
	if (!err) {
		scoped_free char *text = limit_text(request.guard.changes.at);

		escape_text(text ?: "done", told, TOP_STATE_MESSAGE_SIZE);
	}
	request_free(&request);
	return err;
}

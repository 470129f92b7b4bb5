// SPDX-License-Identifier: BSD-2-Clause
#include "view/view_verbs.h"

#include <stdlib.h>
#include <string.h>

#include "kernel/verb_ring.h"
#include "view/view_pins.h"

int view_verbs_read(struct view_verbs *view, const char *pin_dir)
{
	struct view_pins pins;
	int err = view_pins_read(&pins, pin_dir);

	memset(view, 0, sizeof(*view));
	view->moment = clock_now();
	err = err ?: verb_ring_read(&pins.pins, &view->at, &view->count);
	for (unsigned int i = 0; i < view->count && !err; i++) {
		struct ecdn_xdp_verb *at = &view->at[i];

		at->user[sizeof(at->user) - 1] = 0;
		at->words[sizeof(at->words) - 1] = 0;
		at->reason[sizeof(at->reason) - 1] = 0;
	}
	if (err)
		view_verbs_free(view);
	return err;
}

void view_verbs_free(struct view_verbs *view)
{
	free(view->at);
	memset(view, 0, sizeof(*view));
}

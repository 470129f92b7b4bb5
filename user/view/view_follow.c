// SPDX-License-Identifier: BSD-2-Clause
#include "view/view_follow.h"

#include <stdlib.h>

#include "kernel/verb_ring.h"

void view_follow_retire(struct view_events *events)
{
	mapped_close(&events->changes.mapped);
	mapped_close(&events->states);
	mapped_close(&events->verbs);
	guard_maps_close(&events->maps);
	view_prefixes_free(&events->prefixes);
}

/* Where the numbers go on, the ring may be the same: of another one, no entry is the same. */
static int follow_changes(struct view_events *events, struct view_events *retired)
{
	struct view_changes *changes = &events->changes, *earlier = &retired->changes;
	struct ecdn_xdp_change *seen = changes->seen;
	uint64_t head;
	int err = changes->head(changes, &head);

	if (err || head + 1 < earlier->next)
		return err;
	changes->seen = earlier->seen;
	changes->next = earlier->next;
	earlier->seen = seen;
	for (uint32_t i = 0; i < events->states.entries && i < retired->regions; i++)
		events->told[i] = retired->told[i];
	return 0;
}

static int follow_verbs(struct view_events *events, const struct view_events *retired)
{
	struct ecdn_xdp_verb *verbs;
	unsigned int count;
	int err = verb_ring_read(&events->pins.pins, &verbs, &count);

	for (unsigned int i = 0; i < count && !err; i++)
		if (verbs[i].number == retired->last_verb &&
		    verbs[i].time_ns == retired->last_verb_ns)
			events->last_verb = retired->last_verb;
	events->last_verb_ns = retired->last_verb_ns;
	free(verbs);
	return err;
}

int view_follow(struct view_events *events, struct view_events *retired)
{
	int err = events->guard && retired->guard ? follow_changes(events, retired) : 0;

	return err ?: follow_verbs(events, retired);
}

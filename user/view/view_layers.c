// SPDX-License-Identifier: BSD-2-Clause
#include "view/view_layers.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/log.h"
#include "guard/layers.h"
#include "regions/names.h"
#include "view/view_pins.h"

static const struct ecdn_xdp_note as_noted;

_Static_assert(sizeof(((struct view_layer *)0)->user) == sizeof(as_noted.user) &&
	       sizeof(((struct view_layer *)0)->reason) == sizeof(as_noted.reason),
	       "texts have room");

static void take_note(struct view_layer *to, const struct ecdn_xdp_note *note)
{
	to->since_ns = note->since_ns;
	to->from_file = note->from_file;
	to->login_uid = note->login_uid;
	memcpy(to->user, note->user, sizeof(to->user) - 1);
	memcpy(to->reason, note->reason, sizeof(to->reason) - 1);
}

static int add(struct view_layers *view, const struct guard_maps *maps, uint32_t region,
	       const char *name, enum ecdn_xdp_note_kind kind)
{
	struct view_layer layer = { .id = region, .login_uid = UINT32_MAX };
	struct ecdn_xdp_limits limits;
	struct layers_notes notes;
	uint64_t now_ns = view->moment.now_ns;
	int err = guard_maps_limits(maps, region, &limits);

	if (err || !layers_stands(&limits, kind, now_ns))
		return err;
	err = layers_read(maps, region, &notes);
	if (err)
		return err;
	strcpy(layer.region, name);
	layer.holds = kind == ECDN_XDP_NOTE_EXEMPT ||
		      !layers_stands(&limits, ECDN_XDP_NOTE_EXEMPT, now_ns);
	layer.until_ns = kind == ECDN_XDP_NOTE_EXEMPT ? limits.exempt_until_ns :
			 limits.blocked_until_ns ?: LAYERS_FOREVER;
	if (notes.has[kind])
		take_note(&layer, &notes.note[kind]);
	return array_append(view->at, view->count, &layer) ?
	       log_error(-ENOMEM, "out of memory for the regions") : 0;
}

static int read_all(struct view_layers *view, const struct guard_maps *maps, uint32_t max_regions,
		    enum ecdn_xdp_note_kind kind)
{
	struct names *names;
	int err = guard_maps_names(maps, max_regions, &names);

	if (err)
		return err;
	for (uint32_t region = 0; region < names_count(names) && !err; region++)
		if (names_of(names, region))
			err = add(view, maps, region, names_of(names, region), kind);
	names_free(names);
	return err;
}

int view_layers_read(struct view_layers *view, const char *pin_dir, enum ecdn_xdp_note_kind kind)
{
	struct guard_maps maps;
	struct view_pins pins;
	int err = view_pins_guard(&pins, pin_dir, &maps);

	memset(view, 0, sizeof(*view));
	if (err)
		return err;
	view->moment = clock_now();
	err = read_all(view, &maps, pins.config.max_regions, kind);
	guard_maps_close(&maps);
	if (err)
		view_layers_free(view);
	return err;
}

void view_layers_free(struct view_layers *view)
{
	free(view->at);
	memset(view, 0, sizeof(*view));
}

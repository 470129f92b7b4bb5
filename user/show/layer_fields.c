// SPDX-License-Identifier: BSD-2-Clause
#include "show/layer_fields.h"

#include <stdio.h>

#include "base/quantity.h"
#include "base/when.h"

#define AT(member) FIELD_AT(struct layer_fields_item, layer.member)

static bool has_end(const void *item)
{
	return ((const struct layer_fields_item *)item)->layer.until_ns != UINT64_MAX;
}

static const char *region(const void *item, char room[FIELD_TEXT_SIZE])
{
	(void)room;
	return ((const struct layer_fields_item *)item)->layer.region;
}

static const char *until(const void *item, char room[FIELD_TEXT_SIZE])
{
	const struct layer_fields_item *of = item;

	return has_end(item) ? when_text(of->moment.epoch_ns + of->layer.until_ns, room) :
			       "`release`";
}

static uint64_t left_ns(const void *item)
{
	const struct layer_fields_item *of = item;

	return of->layer.until_ns - of->moment.now_ns;
}

static const char *left(const void *item, char room[FIELD_TEXT_SIZE])
{
	return quantity_about(left_ns(item), room);
}

/* Who set it, and whether a file asked him to. */
static const char *by(const void *item, char room[FIELD_TEXT_SIZE])
{
	const struct view_layer *layer = &((const struct layer_fields_item *)item)->layer;

	if (!layer->since_ns)
		return NULL;
	snprintf(room, FIELD_TEXT_SIZE, "%s%s", *layer->user ? layer->user : "?",
		 layer->from_file ? ", file" : "");
	return room;
}

static const char *reason(const void *item, char room[FIELD_TEXT_SIZE])
{
	const struct view_layer *layer = &((const struct layer_fields_item *)item)->layer;

	if (layer->holds)
		return *layer->reason ? layer->reason : NULL;
	snprintf(room, FIELD_TEXT_SIZE, "(exempt now)%s%s", *layer->reason ? " " : "",
		 layer->reason);
	return room;
}

const struct field layer_fields[] = {
	{ FIELD_TEXT, "<REGION", "region", .text = region },
	{ FIELD_FLAG, .key = "holds", AT(holds) },
	{ FIELD_TEXT, "<UNTIL", .text = until },
	{ FIELD_AGO, .key = "until", AT(until_ns), .present = has_end },
	{ FIELD_TEXT, ">LEFT", .text = left, .present = has_end },
	{ FIELD_DURATION, .key = "left", .number = left_ns, .present = has_end },
	{ FIELD_AGO, .key = "since", AT(since_ns) },
	{ FIELD_TEXT, "<BY", .text = by },
	{ FIELD_TEXT, .key = "user", AT(user) },
	{ FIELD_FLAG, .key = "from_file", AT(from_file) },
	{ FIELD_TEXT, "<REASON", .text = reason },
	{ FIELD_TEXT, .key = "reason", AT(reason) },
	{},
};

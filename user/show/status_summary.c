// SPDX-License-Identifier: BSD-2-Clause
#include "show/status_summary.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/words.h"
#include "show/output.h"

#define SIZE 1024

static void append_interfaces(const struct checks_facts *facts, char room[SIZE])
{
	struct checks_names names = {};

	for (unsigned int i = 0; i < facts->status.attachment_count; i++) {
		const struct xdp_link *at = &facts->status.attachments[i];

		if (at->ifindex)
			checks_name(&names, at->place.state == PLACE_HERE ? at->place.now :
									    at->iface);
	}
	if (!facts->status.guard)
		words_append(room, SIZE, "the guard is not loaded");
	else if (names.count)
		words_append(room, SIZE, "guarding %s", names.text);
	else
		words_append(room, SIZE, "no interface is guarded");
}

static void append_regions(const struct checks_facts *facts, enum ecdn_xdp_state state,
			   char room[SIZE])
{
	struct checks_names names = {};

	for (uint32_t id = 0; id < facts->regions.count; id++)
		if (facts->regions.region[id].state == state)
			checks_name(&names, facts->regions.region[id].name);
	if (names.count)
		words_append(room, SIZE, "; %u region%s %s: %s", names.count,
			     names.count == 1 ? "" : "s", view_regions_state_name(state),
			     names.text);
}

/* A check may find several faults. */
static unsigned int checks_that_say_no(const struct checks_report *report,
				       struct checks_names *names)
{
	for (unsigned int i = 0; i < report->count; i++)
		if (!i || report->at[i].check != report->at[i - 1].check)
			checks_name(names, report->at[i].check);
	return names->count;
}

static const char *text(const struct status_summary *summary, char room[SIZE])
{
	const struct ecdn_xdp_config *config = &summary->facts->status.config;
	struct checks_names no = {};

	snprintf(room, SIZE, "%s", config->off ? "off; " : "");
	append_interfaces(summary->facts, room);
	if (config->monitor && !config->off)
		words_append(room, SIZE, "; monitor mode");
	append_regions(summary->facts, ECDN_XDP_STATE_LIMITED, room);
	append_regions(summary->facts, ECDN_XDP_STATE_SHIELDED, room);
	append_regions(summary->facts, ECDN_XDP_STATE_BLOCKED, room);
	if (checks_that_say_no(summary->report, &no))
		words_append(room, SIZE, "; %u check%s no: %s (`ecdn-xdp check`)", no.count,
			     no.count == 1 ? " says" : "s say", no.text);
	else
		words_append(room, SIZE, "; all is as configured");
	return room;
}

void status_summary_print(const struct status_summary *summary)
{
	char room[SIZE];

	output_line("%s", text(summary, room));
}

static json_t *regions(const struct checks_facts *facts, enum ecdn_xdp_state state)
{
	json_t *list = json_array();

	for (uint32_t id = 0; id < facts->regions.count; id++)
		if (facts->regions.region[id].state == state)
			json_array_append_new(list, output_string(facts->regions.region[id].name) ?:
						    json_null());
	return list;
}

static json_t *faults(const struct checks_report *report)
{
	json_t *list = json_array();

	for (unsigned int i = 0; i < report->count; i++)
		json_array_append_new(list, json_string(report->at[i].check));
	return list;
}

int status_summary_set(const struct status_summary *summary, json_t *root)
{
	char room[SIZE];

	return json_object_set_new(root, "summary", output_string(text(summary, room)) ?:
						    json_null()) ||
	       json_object_set_new(root, "limited",
				   regions(summary->facts, ECDN_XDP_STATE_LIMITED)) ||
	       json_object_set_new(root, "shielded",
				   regions(summary->facts, ECDN_XDP_STATE_SHIELDED)) ||
	       json_object_set_new(root, "faults", faults(summary->report)) ? -ENOMEM : 0;
}

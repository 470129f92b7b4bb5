// SPDX-License-Identifier: BSD-2-Clause
#include "cli/status_shared.h"

#include <stdio.h>

#include "show/event_fields.h"
#include "show/observer_fields.h"
#include "show/output.h"
#include "view/view_shared.h"

static const char *mode_of(const struct view_shared *view)
{
	return view->regions.config.monitor ? "monitor" : "enforce";
}

static int print_text(const struct view_shared *view, const char *pin_dir)
{
	const struct fields events = { event_fields_guard, 0, NULL };
	const struct view_regions *regions = &view->regions;

	for (unsigned int i = 0; i < view->interface_count; i++)
		output_line("interface   %s: loaded", view->interfaces[i]);
	printf("mode        %s\n", mode_of(view));
	printf("regions     %u of %u, table generation %lu\n", regions->count,
	       regions->config.max_regions, regions->generation);
	observer_fields_print(&view->origin);
	output_line("pins        %s, ABI %u", pin_dir, regions->config.abi);
	printf("left out    attachments, settings, steer, ping and the kernel's features, which "
	       "root alone may read\n");
	fields_print_counts(&events, &regions->events, "passed_unparsed", "passed");
	fields_print_counts(&events, &regions->events, "shield_passed", "excused");
	fields_print_counts(&events, &regions->events, "give_ups", "gave up");
	return 0;
}

static json_t *interfaces_of(const struct view_shared *view)
{
	json_t *array = json_array();

	for (unsigned int i = 0; i < view->interface_count; i++)
		json_array_append_new(array, json_pack("{s:o}", "interface",
						       output_string(view->interfaces[i])));
	return array;
}

/* The keys are those of root's document, as far as they go. */
static int print_json(const struct view_shared *view, const char *pin_dir)
{
	const struct fields events = { event_fields_guard, 0, NULL };
	const struct view_regions *regions = &view->regions;
	json_t *root = json_pack("{s:b, s:o, s:i, s:o, s:s, s:i, s:i, s:{s:I}}", "partial", 1,
				 "pin_dir", output_string(pin_dir), "abi", (int)regions->config.abi,
				 "interfaces", interfaces_of(view), "mode", mode_of(view),
				 "regions", (int)regions->count, "max_regions",
				 (int)regions->config.max_regions, "table", "generation",
				 (json_int_t)regions->generation);

	if (root && (json_object_set_new(root, "origin", observer_fields_object(&view->origin)) ||
		     fields_set(&events, &regions->events, root))) {
		json_decref(root);
		root = NULL;
	}
	return output_json(root);
}

int status_shared(const struct cli *cli)
{
	struct view_shared view;
	int err = view_shared_read(&view, cli->pin_dir);

	if (err)
		return err;
	err = cli->json ? print_json(&view, cli->pin_dir) : print_text(&view, cli->pin_dir);
	view_shared_free(&view);
	return err;
}

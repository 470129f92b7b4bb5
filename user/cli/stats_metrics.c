// SPDX-License-Identifier: BSD-2-Clause
#include "cli/stats_metrics.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "show/metrics_origins.h"
#include "show/metrics_page.h"
#include "show/metrics_regions.h"
#include "view/view_pins.h"

/* The sum has the series of all other regions, too, so that only a region of its name has none. */
static void add_region(struct metrics *metrics, const struct view_regions *view,
		       const struct view_region *region)
{
	if (strcmp(region->name, METRICS_REGIONS_ALL) != 0)
		metrics_regions_add(metrics, view, region);
	else
		log_warning("region " METRICS_REGIONS_ALL " has no series of its own, as the sum "
			    "over all regions has that name");
}

static int add_regions(struct metrics *metrics, const char *pin_dir)
{
	struct view_region sum = {};
	struct view_regions view;
	int err = view_regions_read(&view, pin_dir);

	if (err)
		return err;
	for (uint32_t i = 0; i < view.count; i++) {
		metrics_regions_sum(&sum, &view.region[i]);
		if (metrics_regions_is_special(&view.region[i]))
			add_region(metrics, &view, &view.region[i]);
	}
	metrics_regions_add_sum(metrics, &view, &sum, METRICS_REGIONS_ALL, true);
	view_regions_free(&view);
	return 0;
}

static int read_loaded(struct metrics *metrics, struct status_fields_item *status)
{
	const struct metrics_origins_bounds origins = { .named = 200, .others = 100 };
	int err = view_status_read(&status->guard, status->pin_dir);

	if (err)
		return err;
	err = view_ping_read(&status->ping, status->pin_dir);
	if (!err)
		metrics_page_status(metrics, status);
	if (!err && status->guard.guard) {
		err = add_regions(metrics, status->pin_dir);
		err = err ?: metrics_page_steer(metrics, status->pin_dir);
	}
	err = err ?: metrics_origins_add(metrics, status->pin_dir, &origins);
	err = err ?: metrics_page_nodes(metrics, status->pin_dir, METRICS_PAGE_NODES);
	return err ?: metrics_page_allowed(metrics, status->pin_dir);
}

/* A guard that may not be looked at is not one that is not loaded. */
static int check_readable(const char *pin_dir)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/config", pin_dir);
	if (access(path, F_OK) || !access(path, R_OK))
		return 0;
	return log_error(-EACCES, "metrics tell of what root alone may read (%s): run as root; the "
			 "group of --stats-group has `ecdn-xdp stats --total --json` and "
			 "`ecdn-xdp origin --json`", path);
}

static int read_all(struct metrics *metrics, const char *pin_dir)
{
	const struct fields fields = { status_fields_metrics, 0, NULL };
	struct status_fields_item status = { .pin_dir = pin_dir };
	int err = check_readable(pin_dir);

	if (!err && view_pins_there(pin_dir))
		err = read_loaded(metrics, &status);
	if (!err)
		metrics_add(metrics, &fields, &status, "");
	view_ping_free(&status.ping);
	view_status_free(&status.guard);
	return err;
}

static int print_metrics(FILE *to, void *metrics)
{
	return metrics_print(metrics, to);
}

int stats_metrics(const char *pin_dir, const char *path)
{
	struct metrics *metrics = metrics_new();
	int err = read_all(metrics, pin_dir);

	if (!err)
		err = path ? file_replace(path, print_metrics, metrics) :
			     metrics_print(metrics, stdout);
	metrics_free(metrics);
	return err;
}

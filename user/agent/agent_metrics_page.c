// SPDX-License-Identifier: BSD-2-Clause
#include "agent/agent_metrics_page.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "agent/agent_metrics_wire.h"
#include "base/clock.h"
#include "show/metrics_origins.h"
#include "show/metrics_page.h"
#include "show/metrics_regions.h"
#include "view/view_pins.h"

#define STATUS_NS (10 * NS_PER_SECOND)

/* Of a whole page. Regions and nodes are bounded well below it; named origins take what is left,
 * those that were seen first, at some 75 series each. */
#define SERIES_MAX 10000
#define SERIES_ORIGIN 75
#define SERIES_AGENT 60         /* of what follows the origins */
#define ORIGINS_MAX 200

int agent_metrics_page_open(struct agent_metrics_page *page, const struct agent *agent)
{
	*page = (struct agent_metrics_page){ .agent = agent, .fd = -1 };
	return agent_metrics_regions_open(&page->regions);
}

static void free_status(struct agent_metrics_page *page)
{
	view_status_free(&page->status.guard);
	view_ping_free(&page->status.ping);
	page->status = (struct status_fields_item){ .pin_dir = page->agent->pin_dir };
	page->status_ns = 0;
}

static void drop(struct agent_metrics_page *page)
{
	if (page->fd >= 0)
		close(page->fd);
	page->fd = -1;
}

void agent_metrics_page_close(struct agent_metrics_page *page)
{
	if (!page->agent)
		return;
	drop(page);
	free_status(page);
	agent_metrics_regions_close(&page->regions);
}

static bool has_part(const struct agent_metrics_page *page, uint32_t part)
{
	return page->status.guard.config.parts & part;
}

static bool is_fresh(const struct agent_metrics_page *page)
{
	const struct view_regions *last = page->agent->last;

	if (!page->status_ns || clock_monotonic_ns() - page->status_ns > STATUS_NS)
		return false;
	return !last || (page->status.guard.guard &&
			 last->config.generation == page->status.guard.config.generation &&
			 last->generation == page->status.guard.table.generation);
}

static int read_status(struct agent_metrics_page *page)
{
	int err;

	free_status(page);
	err = view_status_read_brief(&page->status.guard, page->agent->pin_dir);
	if (!err && has_part(page, ECDN_XDP_PART_PING))
		err = view_ping_read(&page->status.ping, page->agent->pin_dir);
	if (!err)
		page->status_ns = clock_monotonic_ns();
	return err;
}

/* Reading it takes longer than all else of a page, so that it is kept at hand. */
void agent_metrics_page_second(struct agent_metrics_page *page, const struct view_regions *now)
{
	agent_metrics_regions_second(&page->regions, now,
				     page->agent->settings->metrics.regions);
	if (page->status_ns && !is_fresh(page)) {
		log_seen_begin(&page->seen[AGENT_METRICS_FIELDS_STATUS]);
		page->errors[AGENT_METRICS_FIELDS_STATUS] += read_status(page) != 0;
		log_seen_end();
	}
}

/* What the read of the last second has, too, is newer there. */
static int add_status(struct agent_metrics_page *page, struct metrics *metrics)
{
	const struct view_regions *last = page->agent->last;
	int err = is_fresh(page) ? 0 : read_status(page);

	if (err)
		return err;
	if (last && page->status.guard.guard) {
		page->status.guard.config = last->config;
		page->status.guard.events = last->events;
		page->status.guard.regions = last->count;
	}
	metrics_page_status(metrics, &page->status);
	return 0;
}

static int add_regions(struct agent_metrics_page *page, struct metrics *metrics)
{
	const struct view_regions *last = page->agent->last;

	if (!page->status.guard.guard)
		return 0;
	if (!last)
		return -ENODATA;
	agent_metrics_regions_add(&page->regions, metrics, last,
				  page->agent->settings->metrics.full);
	return 0;
}

static int add_steer(struct agent_metrics_page *page, struct metrics *metrics)
{
	return has_part(page, ECDN_XDP_PART_STEER) ?
	       metrics_page_steer(metrics, page->agent->pin_dir) : 0;
}

/* Whether anything is on the list, without which its maps need not be opened. */
static bool has_list(const struct agent_metrics_page *page)
{
	return page->status.guard.config.trusted;
}

static int add_nodes(struct agent_metrics_page *page, struct metrics *metrics)
{
	if (has_list(page))
		return metrics_page_nodes(metrics, page->agent->pin_dir,
					  page->agent->settings->metrics.nodes);
	metrics_page_no_nodes(metrics);
	return 0;
}

static int add_allowed(struct agent_metrics_page *page, struct metrics *metrics)
{
	if (has_list(page))
		return metrics_page_allowed(metrics, page->agent->pin_dir);
	metrics_page_no_allowed(metrics);
	return 0;
}

static int add_origins(struct agent_metrics_page *page, struct metrics *metrics)
{
	size_t used = metrics_series(metrics) + SERIES_ORIGIN + SERIES_AGENT;
	size_t room = used < SERIES_MAX ? (SERIES_MAX - used) / SERIES_ORIGIN : 0;
	const struct metrics_origins_bounds bounds = {
		.named = room < ORIGINS_MAX ? room : ORIGINS_MAX,
	};

	if (!has_part(page, ECDN_XDP_PART_ORIGIN))
		return 0;
	return metrics_origins_add(metrics, page->agent->pin_dir, &bounds);
}

static int (*const collectors[])(struct agent_metrics_page *page, struct metrics *metrics) = {
	[AGENT_METRICS_FIELDS_STATUS] = add_status,
	[AGENT_METRICS_FIELDS_REGIONS] = add_regions,
	[AGENT_METRICS_FIELDS_STEER] = add_steer,
	[AGENT_METRICS_FIELDS_NODES] = add_nodes,
	[AGENT_METRICS_FIELDS_ALLOWED] = add_allowed,
	[AGENT_METRICS_FIELDS_ORIGINS] = add_origins,
};

/* One that fails takes nothing from the others. */
static void collect(struct agent_metrics_page *page, struct metrics *metrics)
{
	if (!view_pins_there(page->agent->pin_dir)) {
		free_status(page);
		return;
	}
	for (unsigned int i = 0; i < AGENT_METRICS_FIELDS_COLLECTORS; i++) {
		log_seen_begin(&page->seen[i]);
		if (collectors[i](page, metrics))
			page->errors[i]++;
		log_seen_end();
	}
}

static void add_own(struct agent_metrics_page *page, struct metrics *metrics, uint64_t took_ns)
{
	const struct fields status = { status_fields_metrics, 0, NULL };
	const struct fields own = { agent_metrics_fields, 0, NULL };
	const struct agent_metrics_fields_item item = {
		.counters = &page->agent->counters, .events = &page->events,
		.errors = page->errors, .took_ns = took_ns,
	};

	metrics_add(metrics, &status, &page->status, "");
	metrics_add(metrics, &own, &item, "");
	agent_metrics_fields_add_hook(metrics, &page->agent->counters);
}

/* Whoever has it can neither change it nor make it shorter under a reader. */
static int seal(int fd)
{
	return fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) ?
	       -errno : 0;
}

static int print(struct agent_metrics_page *page, const struct metrics *metrics)
{
	int fd = memfd_create("metrics", MFD_CLOEXEC | MFD_ALLOW_SEALING), copy, err;
	FILE *to;

	if (fd < 0)
		return log_error(-errno, "no memory for the page of metrics: %s", strerror(errno));
	copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	to = copy < 0 ? NULL : fdopen(copy, "w");
	err = to ? metrics_print(metrics, to) : -ENOMEM;
	page->size = to ? ftell(to) : 0;
	if (to && fclose(to) && !err)
		err = -errno;
	err = err ?: seal(fd);
	if (err) {
		close(fd);
		return log_error(err, "cannot make the page of metrics: %s", strerror(-err));
	}
	page->fd = fd;
	return 0;
}

static int make(struct agent_metrics_page *page)
{
	struct metrics *metrics = metrics_new();
	uint64_t begin_ns = clock_monotonic_ns();
	int err;

	drop(page);
	page->made_ns = begin_ns;
	collect(page, metrics);
	add_own(page, metrics, clock_monotonic_ns() - begin_ns);
	err = print(page, metrics);
	metrics_free(metrics);
	return err;
}

int agent_metrics_page_get(struct agent_metrics_page *page, uint64_t *size)
{
	uint64_t age_ns = clock_monotonic_ns() - page->made_ns;
	int err = page->fd >= 0 && age_ns < AGENT_METRICS_WIRE_FRESH_NS ? 0 : make(page);
	int copy = err ?: fcntl(page->fd, F_DUPFD_CLOEXEC, 0);

	if (!err && copy < 0)
		return log_error(-errno, "cannot hand out the page of metrics: %s",
				 strerror(errno));
	*size = page->size;
	return copy;
}

// SPDX-License-Identifier: BSD-2-Clause
#include "top/top_read.h"

#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "view/view_pins.h"
#include "view/view_table.h"

/* Rows for so many more ids than there are. */
#define SPARE_ROWS 64

/* The agent's is looked at once in a step: until it is there, or when it is no more, the own one
 * goes on from what it has. */
static void read_past(struct top_read *read)
{
	uint64_t now_ns = read->now.moment.now_ns, number = now_ns / VIEW_PAST_STEP_NS;
	struct view_past past;

	if (read->past_number == number)
		return;
	read->past_number = number;
	if (view_past_read(&past, read->pin_dir, now_ns))
		return;
	if (!view_past_is_fresh(&past, now_ns)) {
		view_past_close(&past);
		return;
	}
	view_past_close(&read->past);
	read->past = past;
}

static int keep_past(struct top_read *read)
{
	const struct view_regions *now = &read->now;
	uint32_t rows = now->count ? now->region[now->count - 1].id + 1 + SPARE_ROWS : SPARE_ROWS;
	int err = 0;

	read_past(read);
	if (!read->past.size || !view_past_fits(&read->past, now)) {
		view_past_close(&read->past);
		err = view_past_make(&read->past, rows);
	}
	if (!err)
		view_past_put(&read->past, now);
	return err;
}

static void drop_regions(struct top_read *read)
{
	if (read->has_now)
		view_regions_free(&read->now);
	read->has_now = false;
	read->snapshot.regions = NULL;
}

int top_read_regions(struct top_read *read)
{
	struct view_regions now;
	int err = view_regions_read(&now, read->pin_dir);

	if (err) {
		drop_regions(read);
		read->snapshot.error = read->error;
		return err;
	}
	view_regions_compare(&now, read->has_now ? &read->now : &now);
	drop_regions(read);
	read->now = now;
	read->has_now = true;
	read->snapshot.regions = &read->now;
	read->snapshot.error = NULL;
	err = keep_past(read);
	read->snapshot.past = &read->past;
	return err;
}

static int read_prefixes(struct top_read *read, const char *region)
{
	struct view_prefixes now;
	int err = view_prefixes_read(&now, read->pin_dir, region);

	if (err)
		return err;
	if (read->has_prefixes)
		err = view_prefixes_compare(&now, &read->prefixes, &read->now);
	if (read->has_prefixes)
		view_prefixes_free(&read->prefixes);
	read->prefixes = now;
	read->has_prefixes = true;
	return err;
}

/* Nodes whose addresses begin in the region. */
static int read_nodes(struct top_read *read, const char *region)
{
	struct view_table table;
	size_t kept = 0;
	int err = view_table_open(&table, read->pin_dir);

	if (read->has_nodes)
		view_nodes_free(&read->nodes);
	read->has_nodes = false;
	err = err ?: view_nodes_read(&read->nodes, read->pin_dir);
	if (err) {
		view_table_close(&table);
		return err;
	}
	read->has_nodes = true;
	for (size_t i = 0; i < read->nodes.count; i++)
		if (!strcmp(view_table_find(&table, &read->nodes.at[i].cidr.addr).region, region))
			read->nodes.at[kept++] = read->nodes.at[i];
	read->nodes.count = kept;
	view_table_close(&table);
	return 0;
}

static int read_origins(struct top_read *read)
{
	int err;

	if (read->has_origins)
		view_origins_free(&read->origins);
	err = view_origins_read(&read->origins, read->pin_dir);
	read->has_origins = true;
	if (!err && !read->origins.loaded)
		err = view_origins_missing(read->pin_dir);
	return err;
}

static int read_tab(struct top_read *read, const char *region, enum top_tab tab)
{
	switch (tab) {
	case TOP_TAB_PREFIXES:
		return read_prefixes(read, region);
	case TOP_TAB_NODES:
		return read_nodes(read, region);
	case TOP_TAB_ORIGINS:
		return read_origins(read);
	default:
		return 0;
	}
}

/* What the page had is given back. */
static void drop_detail(struct top_read *read)
{
	if (read->has_prefixes)
		view_prefixes_free(&read->prefixes);
	if (read->has_nodes)
		view_nodes_free(&read->nodes);
	if (read->has_origins)
		view_origins_free(&read->origins);
	read->has_prefixes = read->has_nodes = read->has_origins = false;
	memset(&read->snapshot.detail, 0, sizeof(read->snapshot.detail));
}

int top_read_detail(struct top_read *read, const char *region, enum top_tab tab)
{
	struct top_detail *detail = &read->snapshot.detail;
	int err;

	if (!read->has_now)
		return 0;
	if (detail->tab != tab || strcmp(detail->region, region))
		drop_detail(read);
	err = read_tab(read, region, tab);
	strcpy(detail->region, region);
	detail->tab = tab;
	detail->prefixes = read->has_prefixes ? &read->prefixes : NULL;
	detail->nodes = read->has_nodes ? &read->nodes : NULL;
	detail->origins = read->has_origins ? &read->origins : NULL;
	detail->error = err ? read->detail_error : NULL;
	return err;
}

void top_read_free(struct top_read *read)
{
	drop_detail(read);
	drop_regions(read);
	view_past_close(&read->past);
}

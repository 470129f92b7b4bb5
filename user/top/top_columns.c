// SPDX-License-Identifier: BSD-2-Clause
#include "top/top_columns.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/escape.h"
#include "base/quantity.h"
#include "base/words.h"

#define SHARE_MOST 9999         /* thousandths: of more nobody needs to know the percents */
#define SINCE_WIDTH 6
#define NAME_LEAST 6
#define NAME_NARROW 4
#define SPARK_LEAST 8
#define SPARK_NARROW 40         /* columns of a screen that has no room for sparklines */

static const char *name(const struct view_region *region, const struct view_regions *view,
			char room[FIELD_TEXT_SIZE])
{
	(void)view;
	return escape_text(region->name, room, FIELD_TEXT_SIZE);
}

static const char *state(const struct view_region *region, const struct view_regions *view,
			 char room[FIELD_TEXT_SIZE])
{
	(void)view;
	(void)room;
	return view_regions_state_name(region->state);
}

const char *top_columns_share_text(const struct view_region *region, char room[FIELD_TEXT_SIZE])
{
	if (!region->load.measure)
		return "-";
	if (region->load.share > SHARE_MOST)
		return ">999%";
	snprintf(room, FIELD_TEXT_SIZE, "%" PRIu64 "%%", region->load.share / 10);
	return room;
}

static const char *share(const struct view_region *region, const struct view_regions *view,
			 char room[FIELD_TEXT_SIZE])
{
	(void)view;
	return top_columns_share_text(region, room);
}

static uint64_t share_number(const struct view_region *region)
{
	return region->load.share;
}

#define RATE(member, value) \
	static uint64_t member##_number(const struct view_region *region) \
	{ \
		return value; \
	} \
	static const char *member(const struct view_region *region, \
				  const struct view_regions *view, char room[FIELD_TEXT_SIZE]) \
	{ \
		(void)view; \
		return columns_rate_text(member##_number(region), room); \
	}

RATE(pps, region->claimed.pps)
RATE(bps, region->claimed.bps)
RATE(cps, region->claimed.cps)
RATE(proven, region->proven.cps)
RATE(dropped, region->flow.dropped + region->flow.would_drop)
RATE(got_513, region->flow.got_513)

static const char *since(const struct view_region *region, const struct view_regions *view,
			 char room[FIELD_TEXT_SIZE])
{
	uint64_t now_ns = view->moment.now_ns, ns;

	if (!region->since_ns)
		return "-";
	ns = now_ns > region->since_ns ? now_ns - region->since_ns : 0;
	if (strlen(quantity_about(ns, room)) > SINCE_WIDTH)
		snprintf(room, FIELD_TEXT_SIZE, "%" PRIu64 "d",
			 (uint64_t)(ns / (86400 * NS_PER_SECOND)));
	return room;
}

static uint64_t since_number(const struct view_region *region)
{
	return region->since_ns;
}

enum rank {
	RANK_SHARE = 1,
	RANK_PPS,
	RANK_SPARK,
	RANK_DROPPED,
	RANK_PROVEN,
	RANK_513,
	RANK_CPS,
	RANK_SINCE,
	RANK_BPS,
};

const struct top_column top_columns[] = {
	{ "REGION", NULL, ECDN_XDP_NAME_SIZE - 1, true, 0, name, NULL },
	{ "STATE", NULL, 8, true, 0, state, NULL },
	{ "SHARE", NULL, 5, false, RANK_SHARE, share, share_number },
	{ "LAST", NULL, SPARK_LEAST, true, RANK_SPARK, NULL, NULL },
	{ "PPS", NULL, 6, false, RANK_PPS, pps, pps_number },
	{ "BPS", NULL, 6, false, RANK_BPS, bps, bps_number },
	{ "CPS", NULL, 6, false, RANK_CPS, cps, cps_number },
	{ "PROVEN", NULL, 6, false, RANK_PROVEN, proven, proven_number },
	{ "DROP/S", "WOULD/S", 7, false, RANK_DROPPED, dropped, dropped_number },
	{ "513/S", NULL, 5, false, RANK_513, got_513, got_513_number },
	{ "SINCE", NULL, SINCE_WIDTH, false, RANK_SINCE, since, since_number },
};

const unsigned int top_columns_count = sizeof(top_columns) / sizeof(*top_columns);
const unsigned int top_columns_share = 2;
const unsigned int top_columns_spark = 3;

_Static_assert(sizeof(top_columns) / sizeof(*top_columns) <= TOP_COLUMNS_MAX, "have room");

int top_columns_find(const char *head)
{
	for (unsigned int i = 0; i < top_columns_count; i++)
		if (i != top_columns_spark && !strcasecmp(top_columns[i].head, head))
			return i;
	return -EINVAL;
}

const char *top_columns_names(char room[FIELD_TEXT_SIZE])
{
	*room = 0;
	for (unsigned int i = 0; i < top_columns_count; i++)
		if (i != top_columns_spark)
			words_append(room, FIELD_TEXT_SIZE, "%s%s", i ? ", " : "",
				     top_columns[i].head);
	for (char *at = room; *at; at++)
		*at = tolower((unsigned char)*at);
	return room;
}

unsigned int top_columns_next(unsigned int column, int step)
{
	column = (column + top_columns_count + step) % top_columns_count;
	return column == top_columns_spark ? top_columns_next(column, step) : column;
}

static int by_number(uint64_t one, uint64_t other)
{
	return one > other ? -1 : one < other;
}

static int compare(const struct top_column *by, const struct view_region *one,
		   const struct view_region *other)
{
	char room[2][FIELD_TEXT_SIZE];

	if (!by->words)
		return by_number(by->number(one), by->number(other));
	return strcmp(by->text(one, NULL, room[0]), by->text(other, NULL, room[1]));
}

int top_columns_compare(unsigned int column, const struct view_region *one,
			const struct view_region *other)
{
	int by = compare(&top_columns[column], one, other);

	by = by ?: by_number(one->load.share, other->load.share);
	by = by ?: by_number(one->claimed.pps, other->claimed.pps);
	return by ?: (one->id > other->id) - (one->id < other->id);
}

/* A name's column is as wide as the longest of all regions, so that it does not change with those
 * that are shown. */
static unsigned int name_width(const struct top_snapshot *snapshot)
{
	unsigned int width = NAME_LEAST;
	char room[FIELD_TEXT_SIZE];

	for (uint32_t i = 0; snapshot->regions && i < snapshot->regions->count; i++) {
		const char *text = name(&snapshot->regions->region[i], NULL, room);
		unsigned int needs = escape_width(text);

		width = needs > width ? needs : width;
	}
	return width;
}

/* The columns that the table takes: a mark, and one between two. */
static unsigned int sum_of(const unsigned int width[TOP_COLUMNS_MAX])
{
	unsigned int sum = 0;

	for (unsigned int i = 0; i < top_columns_count; i++)
		sum += width[i] ? width[i] + 1 : 0;
	return sum;
}

static unsigned int most_spared(const unsigned int width[TOP_COLUMNS_MAX])
{
	unsigned int most = 0;

	for (unsigned int i = 1; i < top_columns_count; i++)
		if (width[i] && top_columns[i].rank > (most ? top_columns[most].rank : 0))
			most = i;
	return most;
}

/* Sparklines get what is left, names give first. */
void top_columns_fit(const struct top_snapshot *snapshot, unsigned int columns,
		     unsigned int width[TOP_COLUMNS_MAX])
{
	unsigned int sum, spare;

	for (unsigned int i = 0; i < top_columns_count; i++)
		width[i] = top_columns[i].width;
	width[0] = name_width(snapshot);
	if (columns < SPARK_NARROW)
		width[top_columns_spark] = 0;
	for (sum = sum_of(width); sum > columns; sum = sum_of(width)) {
		unsigned int most = most_spared(width);

		/* What is most worth is cut at the screen's side. */
		if (!most || top_columns[most].rank == RANK_SHARE) {
			spare = width[0] > NAME_NARROW ? width[0] - NAME_NARROW : 0;
			width[0] -= sum - columns < spare ? sum - columns : spare;
			break;
		}
		width[most] = 0;
	}
	sum = sum_of(width);
	spare = columns > sum ? columns - sum : 0;
	if (width[top_columns_spark])
		width[top_columns_spark] += spare < VIEW_PAST_SLOTS - SPARK_LEAST ?
					    spare : VIEW_PAST_SLOTS - SPARK_LEAST;
}

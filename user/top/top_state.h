/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * top_state.h - what a screen is made of: what was read, and what the person at the terminal has
 * chosen to see of it.
 */
#ifndef TOP_TOP_STATE_H
#define TOP_TOP_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "ecdn-xdp-maps.h"
#include "view/view_nodes.h"
#include "view/view_origins.h"
#include "view/view_past.h"
#include "view/view_prefixes.h"
#include "view/view_regions.h"

#define TOP_STATE_FILTER_SIZE ECDN_XDP_NAME_SIZE
#define TOP_STATE_MESSAGE_SIZE 512

enum top_page {
	TOP_PAGE_REGIONS,
	TOP_PAGE_REGION,        /* one of them */
	TOP_PAGE_HELP,
};

enum top_tab {
	TOP_TAB_PREFIXES,
	TOP_TAB_NODES,
	TOP_TAB_ORIGINS,
	TOP_TAB_LIMITS,
	TOP_TABS,
};

/* What a key asks for beyond another view. */
enum top_do {
	TOP_DO_NOTHING,
	TOP_DO_QUIT,
	TOP_DO_READ,            /* a region was opened, or another tab of it */
	TOP_DO_EXEMPT,
	TOP_DO_BLOCK,
	TOP_DO_RELEASE,
};

/* How long an exemption is that nobody has told the end of. */
#define TOP_STATE_EXEMPT_NS (600 * NS_PER_SECOND)
#define TOP_STATE_EXEMPT_WORDS "10m"

/* Starts as zeros but for the screen's sides, what is sorted by and the interval. */
struct top_state {
	unsigned int rows, columns; /* of the screen */
	bool utf8;
	bool batch;             /* no keys, and nothing of regions from which nothing comes */
	enum top_page page, behind; /* and that which help covers */
	enum top_tab tab;
	unsigned int sort;      /* index of a column */
	bool reversed, paused;
	uint64_t interval_ns;   /* between two reads */
	bool filtering;         /* the filter is being typed */
	char filter[TOP_STATE_FILTER_SIZE]; /* part of a name, in upper or lower case */
	char selected[ECDN_XDP_NAME_SIZE]; /* a region's name; empty: that at `at` */
	unsigned int at, first; /* places in the list of regions: selected, and first shown */
	unsigned int scroll;    /* of the table of a region's page */
	enum top_do asked;      /* waits for y or N; about `selected` */
	char message[TOP_STATE_MESSAGE_SIZE]; /* plain text, until the next key */
	bool is_error;
};

/* What the page of a region shows besides, of the tab that is open; what was not read is NULL. */
struct top_detail {
	char region[ECDN_XDP_NAME_SIZE];
	enum top_tab tab;
	const struct view_prefixes *prefixes;
	const struct view_nodes *nodes; /* of the region alone */
	const struct view_origins *origins;
	const char *error;      /* why it could not be read, or NULL */
};

struct top_snapshot {
	const struct view_regions *regions; /* compared with the read before; NULL: there is none */
	const struct view_past *past;
	const char *error;      /* why there is none, or NULL */
	struct top_detail detail;
};

#endif

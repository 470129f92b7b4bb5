/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * node_fields.h - what readers show of an intermediate node, and of whether the platform's
 * ping reaches this host.
 */
#ifndef SHOW_NODE_FIELDS_H
#define SHOW_NODE_FIELDS_H

#include "show/fields.h"
#include "view/view_nodes.h"
#include "view/view_ping.h"

enum node_fields_in {
	NODE_FIELDS_LIST = 1 << 0,      /* `node list` */
	NODE_FIELDS_ANSWERED = 1 << 2,  /* `node list`, if ping answers */
	NODE_FIELDS_PASSED = 1 << 3,    /* `node list`, if it passes pings on */
	NODE_FIELDS_SILENT = 1 << 1,    /* `node check`: nodes that were never heard from */
};

/* Of struct view_node. */
extern const struct field node_fields[];

struct node_fields_check_item {
	struct view_nodes nodes;
	struct view_ping ping;
	size_t heard;           /* nodes that were heard from ... */
	uint64_t last_ns;       /* ... and when the last one was; 0: never */
};

/* Of struct node_fields_check_item. */
extern const struct field node_fields_check[];

#endif

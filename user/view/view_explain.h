/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * view_explain.h - what a packet from an address or a prefix meets: one read of all that decides
 * it, and what the guard's own program makes of packets that are made up (dry/dry_run.h).
 */
#ifndef VIEW_VIEW_EXPLAIN_H
#define VIEW_VIEW_EXPLAIN_H

#include "base/cidr.h"
#include "dry/dry_rows.h"
#include "trust/trust_list.h"
#include "view/view_parts.h"
#include "view/view_rates.h"
#include "view/view_regions.h"
#include "view/view_status.h"
#include "view/view_steer.h"
#include "view/view_table.h"

/* The packets that are made up. */
enum view_explain_case {
	VIEW_EXPLAIN_NEW,       /* opens a connection */
	VIEW_EXPLAIN_OPEN,      /* belongs to one that is open */
	VIEW_EXPLAIN_STRAY,     /* TCP, and belongs to none */
	VIEW_EXPLAIN_CASES,
};

struct view_explain_fate {
	bool tried;
	bool dropped;
	int reason;             /* dry_run_reason() names it; -1: it passes by itself, and not by
				   monitor mode */
};

/* What libecdn-xdp tells a proxy. */
enum view_explain_answer {
	VIEW_EXPLAIN_PASS,
	VIEW_EXPLAIN_LIMITED,
	VIEW_EXPLAIN_BLOCKED,
	VIEW_EXPLAIN_ANSWERS,
};

/* Addresses of one region and one trusted prefix. What is pointed to lives as long as the view. */
struct view_explain_part {
	struct view_part at;
	const struct view_region *region;
	struct ecdn_xdp_region_state state; /* as readers without privileges see it */
	bool has_note;          /* of the block or exemption that holds */
	struct ecdn_xdp_note note;
	struct view_rate rate;  /* of the trusted prefix that it is in */
	bool is_known;          /* it has connected lately, or is taken for an address that has */
	struct dry_rows_prefix prefix[DRY_ROWS_LEVELS];
	struct view_explain_fate fate[VIEW_EXPLAIN_CASES];
	const struct view_listener *steered; /* where a new connection goes; NULL: nowhere else */
	enum view_explain_answer answer;
};

struct view_explain {
	struct clock_moment moment;
	uint16_t port;
	uint8_t protocol;       /* IPPROTO_TCP or IPPROTO_UDP */
	bool covered;           /* the port is protected */
	bool guarded;           /* an interface has the guard; else nothing is dropped */
	struct view_status status;
	struct view_regions regions;
	struct view_table table;
	struct trust_list trusted;
	struct view_steer steer;
	const struct view_armed_at *armed; /* that the packets are sent to; NULL: there is none */
	bool served;            /* somebody listens there, or that cannot be seen from here */
	struct view_explain_part part[VIEW_PARTS_MAX];
	unsigned int parts;
	bool more;              /* the prefix has more parts */
};

/*
 * Takes the capabilities that loading the guard takes. 0 or a negative errno, logged; -ENOENT if
 * the guard is not loaded. To be freed with view_explain_free(), after an error too.
 */
int view_explain_read(struct view_explain *view, const char *pin_dir, const struct cidr *cidr,
		      uint16_t port, uint8_t protocol);
void view_explain_free(struct view_explain *view);

/* Whether new connections of a part are dropped, steered away or refused. */
bool view_explain_refused(const struct view_explain_part *part);

/* "pass", "limited", "blocked"; and "pps", ... of a measure, "" for none. */
const char *view_explain_answer_name(enum view_explain_answer answer);
const char *view_explain_measure_name(enum ecdn_xdp_measure measure);

#endif

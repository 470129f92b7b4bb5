/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * agent_metrics_page.h - the page of metrics, made once a second at most, however many ask. Regions
 * are as of the read of the last second; listeners, nodes and origins are read for the page; how
 * things are attached is read again if it is some seconds old or the configuration is another one.
 */
#ifndef AGENT_AGENT_METRICS_PAGE_H
#define AGENT_AGENT_METRICS_PAGE_H

#include "agent/agent_metrics_fields.h"
#include "agent/agent_metrics_regions.h"
#include "agent/agent_task.h"
#include "base/log.h"
#include "show/status_fields.h"

struct agent_metrics_page {
	const struct agent *agent;
	struct agent_metrics_regions regions;
	struct agent_metrics_fields_events events;
	uint64_t errors[AGENT_METRICS_FIELDS_COLLECTORS];
	struct log_seen seen[AGENT_METRICS_FIELDS_COLLECTORS];

	struct status_fields_item status;
	uint64_t status_ns;     /* when it was read; 0: it is to be read */

	int fd;                 /* of the page, or -1 */
	uint64_t size, made_ns;
};

/* 0; -ENOMEM, logged. */
int agent_metrics_page_open(struct agent_metrics_page *page, const struct agent *agent);
void agent_metrics_page_close(struct agent_metrics_page *page);

/* Follows a second, see agent_task.h. */
void agent_metrics_page_second(struct agent_metrics_page *page, const struct view_regions *now);

/* The page, as a sealed memfd that the caller closes; made now unless one is fresh. A negative
 * errno, logged. */
int agent_metrics_page_get(struct agent_metrics_page *page, uint64_t *size);

#endif

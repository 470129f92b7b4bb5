/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * agent_learn.h - learns the limits of regions with `limit: auto`, puts them in force once a
 * minute, and keeps them in a file each hour.
 */
#ifndef AGENT_AGENT_LEARN_H
#define AGENT_AGENT_LEARN_H

#include "agent/agent_task.h"
#include "learn/learn.h"

extern const struct agent_task agent_learn_task;

/* The sample that a region's second is. */
void agent_learn_sample(const struct view_regions *view, const struct view_region *region,
			uint64_t epoch_s, struct learn_sample *sample);

/* By what the agent's settings say. */
struct learn_settings agent_learn_settings(const struct agent_settings *settings);

#endif

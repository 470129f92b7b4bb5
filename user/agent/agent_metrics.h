/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * agent_metrics.h - serves the metrics, as `agent: metrics:` has it.
 */
#ifndef AGENT_AGENT_METRICS_H
#define AGENT_AGENT_METRICS_H

#include "agent/agent_task.h"

extern const struct agent_task agent_metrics_task;

#endif

// SPDX-License-Identifier: BSD-2-Clause
#include "agent/agent_addresses.h"
#include "agent/agent_clock.h"
#include "agent/agent_events.h"
#include "agent/agent_files.h"
#include "agent/agent_hook.h"
#include "agent/agent_learn.h"
#include "agent/agent_links.h"
#include "agent/agent_listeners.h"
#include "agent/agent_metrics.h"
#include "agent/agent_past.h"
#include "agent/agent_report.h"
#include "agent/agent_second.h"
#include "agent/agent_task.h"

const struct agent_task *const agent_tasks[] = {
	&agent_second_task,
	&agent_metrics_task,
	&agent_report_task,
	&agent_hook_task,
	&agent_events_task,
	&agent_past_task,
	&agent_links_task,
	&agent_addresses_task,
	&agent_clock_task,
	&agent_learn_task,
	&agent_listeners_task,
	&agent_files_task,
	NULL,
};

void agent_tasks_tell(struct agent *agent, const struct event_lines_item *event)
{
	for (unsigned int i = 0; agent_tasks[i]; i++)
		if (agent_tasks[i]->event)
			agent_tasks[i]->event(agent, agent->state[i], event);
}

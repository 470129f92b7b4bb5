// SPDX-License-Identifier: BSD-2-Clause
#include "config/agent_settings.h"

#include "base/clock.h"

void agent_settings_init(struct agent_settings *settings)
{
	*settings = (struct agent_settings){
		.metrics = { .listen = AGENT_SETTINGS_LISTEN, .full = true,
			     .regions = AGENT_SETTINGS_REGIONS, .nodes = AGENT_SETTINGS_NODES },
		.hook = { .user = -1, .limit_ns = 10 * NS_PER_SECOND },
		.watch = { .links = true, .addresses = true, .listeners = true },
		.learn = { .on = true, .state = AGENT_SETTINGS_STATE, .factor = 2,
			   .carries = { 2000000, 10000000000, 200000 } },
	};
}

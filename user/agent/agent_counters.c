// SPDX-License-Identifier: BSD-2-Clause
#include "agent/agent_counters.h"

#include "base/clock.h"

void agent_counters_ran(struct agent_counters *counters, enum agent_counters_hook result,
			uint64_t ns)
{
	uint64_t most_ns = NS_PER_SECOND / 100;
	unsigned int bucket = 0;

	while (bucket < AGENT_COUNTERS_BUCKETS - 1 && ns > most_ns) {
		most_ns *= 10;
		bucket++;
	}
	counters->hook[result]++;
	counters->hook_times[bucket]++;
	counters->hook_ns += ns;
}

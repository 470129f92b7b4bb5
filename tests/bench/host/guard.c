// SPDX-License-Identifier: BSD-2-Clause
/*
 * guard.c - the guard's program for the host, with its maps by name. It is compiled so that
 * each load and each store which leaves its stack frame is reported to tests/bench/host.c.
 */
#include "guard.bpf.c" /* NOLINT(bugprone-suspicious-include) */

#include "../host.h"

int host_program(struct xdp_md *ctx)
{
	return guard(ctx);
}

/* All maps that a packet may meet. */
const struct host_map host_maps[] = {
	{ "config", &config },
	{ "protected_ports", &protected_ports },
	{ "region_table", &region_table },
	{ "trusted_table", &trusted_table },
	{ "region_limits", &region_limits },
	{ "region_state", &region_state },
	{ "region_rate", &region_rate },
	{ "region_history", &region_history },
	{ "change_head", &change_head },
	{ "changes", &changes },
	{ "region_cpu", &region_cpu },
	{ "prefixes", &prefixes },
	{ "prefix_buckets", &prefix_buckets },
	{ "cpu", &cpu },
	{ "cpu_events", &cpu_events },
	{ NULL, NULL },
};

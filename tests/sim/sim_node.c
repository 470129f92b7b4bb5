// SPDX-License-Identifier: BSD-2-Clause
#include "sim_node.h"

#define SECOND_NS 1000000000ULL
#define STEPS 250               /* of a second: jiffies, after which a CPU hands over */
#define GRACE_NS (3 * SECOND_NS)
#define HOLD_NS (10 * SECOND_NS)

void sim_node_init(struct sim_node *node)
{
	*node = (struct sim_node){ .limits = { .grace_ns = GRACE_NS, .hold_ns = HOLD_NS } };
	learn_init(&node->learn);
}

static void measure(struct sim_node *node, uint64_t epoch_s, double pps, double net_pps)
{
	uint64_t start_ns = epoch_s % (1 << 30) * SECOND_NS;
	double sum = 0, net_sum = 0;

	for (unsigned int i = 0; i < STEPS; i++) {
		uint64_t now_ns = start_ns + i * SECOND_NS / STEPS;
		struct ecdn_xdp_load load = {}, net = {};

		/* No packet is lost by rounding. */
		load.packets = (uint64_t)(sum + pps / STEPS) - (uint64_t)sum;
		net.packets = (uint64_t)(net_sum + net_pps / STEPS) - (uint64_t)net_sum;
		sum += pps / STEPS;
		net_sum += net_pps / STEPS;
		rate_hand_over(&node->rates.claimed, &node->limits, &load, now_ns, now_ns);
		rate_hand_over(&node->rates.proven, &node->limits, &net, now_ns, now_ns);
		node->state = rates_update(&node->rates, &node->limits, 1, now_ns);
	}
}

static bool is_near(const struct sim_node *node, double pps)
{
	return pps > 0.75 * (double)node->limits.pps;
}

/* Far from the limit nothing happens in the windows, and their time is saved. */
static void judge(struct sim_node *node, uint64_t epoch_s, double pps, double net_pps)
{
	bool near = is_near(node, node->before) || is_near(node, pps);

	if (node->limits.pps && (near || node->rates.claimed.surge || node->rates.proven.surge)) {
		if (node->measured_s + 1 != epoch_s)
			measure(node, epoch_s - 1, node->before, node->net_before);
		measure(node, epoch_s, pps, net_pps);
		node->measured_s = epoch_s;
	}
	node->before = pps;
	node->net_before = net_pps;
}

void sim_node_second(struct sim_node *node, const struct learn_settings *settings,
		     uint64_t epoch_s, double pps, double net_pps)
{
	struct learn_sample sample = { .epoch_s = epoch_s, .rate = { net_pps },
				       .limit = { node->limits.pps } };

	judge(node, epoch_s, pps, net_pps);
	sample.time = node->state == ECDN_XDP_STATE_NORMAL ? LEARN_NORMAL : LEARN_LIMITED;
	node->notices += learn_add(&node->learn, settings, &sample) != 0;
	if (epoch_s % 60 == 0) {
		struct ecdn_xdp_learned limits;

		learn_limits(&node->learn, settings, &limits);
		node->limits.pps = limits.learned[0];
	}
}

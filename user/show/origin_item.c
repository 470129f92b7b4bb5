// SPDX-License-Identifier: BSD-2-Clause
#include "show/origin_item.h"

#include <string.h>

static uint64_t sum_of(const __u64 *counts, unsigned int count)
{
	uint64_t sum = 0;

	for (unsigned int i = 0; i < count; i++)
		sum += counts[i];
	return sum;
}

void origin_item_settle(struct origin_item *item)
{
	const struct ecdn_xdp_origin_stats *stats = &item->origin.stats;
	const struct ecdn_xdp_origin_requests *said = &item->origin.said;

	item->f538 = view_origins_sum(stats, 538);
	item->f564 = view_origins_sum(stats, 564);
	item->f522 = view_origins_sum(stats, 522);
	item->proxy = item->sum || sum_of(said->said, ECDN_XDP_ORIGIN_SAID_MAX);
	item->packets = item->sum || (item->content && stats->tls == 2) ||
			sum_of(stats->status, ECDN_XDP_ORIGIN_STATUSES);
	item->by_proxy = view_origins_by_proxy(&item->origin);
	memcpy(item->status, item->by_proxy ? said->status : stats->status, sizeof(item->status));
}

void origin_item_set(struct origin_item *item, const struct view_origins *view,
		     const struct view_origin *origin)
{
	*item = (struct origin_item){
		.origin = *origin, .content = view->content, .now_ns = view->moment.now_ns,
	};
	view_origins_window(origin, item->now_ns, VIEW_ORIGINS_WINDOW_NS, &item->window);
	origin_item_settle(item);
}

static void add_all(__u64 *to, const __u64 *from, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++)
		to[i] += from[i];
}

void origin_item_add(struct origin_item *sum, const struct view_origin *origin)
{
	struct ecdn_xdp_origin_stats *to = &sum->origin.stats;
	const struct ecdn_xdp_origin_stats *from = &origin->stats;

	to->connections += from->connections;
	to->established += from->established;
	to->handshakes += from->handshakes;
	to->resumed += from->resumed;
	to->rtt_us += from->rtt_us;
	to->rtts += from->rtts;
	to->retransmits += from->retransmits;
	to->received += from->received;
	to->sent += from->sent;
	add_all(to->cause, from->cause, ECDN_XDP_ORIGIN_CAUSES_ROOM);
	add_all(to->status, from->status, ECDN_XDP_ORIGIN_STATUSES_ROOM);
	add_all(sum->origin.said.said, origin->said.said, ECDN_XDP_ORIGIN_SAID_MAX);
	add_all(sum->origin.said.status, origin->said.status, ECDN_XDP_ORIGIN_STATUSES_ROOM);
	/* Those of one protocol have its answers. */
	if (from->tls == 2)
		to->tls = 2;
}

/* 0: an origin; 1: what stands for those without a row; 2: one that was never connected to. */
static int kind_of(const struct origin_item *item)
{
	return !item->origin.has_row ? 2 : !item->origin.row;
}

int origin_item_by_connections(const void *one, const void *other)
{
	const struct origin_item *a = one, *b = other;
	uint64_t left = a->origin.stats.connections, right = b->origin.stats.connections;

	if (kind_of(a) != kind_of(b))
		return kind_of(a) - kind_of(b);
	if (left != right)
		return left > right ? -1 : 1;
	return memcmp(&a->origin.key, &b->origin.key, sizeof(a->origin.key));
}

int origin_item_by_failures(const void *one, const void *other)
{
	const struct origin_item *a = one, *b = other;
	uint64_t left = view_origins_failed(&a->window), right = view_origins_failed(&b->window);

	if (left != right)
		return left > right ? -1 : 1;
	return origin_item_by_connections(one, other);
}

/* Of what this host rejected, which is no origin's failure, the window has no count. */
bool origin_item_fails(const struct origin_item *item)
{
	const struct ecdn_xdp_origin_stats *stats = &item->origin.stats;

	return view_origins_failed(&item->window) ||
	       (stats->failure_ns && !view_origins_code(stats->failure) &&
		stats->failure_ns + VIEW_ORIGINS_WINDOW_NS >= item->now_ns);
}

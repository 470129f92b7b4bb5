// SPDX-License-Identifier: BSD-2-Clause
#include "view/view_rates.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>

#include "base/log.h"
#include "base/scoped.h"
#include "guard/guard_part.h"
#include "trusted_rate.h"
#include "view/view_pins.h"
#include "view/view_trusted.h"

#define LINE sizeof(struct ecdn_xdp_trusted_line)

/* How often a row is read again, as a CPU handed over meanwhile. */
#define TRIES 8

static int map_lines(struct view_rates *rates)
{
	int err = mapped_open(&rates->lines, rates->maps.trusted_cpu, "trusted_cpu", LINE);

	if (err)
		return err;
	rates->seen = calloc(rates->lines.entries / ECDN_XDP_TRUSTED_LINES + 1, LINE);
	return rates->seen ? 0 : log_error(-ENOMEM, "out of memory for the trusted prefixes");
}

int view_rates_open(struct view_rates *rates, const char *pin_dir)
{
	struct view_pins pins;
	int err = view_pins_read(&pins, pin_dir);

	memset(rates, 0, sizeof(*rates));
	guard_maps_init(&rates->maps);
	rates->config = pins.config;
	if (err || !part_is_loaded(&guard_part, pins.pins.dir))
		return err;
	err = guard_maps_open(&rates->maps, &pins.pins);
	if (err || rates->maps.trusted_rates < 0 || rates->maps.trusted_cpu < 0)
		return err;
	return map_lines(rates);
}

void view_rates_close(struct view_rates *rates)
{
	guard_maps_close(&rates->maps);
	mapped_close(&rates->lines);
	free(rates->seen);
}

static uint32_t cpus_of(const struct view_rates *rates)
{
	return rates->lines.entries / ECDN_XDP_TRUSTED_LINES;
}

typedef const volatile struct ecdn_xdp_trusted_line line_on_cpu;

static line_on_cpu *line_of(const struct view_rates *rates, uint32_t cpu, uint32_t index)
{
	line_on_cpu *line = rates->lines.at;

	return &line[cpu * ECDN_XDP_TRUSTED_LINES +
		     trusted_rate_line(index, rates->config.hash_seed)];
}

static void look(const struct view_rates *rates, uint32_t index)
{
	for (uint32_t cpu = 0; cpu < cpus_of(rates); cpu++)
		rates->seen[cpu] = *line_of(rates, cpu, index);
}

/* Whether no CPU has handed over since look(): its counts would be missing, or there twice. */
static bool holds(const struct view_rates *rates, uint32_t index)
{
	for (uint32_t cpu = 0; cpu < cpus_of(rates); cpu++) {
		line_on_cpu *line = line_of(rates, cpu, index);
		const struct ecdn_xdp_trusted_line *seen = &rates->seen[cpu];

		if (line->key != seen->key || line->jiffy != seen->jiffy ||
		    line->born != seen->born || line->packets < seen->packets)
			return false;
	}
	return true;
}

/* 1, 0 if there is no row, or a negative errno. */
static int lookup(const struct view_rates *rates, uint32_t index,
		  struct ecdn_xdp_trusted_rate *row)
{
	if (!bpf_map_lookup_elem_flags(rates->maps.trusted_rates, &index, row, BPF_F_LOCK))
		return 1;
	return errno == ENOENT ? 0 : log_error(-errno, "cannot read map trusted_rates: %s",
					       strerror(errno));
}

static int read_row(const struct view_rates *rates, uint32_t index,
		    struct ecdn_xdp_trusted_rate *row)
{
	int tries = TRIES, found;

	do {
		look(rates, index);
		found = lookup(rates, index, row);
	} while (found > 0 && !holds(rates, index) && --tries);
	for (uint32_t cpu = 0; found > 0 && cpu < cpus_of(rates); cpu++)
		if ((rates->seen[cpu].key & ECDN_XDP_ENTRY_NODE) == index)
			trusted_rate_hand_over(row, &rates->seen[cpu]);
	return found;
}

static void add(struct view_rate *rate, const struct ecdn_xdp_trusted_rate *row)
{
	rate->packets += row->packets;
	rate->bytes += row->bytes;
	rate->connections += row->connections;
	rate->over_packets += row->over_packets;
	rate->over_bytes += row->over_bytes;
	if (row->last_seen_ns > rate->last_seen_ns)
		rate->last_seen_ns = row->last_seen_ns;
}

static void estimate(struct view_rate *rate, struct ecdn_xdp_trusted_rate *row)
{
	uint64_t now_ns = clock_monotonic_ns();

	trusted_rate_roll(row, now_ns);
	rate->pps = per_second(window_sum(row->span_packets[0], row->span_packets[1],
					  RATE_SLOW_SPAN, now_ns));
	rate->cps = per_second(window_sum(row->span_connections[0], row->span_connections[1],
					  RATE_SLOW_SPAN, now_ns));
}

static void read_ceilings(const struct view_rates *rates, uint32_t node, struct view_rate *rate)
{
	uint32_t index = node & ECDN_XDP_ENTRY_NODE;
	struct ecdn_xdp_trusted_ceiling own = {};
	__u64 pps, cps;

	rate->own = rates->maps.trusted_ceilings >= 0 &&
		    !bpf_map_lookup_elem(rates->maps.trusted_ceilings, &index, &own) && own.own;
	trusted_rate_ceilings(&rates->config, node, &own, &pps, &cps);
	rate->ceiling_pps = pps;
	rate->ceiling_cps = cps;
}

int view_rates_read(const struct view_rates *rates, uint32_t node, struct view_rate *rate)
{
	uint32_t index = node & ECDN_XDP_ENTRY_NODE;
	struct ecdn_xdp_trusted_rate row = {}, carried = {};
	int found;

	memset(rate, 0, sizeof(*rate));
	if (!rates->lines.at || !index)
		return 0;
	found = read_row(rates, index, &row);
	if (found <= 0)
		return found;
	found = lookup(rates, index | ECDN_XDP_NODE_CARRIED, &carried);
	if (found < 0)
		return found;
	rate->measured = true;
	add(rate, &row);
	add(rate, &carried);
	estimate(rate, &row);
	read_ceilings(rates, node, rate);
	return 0;
}

/* Inside a node's prefix all packets are the node's. */
static int read_allowed(struct view_allowance *allowed, const struct trust_list *list,
			const struct view_rates *rates)
{
	scoped_free const struct ecdn_xdp_trusted_row **around = trust_list_around(list);
	int err = 0;

	allowed->at = calloc(list->count + 1, sizeof(*allowed->at));
	if (!allowed->at || !around)
		return log_error(-ENOMEM, "out of memory for the allowed prefixes");
	for (size_t i = 0; i < list->count && !err; i++) {
		const struct ecdn_xdp_trusted_row *row = &list->row[i];
		struct view_allowed *to = &allowed->at[allowed->count];

		if (!row->allowed)
			continue;
		trust_list_cidr(row, &to->cidr);
		to->added_at = row->added_at;
		if (trust_list_is_node(row) || !around[i])
			err = view_rates_read(rates, row->node, &to->rate);
		allowed->count++;
	}
	return err;
}

int view_rates_allowed(struct view_allowance *allowed, const char *pin_dir)
{
	struct trust_list list;
	struct view_rates rates;
	int err = view_trusted_read(&list, pin_dir);

	memset(allowed, 0, sizeof(*allowed));
	if (!err) {
		err = view_rates_open(&rates, pin_dir);
		err = err ?: read_allowed(allowed, &list, &rates);
		view_rates_close(&rates);
	}
	allowed->moment = clock_now();
	trust_list_free(&list);
	if (err)
		view_rates_free_allowed(allowed);
	return err;
}

void view_rates_free_allowed(struct view_allowance *allowed)
{
	free(allowed->at);
	memset(allowed, 0, sizeof(*allowed));
}

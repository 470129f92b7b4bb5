// SPDX-License-Identifier: BSD-2-Clause
#include "guard/guard_ceilings.h"

#include <errno.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/scoped.h"
#include "guard.skel.h"
#include "kernel/object.h"

#define DEFAULT_PPS 100000
#define DEFAULT_CPS 2000

/* The first day after an upgrade, as nobody has looked at what nodes send. */
#define GRACE_NS (24 * 3600 * 1000000000ULL)

#define RATES "trusted_rates"
#define PREFIXES_LEAST 1024

void guard_ceilings_first(struct ecdn_xdp_config *config)
{
	config->node_pps = config->allow_pps = DEFAULT_PPS;
	config->node_cps = config->allow_cps = DEFAULT_CPS;
	config->ceiling_from_ns = 1;
}

static void upgrade(struct ecdn_xdp_config *config)
{
	guard_ceilings_first(config);
	config->ceiling_from_ns = clock_monotonic_ns() + GRACE_NS;
}

void guard_ceilings_tell_upgrade(void)
{
	log_warning("nodes and allowed prefixes now have ceilings, %d packets/s and %d new "
		    "connections/s each (`load --node-pps --node-cps --allow-pps --allow-cps`); "
		    "for 24 hours what is above is counted as would_drop and not dropped",
		    DEFAULT_PPS, DEFAULT_CPS);
}

void guard_ceilings_apply(const struct guard_ceilings *wanted, bool loads,
			  struct ecdn_xdp_config *config)
{
	if (loads && !config->ceiling_from_ns)
		upgrade(config);
	if (wanted->what & GUARD_CEILINGS_NODE_PPS)
		config->node_pps = wanted->node_pps;
	if (wanted->what & GUARD_CEILINGS_NODE_CPS)
		config->node_cps = wanted->node_cps;
	if (wanted->what & GUARD_CEILINGS_ALLOW_PPS)
		config->allow_pps = wanted->allow_pps;
	if (wanted->what & GUARD_CEILINGS_ALLOW_CPS)
		config->allow_cps = wanted->allow_cps;
}

/* Twice the prefixes, so that all may be replaced by others at once. */
static uint32_t roomy(uint32_t prefixes)
{
	uint32_t room = PREFIXES_LEAST;

	while (room < 2 * prefixes && room < ECDN_XDP_TRUSTED_NODES_MAX)
		room *= 2;
	return room;
}

/* Of a prefix there may be two rows. */
int guard_ceilings_size(struct guard_bpf *guard, uint32_t prefixes)
{
	int err = bpf_map__set_max_entries(guard->maps.trusted_rates, 2 * roomy(prefixes));

	return err ? log_error(err, "cannot size map " RATES ": %s", strerror(-err)) : 0;
}

static int fit_of(const struct part_run *run)
{
	uint32_t prefixes = run->rooms->trusted, room;
	scoped_fd int fd = -1;
	int err;

	/* An earlier version has loaded the guard: this one makes the map when it does. */
	if (!pins_has(run->pins->dir, RATES))
		return PART_FITS;
	fd = pins_get(run->pins->dir, RATES);
	err = fd < 0 ? fd : maps_entries(fd, RATES, &room);
	if (err)
		return err;
	room /= 2;
	if (prefixes > room && room < ECDN_XDP_TRUSTED_NODES_MAX)
		return PART_FULL;
	return room / 2 > roomy(prefixes) ? PART_WASTES : PART_FITS;
}

int guard_ceilings_fit(int fit, const struct part_run *run)
{
	int own;

	if (fit < 0 || fit == PART_FULL)
		return fit;
	own = fit_of(run);
	return own == PART_FITS ? fit : own;
}

/* A row for the new map: counts begin anew there. */
static void restart(struct ecdn_xdp_trusted_rate *row)
{
	row->packets = row->bytes = row->connections = 0;
	row->over_packets = row->over_bytes = 0;
}

/* 1, or 0 if the row is gone, as it is when its prefix has been taken off the list. */
static int read_row(int old, __u32 key, struct ecdn_xdp_trusted_rate *row)
{
	if (!bpf_map_lookup_elem_flags(old, &key, row, BPF_F_LOCK))
		return 1;
	return errno == ENOENT ? 0 : log_error(-errno, "cannot read map " RATES ": %s",
					       strerror(errno));
}

static int copy_rows(const struct pins *pins)
{
	scoped_fd int old = pins_get(pins->dir, RATES), new = pins_get(pins->next, RATES);
	struct ecdn_xdp_trusted_rate row;
	__u32 key, *last = NULL;
	int err = old < 0 ? old : new < 0 ? new : 0;

	for (; !err && (err = maps_next(old, RATES, last, &key)) > 0; last = &key) {
		int found = key & ECDN_XDP_NODE_CARRIED ? 0 : read_row(old, key, &row);

		restart(&row);
		err = found > 0 ? maps_set(new, RATES, &key, &row) : found;
	}
	return err;
}

static int make_rates(const struct pins *pins, uint32_t entries)
{
	struct guard_bpf *guard = guard_bpf__open();
	int err;

	if (!guard)
		return log_error(-ENOMEM, "out of memory for map " RATES);
	err = object_make_map(guard->obj, pins, RATES, entries);
	guard_bpf__destroy(guard);
	return err;
}

int guard_ceilings_make(const struct part_run *run)
{
	int fit = run->resizes && run->loaded ? fit_of(run) : PART_FITS;
	int err;

	if (fit < 0 || fit == PART_FITS)
		return fit < 0 ? fit : 0;
	err = make_rates(run->pins, 2 * roomy(run->rooms->trusted));
	return err ?: copy_rows(run->pins);
}

/* Adds a row of the old map to *sum; one that is not there is zeros. */
static int add_row(int old, __u32 key, struct ecdn_xdp_trusted_rate *sum)
{
	struct ecdn_xdp_trusted_rate row;
	int found = read_row(old, key, &row);

	if (found <= 0)
		return found;
	sum->packets += row.packets;
	sum->bytes += row.bytes;
	sum->connections += row.connections;
	sum->over_packets += row.over_packets;
	sum->over_bytes += row.over_bytes;
	if (row.last_seen_ns > sum->last_seen_ns)
		sum->last_seen_ns = row.last_seen_ns;
	return 0;
}

static int carry(int old, int new)
{
	__u32 key, *last = NULL;
	int err = 0;

	for (; !err && (err = maps_next(old, RATES, last, &key)) > 0; last = &key) {
		struct ecdn_xdp_trusted_rate sum = {};
		__u32 carried = key | ECDN_XDP_NODE_CARRIED;

		err = add_row(old, key & ~ECDN_XDP_NODE_CARRIED, &sum);
		err = err ?: add_row(old, carried, &sum);
		err = err ?: maps_set(new, RATES, &carried, &sum);
	}
	return err;
}

int guard_ceilings_take_over(struct part_run *run)
{
	const struct pins *pins = run->pins;
	scoped_fd int old = -1, new = -1;

	if (!pins_has(pins->next, RATES) || !pins_has(pins->dir, RATES))
		return 0;
	old = pins_get(pins->dir, RATES);
	new = pins_get(pins->next, RATES);
	if (old < 0 || new < 0)
		return old < 0 ? old : new;
	return carry(old, new);
}

// SPDX-License-Identifier: BSD-2-Clause
#include "guard/guard_carry.h"

#include <errno.h>
#include <string.h>

#include <bpf/bpf.h>

#include "attach/xdp_link.h"
#include "base/log.h"
#include "base/scoped.h"
#include "guard/guard_carry_table.h"
#include "guard/guard_maps.h"
#include "guard/limits.h"
#include "guard/publish.h"
#include "kernel/carry.h"
#include "kernel/config_map.h"
#include "kernel/mapped.h"
#include "kernel/percpu.h"
#include "kernel/pins_exchange.h"
#include "rate.h"

const char *const guard_carry_shared[] = { "prefixes", "prefix_buckets", "protected_ports", NULL };

/* Both sides, while the new maps are filled. */
struct carry {
	const char *from;
	struct guard_maps maps;  /* the new ones */
	struct abi2_config old;
	struct ecdn_xdp_config config;
};

static int read_config(const char *dir, struct abi2_config *config)
{
	scoped_fd int fd = carry_open(dir, "config", sizeof(*config));
	int err = fd < 0 ? fd : maps_get(fd, "config", &(__u32){ 0 }, config);

	if (!err && (config->max_regions < 2 || config->max_regions > ECDN_XDP_REGIONS_MAX))
		err = log_error(-EPROTO, "%s/config has room for %u regions: it is damaged", dir,
				config->max_regions);
	return err;
}

int guard_carry_read(const char *dir, uint32_t *max_regions, uint64_t *generation,
		     struct names **names)
{
	struct abi2_config config;
	struct guard_maps maps;
	int err = read_config(dir, &config);

	if (err)
		return err;
	*max_regions = config.max_regions;
	err = guard_carry_table_generation(dir, generation);
	guard_maps_init(&maps);
	maps.region_name = err ?: carry_open(dir, "region_name",
					     sizeof(struct ecdn_xdp_region_name));
	if (maps.region_name >= 0)
		err = guard_maps_names(&maps, config.max_regions, names);
	else
		err = maps.region_name;
	guard_maps_close(&maps);
	return err;
}

static void take_limits(struct ecdn_xdp_limits *to, const struct abi2_limits *from)
{
	*to = (struct ecdn_xdp_limits){
		.pps = from->pps,
		.bps = from->bps,
		.cps = from->cps,
		.prefix_pps = from->prefix_pps,
		.answer_cps = from->answer_cps,
		.hold_ns = from->hold_ns,
		.exempt_until_ns = from->exempt_until_ns,
		.released_ns = from->released_ns,
		.blocked = from->blocked,
		.own = from->own,
	};
}

static int fill_config(struct carry *carry, const struct pins *pins)
{
	const struct abi2_config *old = &carry->old;
	struct ecdn_xdp_config *config = &carry->config;
	int err = config_map_read(pins, config);

	if (err)
		return err;
	limits_first_config(config, old->max_regions, old->hash_seed);
	config->generation = old->generation;
	config->monitor = old->monitor;
	config->protect = old->protect;
	take_limits(&config->default_limits, &old->default_limits);
	limits_carry(&config->default_limits);
	return config_map_write(pins, config);
}

/* Copies a map of one entry or of all regions that both versions lay out alike, unless they share
 * it. */
static int copy_rows(struct carry *carry, const char *name, int to, __u32 entries, __u32 size)
{
	scoped_fd int from = carry_open(carry->from, name, size);
	char value[sizeof(struct ecdn_xdp_protected_ports)];
	int err = from < 0 ? from : 0;

	if (err || maps_id(from) == maps_id(to))
		return err;
	for (__u32 i = 0; i < entries && !err; i++) {
		err = maps_get(from, name, &i, value);
		err = err ?: maps_set(to, name, &i, value);
	}
	return err;
}

/* Copies the rows that both have of a map by CPU, as CPUs whose ids are beyond the old rows had
 * none, unless they share it. */
static int copy_mapped(struct carry *carry, const char *name, int to, __u32 size)
{
	scoped_fd int from = carry_open(carry->from, name, size);
	int err = from < 0 ? from : 0;

	if (err || maps_id(from) == maps_id(to))
		return err;
	return mapped_copy(from, to, name, size);
}

static int fill_limits(struct carry *carry)
{
	scoped_fd int from = carry_open(carry->from, "region_limits", sizeof(struct abi2_limits));
	int err = from < 0 ? from : 0;

	for (__u32 region = 0; region < carry->old.max_regions && !err; region++) {
		struct ecdn_xdp_limits limits;
		struct abi2_limits old;

		err = maps_get(from, "region_limits", &region, &old);
		take_limits(&limits, &old);
		limits_follow(&limits, &carry->config.default_limits, NULL);
		err = err ?: guard_maps_set_limits(&carry->maps, region, &limits);
	}
	return err;
}

static int fill_states(struct carry *carry)
{
	scoped_fd int from = carry_open(carry->from, "region_state",
					sizeof(struct abi2_region_state));
	int err = from < 0 ? from : 0;

	for (__u32 region = 0; region < carry->old.max_regions && !err; region++) {
		struct ecdn_xdp_region_state state = {};
		struct abi2_region_state old;

		err = maps_get(from, "region_state", &region, &old);
		state.state = old.state;
		state.since_ns = old.since_ns;
		state.until_ns = old.until_ns;
		err = err ?: maps_set(carry->maps.region_state, "region_state", &region, &state);
	}
	return err;
}

/* The rates, with the surges that they have declared. */
static int fill_rates(struct carry *carry)
{
	scoped_fd int from = carry_open(carry->from, "region_rate",
					sizeof(struct abi2_region_rate));
	int err = from < 0 ? from : 0;

	for (__u32 region = 0; region < carry->old.max_regions && !err; region++) {
		struct ecdn_xdp_region_rate rate = {};
		struct abi2_region_rate old;

		if (bpf_map_lookup_elem_flags(from, &region, &old, BPF_F_LOCK))
			return log_error(-errno, "cannot read map region_rate: %s",
					 strerror(errno));
		rate.claimed.surge = old.rate.limited ? SURGE_STANDS : SURGE_NONE;
		rate.claimed.surge_ns = old.rate.limited_ns;
		rate.claimed.below_ns = old.rate.below_ns;
		rate.claimed.measured_ns = old.rate.measured_ns;
		rate.answer_ns = old.rate.answer_ns;
		rate.claimed.fast = old.rate.fast;
		rate.claimed.slow = old.rate.slow;
		err = maps_set(carry->maps.region_rate, "region_rate", &region, &rate);
	}
	return err;
}

static void take_drops(struct ecdn_xdp_drops *to, const struct abi2_drops *from)
{
	to->blocked = from->blocked;
	to->prefix_pps = from->prefix_pps;
	to->answer_cps = from->answer_cps;
}

/* Sets the row behind those of CPUs, which no program writes, to what the old guard has counted
 * so far. */
static int set_counts(const char *from, int to, __u32 max_regions)
{
	scoped_fd int old = carry_open(from, "region_stats", sizeof(struct abi2_region_stats));
	struct percpu percpu = {};
	__u32 entries;
	int err = old < 0 ? old : maps_entries(to, "region_cpu", &entries);

	err = err ?: percpu_open(&percpu, old, "region_stats");
	for (__u32 region = 0; region < max_regions && !err; region++) {
		__u32 index = entries - max_regions + region;
		struct ecdn_xdp_region_cpu row = {};
		struct abi2_region_stats sum;

		err = percpu_read(&percpu, &region, &sum, sizeof(sum));
		row.packets = sum.packets;
		row.bytes = sum.bytes;
		row.connections = sum.connections;
		take_drops(&row.dropped, &sum.dropped);
		take_drops(&row.would_drop, &sum.would_drop);
		err = err ?: maps_set(to, "region_cpu", &index, &row);
	}
	percpu_close(&percpu);
	return err;
}

/* The same for events. */
static int set_events(const char *from, int to)
{
	scoped_fd int old = carry_open(from, "events", sizeof(struct abi2_events));
	struct abi2_events sum;
	struct ecdn_xdp_events row = {};
	__u32 entries;
	int err = old < 0 ? old : maps_entries(to, "cpu_events", &entries);

	err = err ?: percpu_sum(old, "events", &(__u32){ 0 }, &sum, sizeof(sum));
	if (err)
		return err;
	row.arp = sum.arp;
	row.other_ethertype = sum.other_ethertype;
	row.truncated = sum.truncated;
	row.bad_header = sum.bad_header;
	row.vlan_depth = sum.vlan_depth;
	row.fragment = sum.fragment;
	row.upper_truncated = sum.upper_truncated;
	row.ext_headers = sum.ext_headers;
	row.no_table = sum.no_table;
	row.bucket_evicted = sum.bucket_evicted;
	row.map_missing = sum.map_missing;
	return maps_set(to, "cpu_events", &(__u32){ entries - 1 }, &row);
}

/* What changes fast comes last. */
static int fill_maps(struct carry *carry, const struct pins *pins)
{
	const struct guard_maps *maps = &carry->maps;
	int err = fill_config(carry, pins);

	err = err ?: copy_rows(carry, "region_name", maps->region_name, carry->old.max_regions,
			       sizeof(struct ecdn_xdp_region_name));
	err = err ?: copy_rows(carry, "protected_ports", maps->protected_ports, 1,
			       sizeof(struct ecdn_xdp_protected_ports));
	err = err ?: copy_mapped(carry, "prefixes", maps->prefixes,
				 sizeof(struct ecdn_xdp_prefix_set));
	err = err ?: copy_mapped(carry, "request_stats", maps->request_stats,
				 sizeof(struct ecdn_xdp_requests));
	err = err ?: carry_mode(pins->dir, pins->next, "request_stats");
	err = err ?: set_counts(pins->dir, maps->region_cpu, carry->old.max_regions);
	err = err ?: set_events(pins->dir, maps->cpu_events);
	err = err ?: fill_limits(carry);
	err = err ?: fill_states(carry);
	return err ?: fill_rates(carry);
}

int guard_carry_fill(const struct pins *pins)
{
	struct carry carry = { .from = pins->dir };
	scoped_fd int publish = -1;
	int err = read_config(pins->dir, &carry.old);

	err = err ?: guard_maps_open(&carry.maps, pins);
	if (err)
		return err;
	err = fill_maps(&carry, pins);
	guard_maps_close(&carry.maps);
	err = err ?: publish_freeze(pins->next);
	publish = err ?: pins_get(pins->next, PUBLISH_PIN);
	return publish < 0 ? publish : publish_config(publish);
}

int guard_carry_relink(const struct pins *pins)
{
	scoped_fd int program = pins_get(pins->next, "prog/guard");
	unsigned int count;
	char **names;
	int err = program < 0 ? program : xdp_link_names(pins->dir, &names, &count);

	if (err)
		return err;
	for (unsigned int i = 0; i < count && !err; i++) {
		struct xdp_link link;

		err = xdp_link_attach_again(&link, pins, names[i], program);
		xdp_link_close(&link);
	}
	pins_free_names(names, count);
	return err;
}

int guard_carry_adopt(const struct pins *pins)
{
	return pins_exchange_adopt_all(pins, PINS_LINKS);
}

/* Proxies still read the old maps. They look for the pins again, and count nowhere else. */
int guard_carry_finish(const char *old, const char *dir)
{
	scoped_fd int publish = pins_get(old, PUBLISH_PIN);
	scoped_fd int region_cpu = pins_get(dir, "region_cpu"), cpu_events = -1;
	struct abi2_config config;
	int err = publish < 0 ? publish : publish_gone(publish);

	err = err ?: region_cpu < 0 ? region_cpu : 0;
	err = err ?: read_config(old, &config);
	err = err ?: set_counts(old, region_cpu, config.max_regions);
	cpu_events = err ?: pins_get(dir, "cpu_events");
	return cpu_events < 0 ? cpu_events : set_events(old, cpu_events);
}

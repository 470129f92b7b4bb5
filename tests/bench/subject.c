// SPDX-License-Identifier: BSD-2-Clause
#include "subject.h"

#include <unistd.h>

#include <bpf/bpf.h>

#include "guard/guard_ceilings.h"
#include "guard/limits.h"
#include "guard/ports.h"

const struct ecdn_xdp_limits limits_idle = {
	.pps = 1000000000000,
	.bps = 1000000000000000,
	.cps = 1000000000000,
	.prefix_pps = LIMITS_DEFAULT_PREFIX_PPS,
	.answer_cps = LIMITS_DEFAULT_ANSWER_CPS,
	.hold_ns = LIMITS_DEFAULT_HOLD_NS,
	.own = 1,
};

const struct ecdn_xdp_limits limits_exceeded = {
	.pps = 1,
	.prefix_pps = 1,
	.aggregate_pps = { 4, 16 },
	.answer_cps = 1,
	.hold_ns = LIMITS_DEFAULT_HOLD_NS,
	.own = 1,
};

const struct ecdn_xdp_limits limits_blocked = {
	.hold_ns = LIMITS_DEFAULT_HOLD_NS,
	.blocked = 1,
	.own = 1,
};

void subject_configure(struct subject *subject)
{
	subject->config.generation++;
	map_put(bpf_map__fd(subject->guard->maps.config), 0, &subject->config);
}

void subject_open(struct subject *subject, uint32_t max_regions, const struct range_set *set,
		  const struct ecdn_xdp_limits *limits)
{
	struct protected_ports ports = {};
	int table = table_new(set);

	need(!guard_program_open(&subject->guard, max_regions) &&
	     !guard_program_load(subject->guard), "load the guard");
	map_put(bpf_map__fd(subject->guard->maps.region_table), 0, &table);
	close(table);
	subject->config = (struct ecdn_xdp_config){ .abi = ECDN_XDP_ABI };
	limits_first_config(&subject->config, max_regions, 0x5eed5eed5eed5eed);
	guard_ceilings_first(&subject->config);
	need(!ports_parse("80,443", &ports), "parse the ports");
	subject->config.protect = ports.protect;
	map_put(bpf_map__fd(subject->guard->maps.protected_ports), 0, &ports.ports);
	for (uint32_t region = 0; region < max_regions; region++)
		map_put(bpf_map__fd(subject->guard->maps.region_limits), region, limits);
	subject_configure(subject);
}

/* The map has room for as many. With more, hardly any source is trusted. */
#define TRUSTED_RATES 2048

void subject_trust(struct subject *subject, const struct cidr *prefixes, size_t count)
{
	int rates = bpf_map__fd(subject->guard->maps.trusted_rates);
	int table = trusted_new(prefixes, count, count > TRUSTED_RATES ? -1 : rates);

	map_put(bpf_map__fd(subject->guard->maps.trusted_table), 0, &table);
	close(table);
	subject->config.trusted = count;
	subject_configure(subject);
}

void subject_close(struct subject *subject)
{
	guard_program_close(subject->guard);
}

struct feed_bpf *feeder_open(uint32_t to_ifindex)
{
	struct feed_bpf *feeder = feed_bpf__open();

	need(feeder, "open the feeder");
	feeder->rodata->to_ifindex = to_ifindex;
	need(!feed_bpf__load(feeder), "load the feeder");
	return feeder;
}

void feeder_sources(struct feed_bpf *feeder, const struct world *world, int family,
		    enum population kind)
{
	if (family == 4)
		population_v4(&world->set, kind, feeder->bss->source_v4);
	else
		population_v6(&world->set, kind, feeder->bss->source_v6);
}

void feeder_aim(struct feed_bpf *feeder, int program)
{
	need(!bpf_map_update_elem(bpf_map__fd(feeder->maps.target), &(uint32_t){ 0 }, &program,
				  BPF_ANY), "aim the feeder");
}

double feeder_run(struct feed_bpf *feeder, int family)
{
	uint8_t frame[78];
	unsigned int length = family == 4 ? frame_v4(frame) : frame_v6(frame);
	struct bpf_program *program = family == 4 ? feeder->progs.feed_v4 : feeder->progs.feed_v6;

	/* What ran before has taken the caches. */
	run_program(bpf_program__fd(program), frame, length, POPULATION / 4);
	feeder->bss->next_source = 0;
	return run_program(bpf_program__fd(program), frame, length, POPULATION);
}

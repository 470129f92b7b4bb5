// SPDX-License-Identifier: BSD-2-Clause
#include "guard/guard_program.h"

#include <errno.h>
#include <string.h>

#include <bpf/libbpf.h>

#include "base/log.h"
#include "base/scoped.h"
#include "ecdn-xdp-maps.h"
#include "guard.skel.h"
#include "guard/guard_carry.h"
#include "guard/guard_ceilings.h"
#include "kernel/carry.h"
#include "kernel/cpus.h"
#include "kernel/features.h"
#include "kernel/object.h"

#define LABEL "the guard"

static const struct object_names names = { LABEL, GUARD_PROGRAM_PIN };

static int size(struct bpf_map *map, uint64_t entries)
{
	int err = entries > UINT32_MAX ? -E2BIG : bpf_map__set_max_entries(map, entries);

	return err ? log_error(err, "cannot size map %s: %s", bpf_map__name(map),
			       strerror(-err)) : 0;
}

static int size_maps(struct guard_bpf *guard, uint32_t max_regions)
{
	int cpus = cpus_rows();
	const struct {
		struct bpf_map *map;
		uint64_t entries;
	} sizes[] = {
		{ guard->maps.region_name, max_regions },
		{ guard->maps.region_limits, max_regions },
		{ guard->maps.region_state, max_regions },
		{ guard->maps.region_rate, max_regions },
		{ guard->maps.region_history, max_regions },
		{ guard->maps.region_learned, max_regions },
		{ guard->maps.region_cpu, (uint64_t)cpus * max_regions },
		{ guard->maps.prefixes, (uint64_t)cpus * ECDN_XDP_PREFIX_SETS },
		{ guard->maps.trusted_cpu, (uint64_t)cpus * ECDN_XDP_TRUSTED_LINES },
		{ guard->maps.cpu, cpus },
		/* Each CPU keeps up to 128 entries for itself before an old one has to go. */
		{ guard->maps.armed, ECDN_XDP_ARMED_MAX + 128ULL * cpus },
		{ guard->maps.cpu_events, cpus },
		{ guard->maps.capture_cpu, cpus },
		{ guard->maps.capture_packets, cpus },
	};
	int err = cpus < 0 ? cpus : 0;

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]) && !err; i++)
		err = size(sizes[i].map, sizes[i].entries);
	return err;
}

int guard_program_open(struct guard_bpf **guard, uint32_t max_regions)
{
	struct guard_bpf *opened = guard_bpf__open();
	int err;

	if (!opened)
		return object_load_error(LABEL, -errno);
	opened->rodata->has_frags = features_jumbo();
	opened->rodata->max_regions = max_regions;
	if (opened->rodata->has_frags)
		bpf_program__set_flags(opened->progs.guard, BPF_F_XDP_HAS_FRAGS);
	err = size_maps(opened, max_regions);
	if (err)
		guard_bpf__destroy(opened);
	else
		*guard = opened;
	return err;
}

/* Before the object is loaded: gives region_cpu and cpu_events, if these will be new, one more
 * row behind those of CPUs, for the counts of an earlier version. */
static int add_row(struct guard_bpf *guard, uint32_t max_regions)
{
	int cpus = cpus_rows();
	int err = cpus < 0 ? cpus : size(guard->maps.cpu_events, cpus + 1);

	return err ?: size(guard->maps.region_cpu, (cpus + 1ULL) * max_regions);
}

/* In earlier versions publish alone has the map, if any has. */
int guard_program_gives_way(const char *dir, int region_learned)
{
	scoped_fd int program = region_learned < 0 ? -1 : pins_get(dir, GUARD_PROGRAM_PIN);

	if (region_learned < 0)
		return 0;
	return program < 0 ? program : object_uses(program, region_learned);
}

int guard_program_load(struct guard_bpf *guard)
{
	int err = guard_bpf__load(guard);

	return err ? object_load_error(LABEL, err) : 0;
}

void guard_program_close(struct guard_bpf *guard)
{
	guard_bpf__destroy(guard);
}

static int load_and_pin(const struct part_run *run, uint32_t max_regions)
{
	struct guard_bpf *guard = NULL;
	int err = guard_program_open(&guard, max_regions);

	if (err || !guard)
		return err;
	err = run->carried ? add_row(guard, max_regions) : 0;
	err = err ?: guard_ceilings_size(guard, run->rooms->trusted);
	err = err ?: carry_share(guard->obj, run->pins, guard_carry_shared);
	err = err ?: object_share(guard->obj, run->pins);
	err = err ?: object_load(guard->skeleton, &names, run->pins);
	guard_program_close(guard);
	return err;
}

int guard_program_make(const struct part_run *run, uint32_t max_regions)
{
	int program = object_loaded(&names, run->pins);

	return program == -ENOENT ? load_and_pin(run, max_regions) : program;
}

// SPDX-License-Identifier: BSD-2-Clause
#include "guard/guard_program.h"

#include <errno.h>
#include <string.h>

#include <bpf/libbpf.h>

#include "base/log.h"
#include "ecdn-xdp-maps.h"
#include "guard.skel.h"
#include "kernel/features.h"
#include "kernel/object.h"
#include "kernel/percpu.h"

#define LABEL "the guard"

static int size_maps(struct guard_bpf *guard, uint32_t max_regions)
{
	struct bpf_map *by_region[] = {
		guard->maps.region_name, guard->maps.region_limits, guard->maps.region_state,
		guard->maps.region_stats, guard->maps.region_rate, guard->maps.region_local,
	};
	int cpus = percpu_cpus(), err;

	if (cpus < 0)
		return cpus;
	for (size_t i = 0; i < sizeof(by_region) / sizeof(by_region[0]); i++) {
		err = bpf_map__set_max_entries(by_region[i], max_regions);
		if (err)
			return log_error(err, "cannot size map %s", bpf_map__name(by_region[i]));
	}
	err = bpf_map__set_max_entries(guard->maps.prefixes, cpus * ECDN_XDP_PREFIX_SETS);
	return err ? log_error(err, "cannot size map prefixes") : 0;
}

int guard_program_open(struct guard_bpf **guard, uint32_t max_regions)
{
	struct guard_bpf *opened = guard_bpf__open();
	int err;

	if (!opened)
		return object_load_error(LABEL, -errno);
	opened->rodata->has_frags = features_jumbo();
	if (opened->rodata->has_frags)
		bpf_program__set_flags(opened->progs.guard, BPF_F_XDP_HAS_FRAGS);
	err = size_maps(opened, max_regions);
	if (err)
		guard_bpf__destroy(opened);
	else
		*guard = opened;
	return err;
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

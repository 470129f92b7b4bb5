// SPDX-License-Identifier: BSD-2-Clause
#include "guard/fold_counts.h"

#include <errno.h>
#include <linux/if_ether.h>
#include <sched.h>
#include <string.h>
#include <sys/mman.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "base/log.h"
#include "fold.h"
#include "fold.skel.h"
#include "kernel/object.h"

#define LABEL "the program that adds up counters"

static int run(int program, uint32_t region, uint32_t row)
{
	const struct fold told = { region, row };
	unsigned char packet[ETH_HLEN + 64] = {};
	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = packet, .data_size_in = sizeof(packet));
	int err;

	memcpy(packet + ETH_HLEN, &told, sizeof(told));
	err = bpf_prog_test_run_opts(program, &options);
	if (err)
		return log_error(err, "cannot run " LABEL ": %s", strerror(-err));
	return options.retval ? log_error(-EIO, "a map is missing for " LABEL) : 0;
}

/* A CPU that this process may not run on is off, or not for it: then a packet that comes at that
 * moment may be lost to the sum. */
static void move_to(uint32_t cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	if (cpu < CPU_SETSIZE)
		CPU_SET(cpu, &set);
	sched_setaffinity(0, sizeof(set), &set);
}

static int run_everywhere(int program, uint32_t region, uint32_t rows)
{
	cpu_set_t before;
	int err = sched_getaffinity(0, sizeof(before), &before) ? -errno : 0;

	if (err)
		return log_error(err, "cannot read the CPUs of this process: %s", strerror(-err));
	for (uint32_t row = 0; row < rows && !err; row++) {
		move_to(row);
		err = run(program, region, row);
	}
	sched_setaffinity(0, sizeof(before), &before);
	return err;
}

static int fold_packets(const struct pins *pins, const struct guard_maps *maps,
			uint32_t max_regions, uint32_t region)
{
	struct fold_bpf *fold = fold_bpf__open();
	__u32 entries = 0;
	int err = fold ? maps_entries(maps->region_cpu, "region_cpu", &entries) :
			 object_load_error(LABEL, -errno);

	if (err || !fold) {
		fold_bpf__destroy(fold);
		return err;
	}
	fold->rodata->max_regions = max_regions;
	err = object_share(fold->obj, pins);
	if (!err) {
		err = fold_bpf__load(fold);
		err = err ? object_load_error(LABEL, err) : 0;
	}
	err = err ?: run_everywhere(bpf_program__fd(fold->progs.fold), region,
				    entries / max_regions);
	fold_bpf__destroy(fold);
	return err;
}

/* Proxies add by atomic operations, whatever CPU they run on. */
static void fold_row(struct ecdn_xdp_requests *to, struct ecdn_xdp_requests *from)
{
	__u64 requests = __atomic_exchange_n(&from->requests, 0, __ATOMIC_RELAXED);
	__u64 refused = __atomic_exchange_n(&from->refused, 0, __ATOMIC_RELAXED);

	__atomic_fetch_add(&to->requests, requests, __ATOMIC_RELAXED);
	__atomic_fetch_add(&to->refused, refused, __ATOMIC_RELAXED);
}

/* The group of proxies may write the map, and so may freeze it; nobody can write it then. */
static int map_requests(const struct guard_maps *maps, struct ecdn_xdp_requests **at,
			__u32 *entries)
{
	int err = maps_entries(maps->request_stats, "request_stats", entries);

	if (err)
		return err;
	*at = mmap(NULL, *entries * sizeof(**at), PROT_READ | PROT_WRITE, MAP_SHARED,
		   maps->request_stats, 0);
	if (*at != MAP_FAILED)
		return 0;
	return log_error(-errno, "cannot map request_stats: %s%s", strerror(errno),
			 errno != EPERM ? "" : "; a process of the proxies' group, or of root, has "
			 "frozen it, so that no region's id can be given back: `ecdn-xdp load` "
			 "replaces it");
}

/* What can fail because of others comes before the first counter that is moved. */
int fold_counts(const struct pins *pins, const struct guard_maps *maps, uint32_t max_regions,
		uint32_t region)
{
	struct ecdn_xdp_requests *at;
	__u32 entries;
	int err = map_requests(maps, &at, &entries);

	if (err)
		return err;
	err = fold_packets(pins, maps, max_regions, region);
	for (uint32_t row = 0; row + region < entries && !err; row += max_regions)
		fold_row(&at[row], &at[row + region]);
	munmap(at, entries * sizeof(*at));
	return err;
}

// SPDX-License-Identifier: BSD-2-Clause
#include "dry/dry_run.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>
#include <linux/bpf.h>

#include "base/log.h"
#include "base/words.h"
#include "drops.h"
#include "explain.skel.h"
#include "kernel/object.h"

#define LABEL "the program for a dry run"

struct dry_run {
	struct explain_bpf *program;
	struct dry_rows rows;
};

static int size(struct bpf_map *map, uint32_t max_regions)
{
	const char *name = bpf_map__name(map);
	bool by_region = !strncmp(name, "region_", strlen("region_")) &&
			 bpf_map__type(map) == BPF_MAP_TYPE_ARRAY;
	int err = by_region ? bpf_map__set_max_entries(map, max_regions) : 0;

	return err ? log_error(err, "cannot size map %s: %s", name, strerror(-err)) : 0;
}

static int share(struct bpf_map *map, int fd)
{
	int err = fd < 0 ? 0 : bpf_map__reuse_fd(map, fd);

	return err ? log_error(err, "cannot use the loaded map %s: %s", bpf_map__name(map),
			       strerror(-err)) : 0;
}

static int share_all(struct explain_bpf *program, const struct dry_maps *maps)
{
	int err = share(program->maps.config, maps->config);

	err = err ?: share(program->maps.protected_ports, maps->protected_ports);
	err = err ?: share(program->maps.region_table, maps->region_table);
	err = err ?: share(program->maps.region_learned, maps->region_learned);
	err = err ?: share(program->maps.trusted_table, maps->trusted_table);
	return err ?: share(program->maps.trusted_ceilings, maps->trusted_ceilings);
}

static int load(struct explain_bpf *program, const struct dry_maps *maps, uint32_t max_regions)
{
	struct bpf_map *map;
	int err = 0;

	program->rodata->max_regions = max_regions;
	bpf_object__for_each_map(map, program->obj)
		err = err ?: size(map, max_regions);
	err = err ?: share_all(program, maps);
	if (err)
		return err;
	err = explain_bpf__load(program);
	return err ? object_load_error(LABEL, err) : 0;
}

static struct dry_maps maps_of(const struct explain_bpf *program)
{
	return (struct dry_maps){
		-1, -1, -1, -1, -1, -1,
		.region_limits = bpf_map__fd(program->maps.region_limits),
		.region_rate = bpf_map__fd(program->maps.region_rate),
		.region_state = bpf_map__fd(program->maps.region_state),
		.region_cpu = bpf_map__fd(program->maps.region_cpu),
		.prefixes = bpf_map__fd(program->maps.prefixes),
		.prefix_buckets = bpf_map__fd(program->maps.prefix_buckets),
		.cpu = bpf_map__fd(program->maps.cpu),
		.known = bpf_map__fd(program->maps.known),
		.armed = bpf_map__fd(program->maps.armed),
		.trusted_rates = bpf_map__fd(program->maps.trusted_rates),
		.trusted_cpu = bpf_map__fd(program->maps.trusted_cpu),
	};
}

static int open_rows(struct dry_run *run, const struct dry_maps *maps)
{
	struct dry_maps own = maps_of(run->program);

	return dry_rows_open(&run->rows, maps, &own);
}

int dry_run_open(struct dry_run **to, const struct dry_maps *maps, uint32_t max_regions)
{
	struct dry_run *run = calloc(1, sizeof(*run));
	int err;

	if (!run)
		return log_error(-ENOMEM, "out of memory");
	run->program = explain_bpf__open();
	err = run->program ? load(run->program, maps, max_regions) :
			     object_load_error(LABEL, -errno);
	err = err ?: open_rows(run, maps);
	if (err)
		dry_run_close(run);
	else
		*to = run;
	return err;
}

void dry_run_close(struct dry_run *run)
{
	if (!run)
		return;
	dry_rows_close(&run->rows);
	explain_bpf__destroy(run->program);
	free(run);
}

const struct dry_rows *dry_run_rows(const struct dry_run *run)
{
	return &run->rows;
}

static const struct ecdn_xdp_region_cpu *row_of(const struct dry_run *run, uint32_t region)
{
	return dry_rows_at(&run->rows, DRY_ROWS_REGION_CPU, region);
}

/* The counter that has grown; -1: none has. */
static int grown(const struct ecdn_xdp_drops *before, const struct ecdn_xdp_drops *after)
{
	const struct ecdn_xdp_traffic *old = (const void *)before, *new = (const void *)after;

	for (unsigned int i = 0; i < DROPS_REASONS; i++)
		if (new[i].packets != old[i].packets)
			return i;
	return -1;
}

static int reason_of(const struct ecdn_xdp_region_cpu *before,
		     const struct ecdn_xdp_region_cpu *after)
{
	int dropped = grown(&before->dropped, &after->dropped);

	return dropped < 0 ? grown(&before->would_drop, &after->would_drop) : dropped;
}

static int run_program(const struct dry_run *run, const struct dry_packet *packet,
		       uint32_t *action)
{
	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = packet->frame,
		    .data_size_in = packet->length);
	int err;

	run->program->bss->shield_told = packet->told;
	err = bpf_prog_test_run_opts(bpf_program__fd(run->program->progs.guard), &options);
	*action = options.retval;
	return err ? log_error(err, "cannot run " LABEL ": %s", strerror(-err)) : 0;
}

/* A packet counts in its region, or if it has none at all in region 0. */
static int judge(const struct dry_run *run, const struct dry_packet *packet,
		 struct dry_verdict *verdict)
{
	const struct ecdn_xdp_region_cpu *row = row_of(run, packet->key.region);
	const struct ecdn_xdp_region_cpu *none = row_of(run, ECDN_XDP_REGION_NONE);
	const struct ecdn_xdp_region_cpu before = *row, none_before = *none;
	uint32_t action;
	int err = run_program(run, packet, &action);

	if (err)
		return err;
	verdict->dropped = action == XDP_DROP;
	verdict->reason = reason_of(&before, row);
	if (verdict->reason < 0)
		verdict->reason = reason_of(&none_before, none);
	verdict->state = row->state;
	verdict->cpu = dry_rows_at(&run->rows, DRY_ROWS_CPU, 0);
	return row->packets == before.packets && none->packets == none_before.packets ?
	       -EAGAIN : 0;
}

int dry_run_packet(struct dry_run *run, const struct dry_packet *packet,
		   struct dry_verdict *verdict)
{
	struct ecdn_xdp_config config;
	const __u32 slot = 0;
	int err = maps_get(run->rows.live.config, "config", &slot, &config);

	err = err ?: dry_rows_copy(&run->rows, &packet->key, &config);
	return err ?: judge(run, packet, verdict);
}

const char *dry_run_reason(int reason)
{
	static const char *const names[DROPS_REASONS] = {
#define NAME(reason) \
	[offsetof(struct ecdn_xdp_drops, reason) / sizeof(struct ecdn_xdp_traffic)] = #reason
		NAME(blocked), NAME(prefix_pps), NAME(answer_cps), NAME(vlan_depth),
		NAME(no_socket), NAME(trusted_pps),
	};

	return words_name(names, DROPS_REASONS, reason);
}

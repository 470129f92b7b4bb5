// SPDX-License-Identifier: BSD-2-Clause
#include "trust/trust_part.h"

#include <errno.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/scoped.h"
#include "kernel/config_map.h"
#include "table/lines.h"
#include "trust/trust_carry.h"
#include "trust/trust_nodes.h"
#include "trust/trust_rates.h"
#include "trust/trust_store.h"
#include "trust/trust_table.h"

/* The list in a command that is under way. */
struct trust_run {
	struct trust_maps maps;
	struct trust_list before, list; /* the list before the command, and as it is to be */
	bool changes;           /* the request says what the list is to be ... */
	bool same;              /* ... and that is what it is */
	struct ecdn_xdp_trusted_header header; /* of the table before the command */
	struct ecdn_xdp_table_line *lines; /* the list compiled; NULL: empty, or as before */
	int table;              /* the same in the kernel; fd, or -1 */
	struct ecdn_xdp_table_line *old_lines; /* the list of ABI 2 compiled, or NULL */
	int old_table;          /* the same in the kernel; fd, or -1 */
};

static bool wanted(const void *request)
{
	const struct trust_request *trust = request;

	return trust->allow_count || trust->node_count || trust->edit || trust->ceiling_count;
}

static int change(const struct trust_request *request, struct trust_list *list)
{
	uint64_t now = time(NULL);
	int err = trust_list_allow(list, request->allow, request->allow_count, now);

	if (!err && request->node_count)
		err = trust_list_set_nodes(list, request->nodes, request->node_count, now);
	if (err)
		return trust_request_error(err);
	return request->edit ? request->edit(list, request->context) : 0;
}

/* Prefixes shorter than these are more than any one of them can mean to trust. */
#define WIDE_V4 8
#define WIDE_V6 16

/* Whoever forges an address inside passes. */
static void warn_of_wide(const struct trust_list *before, const struct trust_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct ecdn_xdp_trusted_row *row = &list->row[i], *was;
		char text[CIDR_TEXT_SIZE];
		struct cidr cidr;

		if (row->length >= (row->family == 4 ? WIDE_V4 : WIDE_V6))
			continue;
		trust_list_cidr(row, &cidr);
		was = trust_list_find(before, &cidr);
		if (was && was->allowed == row->allowed &&
		    trust_list_is_node(was) == trust_list_is_node(row))
			continue;
		log_warning("%s is %s as a whole: up to its ceiling nothing from there is limited, "
			    "forged packets too, and proxies give nobody there 513",
			    cidr_format(&cidr, text),
			    trust_list_is_node(row) ? "a node" : "allowed");
	}
}

static int make_list(const struct part_run *run)
{
	struct trust_run *trust = run->state;
	int err = 0;

	trust->changes = true;
	if (run->loaded)
		err = trust_store_read(&trust->maps, &trust->before);
	if (!err && trust_list_copy(&trust->before, &trust->list))
		err = trust_request_error(-ENOMEM);
	err = err ?: change(run->request, &trust->list);
	err = err ?: trust_rates_check(&trust->maps, run->request, &trust->before,
				      &trust->list);
	if (!err && run->loaded)
		err = trust_store_holds(&trust->maps, &trust->list);
	trust->same = err > 0;
	if (!err && trust->list.count)
		err = trust_store_compile(&trust->list, &trust->lines);
	if (err >= 0)
		warn_of_wide(&trust->before, &trust->list);
	return err < 0 ? err : 0;
}

static uint32_t count_nodes(const struct trust_list *list)
{
	uint32_t nodes = 0;

	for (size_t i = 0; i < list->count; i++)
		nodes += trust_list_is_node(&list->row[i]);
	return nodes;
}

/* While a list takes the place of another one, nodes of both may be heard. That of ABI 2 is in
 * the new maps first. */
static void set_rooms(const struct part_run *run)
{
	const struct trust_run *trust = run->state;

	run->rooms->trusted_lines = trust->header.lines;
	run->rooms->nodes = trust->header.nodes;
	run->rooms->trusted = trust->header.rows;
	if (trust->lines) {
		if (!trust->old_lines || lines_used(trust->lines) > trust->header.lines)
			run->rooms->trusted_lines = lines_used(trust->lines);
		run->rooms->nodes += count_nodes(&trust->list);
		run->rooms->trusted += trust->list.count;
	}
}

/* The list of ABI 2. */
static int read_carried(const struct part_run *run)
{
	struct trust_run *trust = run->state;
	int err = trust_carry_read(run->pins->dir, &trust->before);

	if (err || !trust->before.count)
		return err;
	err = trust_store_compile(&trust->before, &trust->old_lines);
	if (!err)
		trust->header = *trust_table_header(trust->old_lines);
	return err;
}

/* Whether no version with ceilings has had a guard here: then allowed prefixes of the list may
 * have no index yet, and the list is compiled anew. */
static bool is_earlier(const struct pins *pins)
{
	struct ecdn_xdp_config config;

	return !config_map_read(pins, &config) && !config.ceiling_from_ns;
}

/* With leaves of their own, prefixes take more lines: what does not fit stays as it is, and its
 * allowed prefixes have no ceiling. */
static int number_list(const struct part_run *run)
{
	struct trust_run *trust = run->state;
	int err = make_list(run);

	if (err != -ENOSPC)
		return err;
	log_warning("allowed prefixes keep having no ceiling");
	trust->changes = false;
	return 0;
}

static int prepare(struct part_run *run)
{
	struct trust_run *trust = run->state;
	int err = 0;

	trust->table = trust->old_table = -1;
	maps_init(trust_store_rows, &trust->maps);
	if (run->loaded) {
		err = maps_open(trust_store_rows, &trust->maps, run->pins);
		err = err ?: slot_settle(&trust_store_slot, trust->maps.trusted_table,
					 run->pins->dir);
		err = err ?: trust_store_header(&trust->maps, &trust->header);
	}
	if (run->carried)
		err = read_carried(run);
	if (!err && wanted(run->request))
		err = make_list(run);
	else if (!err && run->loaded && run->loads && is_earlier(run->pins))
		err = number_list(run);
	if (!err)
		set_rooms(run);
	return err;
}

static int fits(const struct part_run *run)
{
	const struct trust_run *trust = run->state;

	return slot_fits(&trust_store_slot, trust->maps.trusted_table, run->rooms->trusted_lines,
			 trust_store_roomy(run->rooms->trusted_lines));
}

static int make(struct part_run *run)
{
	const struct trust_run *trust = run->state;
	int fit = run->loaded ? fits(run) : PART_FULL;

	if (fit < 0 || fit == PART_FITS || (run->loaded && !run->resizes))
		return fit < 0 ? fit : 0;
	return slot_make(&trust_store_slot, run->pins,
			 trust_store_roomy(run->rooms->trusted_lines),
			 run->loaded ? trust->maps.trusted_table : -1);
}

/* When the list was empty there is no table to count on from. The clock, in nanoseconds, is
 * ahead of every earlier generation, so that a reader that slept meanwhile does not take
 * the new table for the one it knows. */
static uint64_t next_generation(const struct trust_run *trust)
{
	return trust->header.generation ? trust->header.generation + 1 : clock_monotonic_ns();
}

static int build_table(struct trust_run *trust, struct ecdn_xdp_table_line *lines, int room)
{
	uint64_t generation = next_generation(trust);
	int table = lines ? trust_store_table(lines, room, generation) : -1;

	if (lines)
		trust->header.generation = generation;
	return table;
}

static int build(struct part_run *run)
{
	struct trust_run *trust = run->state;
	scoped_fd int array = -1;
	int room;

	if (!trust->lines && !trust->old_lines)
		return 0;
	array = pins_open(run->pins, trust_store_slot.map);
	room = array < 0 ? array : slot_room(&trust_store_slot, array);
	if (room < 0)
		return room;
	trust->old_table = build_table(trust, trust->old_lines, room);
	if (trust->old_lines && trust->old_table < 0)
		return trust->old_table;
	trust->table = build_table(trust, trust->lines, room);
	return trust->lines && trust->table < 0 ? trust->table : 0;
}

static int fill_carried(struct part_run *run)
{
	struct trust_run *trust = run->state;
	struct ecdn_xdp_config config;
	int err = maps_open(trust_store_rows, &trust->maps, run->pins);

	err = err ?: trust_store_write(&trust->maps, run->pins->next, trust->old_table);
	err = err ?: config_map_read(run->pins, &config);
	config.trusted = trust->before.count;
	return err ?: config_map_write(run->pins, &config);
}

static int write_list(const struct part_run *run)
{
	struct trust_run *trust = run->state;
	int err = trust_nodes_keep(&trust->maps, &trust->before, &trust->before);

	err = err ?: trust_rates_prepare(&trust->maps, &trust->before, &trust->list);
	if (!err && !trust->same)
		err = trust_store_write(&trust->maps, part_dir(run), trust->table);
	err = err ?: trust_nodes_keep(&trust->maps, &trust->before, &trust->list);
	err = err ?: trust_rates_settle(&trust->maps, &trust->list);
	return err ?: trust_rates_set(&trust->maps, run->request, &trust->list);
}

/* The guard may just have been loaded, beside a list that was there before. */
static int write_rates(const struct trust_run *trust)
{
	struct trust_list list = {};
	int err;

	if (trust->maps.trusted_rates < 0)
		return 0;
	err = trust_store_read(&trust->maps, &list);
	err = err ?: trust_rates_add(trust->maps.trusted_rates, &list);
	trust_list_free(&list);
	return err;
}

/* The length is written even if the list stays as it is: a killed command may have replaced
 * the table and not written its length. */
static int write_count(const struct part_run *run)
{
	struct trust_run *trust = run->state;
	struct ecdn_xdp_config config;
	struct ecdn_xdp_trusted_header header;
	int err = config_map_read(run->pins, &config);

	err = err ?: trust_store_header(&trust->maps, &header);
	if (err || (!trust->changes && header.rows == config.trusted))
		return err;
	config.trusted = header.rows;
	return config_map_write(run->pins, &config);
}

/* Opens the maps again: if they were missing, other parts have made them meanwhile. */
static int configure(struct part_run *run)
{
	struct trust_run *trust = run->state;
	int err;

	maps_close(trust_store_rows, &trust->maps);
	err = maps_open(trust_store_rows, &trust->maps, run->pins);
	run->same = trust->changes && trust->same &&
		    !((const struct trust_request *)run->request)->ceiling_count;
	if (!err && trust->changes)
		err = write_list(run);
	else if (!err && run->loads)
		err = write_rates(trust);
	return err ?: write_count(run);
}

static void end(struct part_run *run, int err)
{
	struct trust_run *trust = run->state;

	(void)err;
	trust_list_free(&trust->before);
	trust_list_free(&trust->list);
	lines_free(trust->lines);
	lines_free(trust->old_lines);
	scoped_close(&trust->table);
	scoped_close(&trust->old_table);
	maps_close(trust_store_rows, &trust->maps);
}

static const struct part_carry carry = {
	.fill = fill_carried,
};

const struct part trust_part = {
	.name = "trust",
	.label = "the trusted list",
	.bit = ECDN_XDP_PART_TRUST,
	.maps = trust_store_rows,
	.state_size = sizeof(struct trust_run),
	.carry = &carry,
	.wanted = wanted,
	.prepare = prepare,
	.fits = fits,
	.make = make,
	.build = build,
	.configure = configure,
	.end = end,
};

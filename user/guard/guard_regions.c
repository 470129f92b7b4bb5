// SPDX-License-Identifier: BSD-2-Clause
#include "guard/guard_regions.h"

#include <errno.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/scoped.h"
#include "guard/guard_carry_table.h"
#include "guard/region_ids.h"
#include "guard/region_store.h"
#include "guard/region_update.h"
#include "regions/table.h"
#include "table/lines.h"

static int read_again(const char *dir, struct guard_request *request)
{
	int err;

	request->files = malloc(sizeof(*request->files));
	err = request->files ? region_files_read(request->files, dir) :
			       log_error(-ENOMEM, "out of memory for the region files");
	if (!err)
		request->sources = request->files->sources;
	return err;
}

int guard_regions_read(const char *dir, struct guard_request *request)
{
	int err = 0;

	request->seen = region_store_seen(dir);
	if (request->reload)
		err = read_again(dir, request);
	if (err || !request->sources.count)
		return err;
	return reading_files(&request->reading, &request->sources);
}

/* What was read would undo the other command's work. */
static int check_seen(const struct part_run *run, uint64_t generation)
{
	const struct guard_request *request = run->request;

	if (!request->reading.names || !request->seen || request->seen == generation)
		return 0;
	return log_error(-EAGAIN, "another command has loaded a region table while the files of "
			 "this one were read; nothing was changed; run this again if its files are "
			 "the newer ones");
}

/* A command that was killed has put its table in use, and not the files that it is made of. */
static int check_files(const struct region_files *files, uint64_t generation)
{
	if (!files || files->generation == generation)
		return 0;
	return log_error(-ENOENT, "which region files the table was read from is not known: the "
			 "command that loaded it was killed; `ecdn-xdp region load` names them");
}

/* The table of an earlier version, in the lines of this one. */
static int update_carried(struct guard_regions *regions, const struct part_run *run,
			  struct region_update *update)
{
	struct ecdn_xdp_table_line *carried = NULL;
	int err = guard_carry_table_compile(run->pins->dir, regions->names, &carried);

	update->old = carried;
	err = err ?: region_update_prepare(update);
	if (!err && !update->lines)
		update->lines = carried;
	else
		lines_free(carried);
	update->old = NULL;
	return err;
}

static int update_loaded(struct region_update *update)
{
	int err = region_store_map(update->maps, &update->old);

	if (err)
		return err;
	err = region_update_prepare(update);
	slot_unmap(update->old);
	update->old = NULL;
	return err;
}

static bool asks(const struct part_run *run)
{
	const struct guard_request *request = run->request;

	return !run->loaded || request->reading.names || request->changes.count || request->forget;
}

int guard_regions_prepare(struct guard_regions *regions, const struct part_run *run,
			  const struct guard_maps *maps, uint64_t generation)
{
	const struct guard_request *request = run->request;
	struct region_update update = { .request = request, .maps = run->loaded ? maps : NULL,
					.names = regions->names, .generation = generation };
	int err;

	if (!asks(run))
		return 0;
	err = check_seen(run, generation) ?: check_files(request->files, generation);
	if (!err && run->carried)
		err = update_carried(regions, run, &update);
	else if (!err)
		err = run->loaded ? update_loaded(&update) : region_update_prepare(&update);
	regions->lines = update.lines;
	if (update.lines)
		run->rooms->region_lines = lines_used(update.lines);
	if (request->change)
		*request->change = update.change;
	return err;
}

int guard_regions_build(struct guard_regions *regions, const struct part_run *run,
			const struct guard_maps *maps)
{
	const struct guard_request *request = run->request;
	int err;

	if (!regions->lines)
		return 0;
	err = regions->table = region_store_table(maps, regions->lines);
	/* What an earlier version's table was read from is not known, and stays so. */
	if (err >= 0 && (request->reading.names || !run->carried))
		err = regions->files = region_files_make(&request->sources,
							  table_header(regions->lines)->generation);
	return err < 0 ? err : 0;
}

/* Names are written before the table that uses them, so that no reader finds an id without
 * a name. */
int guard_regions_put(const struct guard_regions *regions, const struct part_run *run,
		      const struct guard_maps *maps, int publish)
{
	const struct region_ids ids = { run->pins, maps, regions->max_regions, publish };
	int err = 0;

	if (regions->names && run->loaded)
		err = region_ids_clear(&ids, regions->names);
	if (!err && regions->names)
		err = guard_maps_set_names(maps, regions->names);
	if (err || regions->table < 0)
		return err;
	err = slot_put(&region_store_slot, maps->region_table, part_dir(run), regions->table);
	if (!err && regions->files >= 0)
		err = region_files_put(part_dir(run), regions->files);
	return err;
}

void guard_regions_end(struct guard_regions *regions)
{
	names_free(regions->names);
	lines_free(regions->lines);
	scoped_close(&regions->table);
	scoped_close(&regions->files);
}

// SPDX-License-Identifier: BSD-2-Clause
#include "guard/region_update.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/scoped.h"
#include "guard/region_ids.h"
#include "guard/region_store.h"
#include "table/lines.h"

/* Ids in use, in percent, from which on it is time to see to it. */
#define MANY 80

/* Regions without ranges that a command changes, of which so many are named. */
#define NAMED 10

static bool is_default(const struct limits_change *change)
{
	return !strcmp(change->region, LIMITS_DEFAULT);
}

static int id_of(const struct names *names, const char *name)
{
	return names_find(names, name, strlen(name));
}

/* A name that only a configuration has. On the command line it is an error, which limits_check()
 * finds. */
static bool is_new_name(const struct limits_change *change, const struct names *names)
{
	return change->file && !is_default(change) && id_of(names, change->region) < 0;
}

static bool has_reading(const struct region_update *update)
{
	return update->request->reading.names;
}

/* How many ids are wanted at the most: a name may be counted twice. */
static int count_wanted(const struct region_update *update)
{
	const struct limits_changes *changes = &update->request->changes;
	int wanted = has_reading(update) ?
		     reading_count_new(&update->request->reading, update->names) : 0;

	for (unsigned int i = 0; i < changes->count && wanted >= 0; i++)
		wanted += is_new_name(&changes->at[i], update->names);
	return wanted;
}

/* Marks the ids whose names the request has in its files or changes. */
static void mark_named(const struct region_update *update, bool *stays)
{
	const struct guard_request *request = update->request;
	const struct names *read = request->reading.names;

	for (uint32_t i = 0; read && i < names_count(read); i++) {
		int id = names_of(read, i) ? id_of(update->names, names_of(read, i)) : -1;

		if (id >= 0)
			stays[id] = true;
	}
	for (unsigned int i = 0; i < request->changes.count; i++) {
		int id = id_of(update->names, request->changes.at[i].region);

		if (id >= 0)
			stays[id] = true;
	}
}

static int refuse_full(const struct region_update *update, uint32_t wanted, uint32_t left)
{
	return log_error(-ENOSPC, "%u regions are new, and of %u ids %u are free: `--keep-largest "
			 "N` and `--keep NAME,...` let the largest regions and those keep their "
			 "names, and give the others that of `--rest`; `ecdn-xdp region forget "
			 "NAME` gives an id back; `load --max-regions N` has room for up to %d "
			 "regions once `unload --all` has removed what is loaded; nothing was "
			 "changed", wanted, names_capacity(update->names), left,
			 ECDN_XDP_REGIONS_MAX);
}

static int make_room(struct region_update *update, const struct coverage *used)
{
	uint32_t capacity = names_capacity(update->names);
	uint32_t left = capacity - names_used(update->names);
	scoped_free bool *stays = calloc(capacity, sizeof(*stays));
	int wanted = count_wanted(update), freed = 0;

	if (!stays)
		return log_error(-ENOMEM, "out of memory for the regions");
	if (wanted <= (int)left)
		return wanted < 0 ? wanted : 0;
	mark_named(update, stays);
	if (update->maps)
		freed = region_ids_free(update->maps, update->names, wanted - left, stays, used);
	if (freed < 0)
		return freed;
	left += freed;
	return wanted > (int)left ? refuse_full(update, wanted, left) : 0;
}

static int compile(struct region_update *update)
{
	const struct guard_request *request = update->request;
	struct range_set set = {};
	int err = has_reading(update) ? reading_number(&request->reading, update->names, &set) : 0;

	if (err)
		log_error(err, "cannot number the regions: %s", strerror(-err));
	err = err ?: region_store_compile(&set, &request->sources, update->names,
					  update->generation + 1, time(NULL), &update->lines);
	range_set_free(&set);
	return err;
}

static int compare(struct region_update *update, const struct coverage *before,
		   const struct coverage *after)
{
	int err;

	region_change_compare(&update->change, update->names, update->old, before, update->lines,
			      after);
	err = update->request->shrink ? 0 : region_change_refuse(&update->change);
	update->shrinks = err;
	return err;
}

static int forget_name(struct region_update *update, const struct coverage *used)
{
	const char *name = update->request->forget;
	int id = id_of(update->names, name);
	struct ecdn_xdp_limits limits;
	struct words_guess guess = { .word = name };
	int err = 0;

	if (id < 0) {
		names_guess(update->names, &guess);
		err = names_unknown(&guess);
	}
	if (!err && id == ECDN_XDP_REGION_NONE)
		err = log_error(-EINVAL, "region \"%s\" stands for no region, and stays", name);
	if (!err && !coverage_is_none(&used[id]))
		err = log_error(-EBUSY, "region \"%s\" has ranges in the table in use: first load "
				"one without it", name);
	err = err ?: guard_maps_limits(update->maps, id, &limits);
	if (!err && region_ids_has_own(&limits, clock_monotonic_ns()))
		err = log_error(-EBUSY, "region \"%s\" has limits, a block or an exemption of its "
				"own: first `ecdn-xdp limit clear %s` and `ecdn-xdp release %s`",
				name, name, name);
	if (!err)
		names_forget(update->names, id);
	return err;
}

static int add_names(const struct region_update *update)
{
	const struct limits_changes *changes = &update->request->changes;

	for (unsigned int i = 0; i < changes->count; i++) {
		const struct limits_change *change = &changes->at[i];
		int id = is_new_name(change, update->names) ?
			 names_intern(update->names, change->region, strlen(change->region)) : 0;

		if (id < 0)
			return log_error(id, "no id for region \"%s\": %s", change->region,
					 strerror(-id));
	}
	return 0;
}

/* Whether an earlier change has the same region, which is told once. */
static bool is_told(const struct limits_changes *changes, unsigned int i)
{
	for (unsigned int before = 0; before < i; before++)
		if (!strcmp(changes->at[before].region, changes->at[i].region))
			return true;
	return false;
}

static void warn_of_empty(const struct region_update *update, const struct coverage *used)
{
	const struct limits_changes *changes = &update->request->changes;
	unsigned int empty = 0;

	for (unsigned int i = 0; i < changes->count; i++) {
		int id = id_of(update->names, changes->at[i].region);

		/* What only takes something back needs no ranges. */
		if (!(changes->at[i].what & ~(LIMITS_CLEAR | LIMITS_RELEASE)))
			continue;
		if (id <= ECDN_XDP_REGION_NONE || !coverage_is_none(&used[id]) ||
		    (empty < NAMED && is_told(changes, i)))
			continue;
		if (empty++ < NAMED)
			log_warning("region \"%s\" has no ranges in the table, so that nothing is "
				    "in it; what is set holds once a table has some",
				    changes->at[i].region);
	}
	if (empty > NAMED)
		log_warning("%u more changes are of regions without ranges", empty - NAMED);
}

static void warn_of_many(const struct region_update *update)
{
	uint32_t used = names_used(update->names), capacity = names_capacity(update->names);

	if ((uint64_t)used * 100 > (uint64_t)capacity * MANY)
		log_warning("%u of %u ids of regions are in use; `--keep-largest` needs fewer, "
			    "`ecdn-xdp region forget NAME` gives one back", used, capacity);
}

static int update_all(struct region_update *update, const struct coverage *before)
{
	const struct guard_request *request = update->request;
	scoped_free struct coverage *after = NULL;
	const struct coverage *used = before;
	int err = request->forget ? forget_name(update, before) : 0;

	err = err ?: make_room(update, before);
	if (!err && (has_reading(update) || !update->old)) {
		err = compile(update);
		after = err ? NULL : region_change_measure(update->lines);
		err = err ?: after ? 0 : -EPROTO;
		used = after;
	}
	if (!err && has_reading(update))
		err = compare(update, before, after);
	err = err ?: add_names(update);
	if (err)
		return err;
	warn_of_empty(update, used);
	if (has_reading(update) || request->changes.count)
		warn_of_many(update);
	return 0;
}

int region_update_prepare(struct region_update *update)
{
	scoped_free struct coverage *before = region_change_measure(update->old);
	int err = before ? update_all(update, before) : -EPROTO;

	if (err) {
		/* A table that is not to be loaded. */
		lines_free(update->lines);
		update->lines = NULL;
	}
	return err;
}

// SPDX-License-Identifier: BSD-2-Clause
#include "trust/trust_part.h"

#include <errno.h>
#include <time.h>

#include "base/log.h"
#include "kernel/config_map.h"
#include "trust/trust_nodes.h"
#include "trust/trust_store.h"

/* The list in a command that is under way. */
struct trust_run {
	struct trust_maps maps;
	struct trust_list before, list; /* the list before the command, and as it is to be */
	bool changes;           /* the request changes the list */
};

static bool wanted(const void *request)
{
	const struct trust_request *trust = request;

	return trust->allow_count || trust->node_count || trust->edit;
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
	return err ?: trust_store_fits(&trust->list);
}

static int prepare(struct part_run *run)
{
	struct trust_run *trust = run->state;
	int err = 0;

	maps_init(trust_store_rows, &trust->maps);
	if (run->loaded) {
		err = maps_open(trust_store_rows, &trust->maps, run->pins);
		err = err ?: slot_settle(&trust_store_slot, trust->maps.trusted_table,
					 run->pins->dir);
	}
	return err || !wanted(run->request) ? err : make_list(run);
}

static int write_list(const struct part_run *run)
{
	struct trust_run *trust = run->state;
	int err = trust_nodes_keep(&trust->maps, &trust->before, &trust->before);

	err = err ?: trust_store_write(&trust->maps, part_dir(run), &trust->list);
	return err ?: trust_nodes_keep(&trust->maps, &trust->before, &trust->list);
}

/* The length is written even if the list stays as it is: a killed command may have replaced
 * the table and not written its length. */
static int write_count(const struct part_run *run)
{
	struct trust_run *trust = run->state;
	struct ecdn_xdp_config config;
	uint32_t count;
	int err = config_map_read(run->pins, &config);

	err = err ?: trust_store_count(&trust->maps, &count);
	if (err || (!trust->changes && count == config.trusted))
		return err;
	config.trusted = count;
	return config_map_write(run->pins, &config);
}

/* Opens the maps again: if they were missing, other parts have made them meanwhile. */
static int configure(struct part_run *run)
{
	struct trust_run *trust = run->state;
	int err;

	maps_close(trust_store_rows, &trust->maps);
	err = maps_open(trust_store_rows, &trust->maps, run->pins);
	if (!err && trust->changes)
		err = write_list(run);
	return err ?: write_count(run);
}

static void end(struct part_run *run, int err)
{
	struct trust_run *trust = run->state;

	(void)err;
	trust_list_free(&trust->before);
	trust_list_free(&trust->list);
	maps_close(trust_store_rows, &trust->maps);
}

const struct part trust_part = {
	.name = "trust",
	.label = "the trusted list",
	.state_size = sizeof(struct trust_run),
	.wanted = wanted,
	.prepare = prepare,
	.configure = configure,
	.end = end,
};

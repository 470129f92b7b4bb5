// SPDX-License-Identifier: BSD-2-Clause
#include "trust/trust_part.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/array.h"
#include "base/log.h"
#include "kernel/config_map.h"
#include "trust/trust_file.h"
#include "trust/trust_nodes.h"
#include "trust/trust_store.h"

/* The list in a command that is under way. */
struct trust_run {
	struct trust_maps maps;
	struct trusted_list before, list; /* as it was; as it is to be */
	bool changes;           /* the request is about the list */
};

void trust_request_free(struct trust_request *request)
{
	free(request->allow);
	free(request->nodes);
}

int trust_request_allow(struct trust_request *request, const struct cidr *cidr)
{
	if (array_append(request->allow, request->allow_count, cidr))
		return log_error(-ENOMEM, "out of memory");
	return 0;
}

int trust_request_nodes(struct trust_request *request, const char *path)
{
	struct trusted_node *nodes;
	size_t count;
	int err = source_read_nodes(strcmp(path, "-") ? path : "/dev/stdin", &nodes, &count);

	if (err)
		return err;
	if (!count) {
		free(nodes);
		return log_error(-EINVAL, "%s holds no nodes; the list stays as it is, and "
				 "`ecdn-xdp node del` takes nodes off it", path);
	}
	free(request->nodes);
	request->nodes = nodes;
	request->node_count = count;
	return 0;
}

int trust_part_error(int err)
{
	if (err == -ENOSPC)
		return log_error(err, "there can be %d nodes at most; nothing was changed",
				 ECDN_XDP_TRUSTED_NODES_MAX - 1);
	return log_error(err, "out of memory for the allowed prefixes and nodes");
}

static bool wanted(const void *request)
{
	const struct trust_request *trust = request;

	return trust->allow_count || trust->node_count || trust->edit;
}

static int change(const struct trust_request *request, struct trusted_list *list)
{
	uint64_t now = time(NULL);
	int err = trusted_allow(list, request->allow, request->allow_count, now);

	if (!err && request->node_count)
		err = trusted_set_nodes(list, request->nodes, request->node_count, now);
	if (err)
		return trust_part_error(err);
	return request->edit ? request->edit(list, request->context) : 0;
}

static int make_list(const struct part_run *run)
{
	struct trust_run *trust = run->state;
	int err = 0;

	trust->changes = true;
	if (run->loaded)
		err = trusted_read(&trust->maps, &trust->before);
	if (!err && trusted_copy(&trust->before, &trust->list))
		err = trust_part_error(-ENOMEM);
	err = err ?: change(run->request, &trust->list);
	return err ?: trusted_fits(&trust->list);
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

	err = err ?: trusted_write(&trust->maps, part_dir(run), &trust->list);
	return err ?: trust_nodes_keep(&trust->maps, &trust->before, &trust->list);
}

/* The length is written even if the list stays: a command that was killed may have replaced
 * the table and not the length. */
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

/* Other parts have made the maps meanwhile, if they were not there. */
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
	trusted_free(&trust->before);
	trusted_free(&trust->list);
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

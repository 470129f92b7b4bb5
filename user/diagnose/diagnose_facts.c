// SPDX-License-Identifier: BSD-2-Clause
#include "diagnose/diagnose_facts.h"

#include <stdlib.h>
#include <string.h>

#include "base/kernel_file.h"

/* A sysctl that is not there is none that is set. */
static bool is_set(const char *path)
{
	return kernel_file_number(path, 0);
}

static int read_guard(struct diagnose_facts *facts)
{
	int err = view_regions_read(&facts->regions, facts->pin_dir);

	err = err ?: view_layers_read(&facts->blocks, facts->pin_dir, ECDN_XDP_NOTE_BLOCK);
	return err ?: view_table_open(&facts->table, facts->pin_dir);
}

static int read_observer(struct diagnose_facts *facts)
{
	int err = view_origins_read(&facts->origins, facts->pin_dir);

	if (err || !facts->origins.loaded)
		return err;
	err = view_origins_failures(facts->pin_dir, ~0U, ECDN_XDP_ORIGIN_FAILURES,
				    &facts->failure, &facts->failures);
	return err ?: origin_hooks_read(&facts->observer, facts->pin_dir);
}

int diagnose_facts_read(struct diagnose_facts *facts, const char *pin_dir)
{
	int err;

	memset(facts, 0, sizeof(*facts));
	facts->pin_dir = pin_dir;
	facts->deaf = is_set("/proc/sys/net/ipv4/icmp_echo_ignore_all");
	facts->deaf6 = is_set("/proc/sys/net/ipv6/icmp/echo_ignore_all");
	err = view_status_read(&facts->status, pin_dir);
	err = err ?: view_ping_read(&facts->ping, pin_dir);
	err = err ?: view_nodes_read(&facts->nodes, pin_dir);
	if (!err && facts->status.guard)
		err = read_guard(facts);
	err = err ?: read_observer(facts);
	/* After all that was read, so that none of its times is yet to come. */
	facts->moment = clock_now();
	return err;
}

void diagnose_facts_free(struct diagnose_facts *facts)
{
	view_status_free(&facts->status);
	view_ping_free(&facts->ping);
	view_nodes_free(&facts->nodes);
	view_regions_free(&facts->regions);
	view_layers_free(&facts->blocks);
	view_table_close(&facts->table);
	view_origins_free(&facts->origins);
	free(facts->failure);
	facts->failure = NULL;
}

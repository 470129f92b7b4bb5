// SPDX-License-Identifier: BSD-2-Clause
#include "guard/counts.h"

#include <string.h>

/* Each counter is read as one word, as a packet may add to it meanwhile. */
static void add(void *sum, const void *row, size_t size)
{
	const volatile __u64 *from = row;
	__u64 *to = sum;

	for (size_t i = 0; i < size / sizeof(*to); i++)
		to[i] += from[i];
}

void counts_of_region(const struct mapped *region_cpu, uint32_t max_regions, uint32_t region,
		      struct region_counts *sum)
{
	const struct ecdn_xdp_region_cpu *row = region_cpu->at;

	memset(sum, 0, sizeof(*sum));
	for (size_t i = region; i < region_cpu->entries; i += max_regions) {
		add(&sum->packets, &row[i].packets, sizeof(row->packets));
		add(&sum->bytes, &row[i].bytes, sizeof(row->bytes));
		add(&sum->connections, &row[i].connections, sizeof(row->connections));
		add(&sum->dropped, &row[i].dropped, sizeof(row->dropped));
		add(&sum->would_drop, &row[i].would_drop, sizeof(row->would_drop));
		add(&sum->proven_packets, &row[i].proven_packets, sizeof(__u64));
		add(&sum->proven_bytes, &row[i].proven_bytes, sizeof(__u64));
		add(&sum->proven_connections, &row[i].proven_connections, sizeof(__u64));
		add(&sum->steered, &row[i].steered, sizeof(__u64));
	}
}

int counts_events(int cpu_events, struct ecdn_xdp_events *sum)
{
	const struct ecdn_xdp_events *row;
	struct mapped mapped;
	int err = mapped_open(&mapped, cpu_events, "cpu_events", sizeof(*row));

	memset(sum, 0, sizeof(*sum));
	row = mapped.at;
	for (uint32_t id = 0; id < mapped.entries; id++)
		add(sum, &row[id], sizeof(*row));
	mapped_close(&mapped);
	return err;
}

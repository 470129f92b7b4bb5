// SPDX-License-Identifier: BSD-2-Clause
/*
 * Sums over CPUs where the map's values are longer or shorter than the caller's struct, as
 * after an upgrade of one and not the other: no byte beyond either is touched.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "harness.h"
#include "kernel/percpu.h"

#define COUNTERS 4
#define KEYS 2
#define CANARY 0x5a5a5a5a5a5a5a5aULL

struct sum {
	uint64_t counter[COUNTERS], canary;
};

/* A map whose values have so many counters: number N of CPU C at key K is K + C + N. */
static int make_map(uint32_t counters, int cpus)
{
	int fd = bpf_map_create(BPF_MAP_TYPE_PERCPU_ARRAY, "test", sizeof(__u32),
				counters * sizeof(uint64_t), KEYS, NULL);
	uint64_t *values = calloc((size_t)cpus * counters, sizeof(*values));

	for (__u32 key = 0; key < KEYS && fd >= 0; key++) {
		for (int cpu = 0; cpu < cpus; cpu++)
			for (uint32_t i = 0; i < counters; i++)
				values[cpu * counters + i] = key + cpu + i;
		if (bpf_map_update_elem(fd, &key, values, BPF_ANY))
			break;
	}
	free(values);
	return fd;
}

static uint64_t expected(__u32 key, int cpus, uint32_t i)
{
	return (uint64_t)cpus * (key + i) + (uint64_t)cpus * (cpus - 1) / 2;
}

static const char *check(uint32_t counters, int cpus)
{
	int fd = make_map(counters, cpus);
	struct percpu percpu;
	const char *why = "";

	if (fd < 0 || percpu_open(&percpu, fd, "test"))
		return "no map";
	for (__u32 key = 0; key < KEYS; key++) {
		struct sum sum = { { CANARY, CANARY, CANARY, CANARY }, CANARY };

		if (percpu_read(&percpu, &key, &sum, sizeof(sum.counter)))
			why = "it cannot be read";
		for (uint32_t i = 0; i < COUNTERS; i++)
			if (sum.counter[i] != (i < counters ? expected(key, cpus, i) : 0))
				why = "a wrong sum";
		if (sum.canary != CANARY)
			why = "it wrote beyond the caller's struct";
	}
	percpu_close(&percpu);
	close(fd);
	return why;
}

int main(void)
{
	int cpus = libbpf_num_possible_cpus();

	report("values as long as the struct", check(COUNTERS, cpus));
	report("values 1,000 times as long", check(COUNTERS * 1000, cpus));
	report("values half as long", check(COUNTERS / 2, cpus));
	return report_end();
}

// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/percpu.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "base/log.h"
#include "kernel/maps.h"

#define WORD sizeof(uint64_t)

int percpu_cpus(void)
{
	int cpus = libbpf_num_possible_cpus() ?: -ENODATA;

	if (cpus < 0)
		log_error(cpus, "cannot count this host's CPUs: %s", strerror(-cpus));
	return cpus;
}

int percpu_open(struct percpu *percpu, int fd, const char *map)
{
	int cpus = percpu_cpus(), err;
	struct bpf_map_info info;

	*percpu = (struct percpu){ .fd = fd, .map = map };
	if (cpus < 0)
		return cpus;
	err = maps_info(fd, map, &info);
	if (err)
		return err;
	percpu->cpus = cpus;
	percpu->stride = (info.value_size + WORD - 1) / WORD * WORD;
	percpu->values = calloc(cpus, percpu->stride);
	if (!percpu->values)
		return log_error(-ENOMEM, "out of memory for the counters of map %s", map);
	return 0;
}

void percpu_close(struct percpu *percpu)
{
	free(percpu->values);
	percpu->values = NULL;
}

int percpu_read(const struct percpu *percpu, const void *key, void *sum, size_t size)
{
	size_t counters = (size < percpu->stride ? size : percpu->stride) / WORD;
	const uint64_t *value = percpu->values;
	uint64_t *to = sum;

	memset(sum, 0, size);
	if (bpf_map_lookup_elem(percpu->fd, key, percpu->values))
		return errno == ENOENT ? -ENOENT : log_error(-errno, "cannot read map %s: %s",
							     percpu->map, strerror(errno));
	for (unsigned int cpu = 0; cpu < percpu->cpus; cpu++)
		for (size_t i = 0; i < counters; i++)
			to[i] += value[cpu * (percpu->stride / WORD) + i];
	return 0;
}

int percpu_sum(int fd, const char *map, const void *key, void *sum, size_t size)
{
	struct percpu percpu;
	int err = percpu_open(&percpu, fd, map);

	err = err ?: percpu_read(&percpu, key, sum, size);
	percpu_close(&percpu);
	return err;
}

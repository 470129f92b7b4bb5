// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/perf_ring.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/libbpf.h>
#include <linux/perf_event.h>

#include "base/log.h"
#include "kernel/capabilities.h"
#include "kernel/cpus.h"

struct perf_ring {
	struct perf_buffer *buffer;
	perf_ring_take *take;
	void *context;
	int err;                /* of take() */
};

/* A record as the kernel writes it. */
struct sample {
	struct perf_event_header header;
	__u32 size;
	char data[];
};

/* What the rings had no room for is counted by the program, so the kernel's own records of that
 * are left out. */
static enum bpf_perf_event_ret each(void *context, int cpu, struct perf_event_header *event)
{
	const struct sample *sample = (const struct sample *)event;
	struct perf_ring *ring = context;

	(void)cpu;
	if (event->type != PERF_RECORD_SAMPLE || event->size < sizeof(*sample) ||
	    sample->size > event->size - sizeof(*sample) || ring->err)
		return LIBBPF_PERF_EVENT_CONT;
	ring->err = ring->take(sample->data, sample->size, ring->context);
	return LIBBPF_PERF_EVENT_CONT;
}

static int open_buffer(struct perf_ring *ring, int map, const char *name, unsigned int pages)
{
	struct perf_event_attr attr = {
		.size = sizeof(attr),
		.type = PERF_TYPE_SOFTWARE,
		.config = PERF_COUNT_SW_BPF_OUTPUT,
		.sample_type = PERF_SAMPLE_RAW,
		.sample_period = 1,
		.watermark = 1,
		.wakeup_watermark = pages * sysconf(_SC_PAGESIZE) / 2,
	};
	int *cpu = NULL, count = cpus_online(&cpu), err = 0;
	LIBBPF_OPTS(perf_buffer_raw_opts, opts, .cpu_cnt = count, .cpus = cpu, .map_keys = cpu);

	if (count < 0)
		return count;
	ring->buffer = perf_buffer__new_raw(map, pages, &attr, each, ring, &opts);
	if (!ring->buffer)
		err = errno == EPERM || errno == EACCES ?
			capabilities_error(-errno, CAPABILITIES_PERFMON,
					   "cannot read what programs send to map %s", name) :
			log_error(-errno, "cannot make rings for map %s: %s", name,
				  strerror(errno));
	free(cpu);
	return err;
}

int perf_ring_open(struct perf_ring **ring, int map, const char *name, unsigned int pages,
		   perf_ring_take *take, void *context)
{
	struct perf_ring *made = calloc(1, sizeof(*made));
	int err;

	if (!made)
		return log_error(-ENOMEM, "out of memory for rings");
	made->take = take;
	made->context = context;
	err = open_buffer(made, map, name, pages);
	if (err)
		perf_ring_close(made);
	else
		*ring = made;
	return err;
}

void perf_ring_close(struct perf_ring *ring)
{
	if (ring)
		perf_buffer__free(ring->buffer);
	free(ring);
}

void perf_ring_wait(const struct perf_ring *ring, int wait_ms)
{
	struct pollfd waits = { .fd = perf_buffer__epoll_fd(ring->buffer), .events = POLLIN };

	poll(&waits, 1, wait_ms);
}

int perf_ring_read(struct perf_ring *ring)
{
	int err = perf_buffer__consume(ring->buffer);

	if (err < 0)
		return log_error(err, "cannot read what programs sent: %s", strerror(-err));
	return ring->err;
}

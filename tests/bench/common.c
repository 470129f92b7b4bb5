// SPDX-License-Identifier: BSD-2-Clause
#include "bench.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <bpf/bpf.h>

#ifndef BPF_F_TEST_XDP_LIVE_FRAMES
#define BPF_F_TEST_XDP_LIVE_FRAMES (1U << 1)
#endif

static __thread unsigned int cpu;

void give_up(const char *what)
{
	fprintf(stderr, "bench: cannot %s: %s\n", what, strerror(errno));
	exit(1);
}

void map_put(int fd, uint32_t slot, const void *value)
{
	need(!bpf_map_update_elem(fd, &slot, value, BPF_ANY), "write a map");
}

void samples_add(struct samples *samples, double value)
{
	need(samples->count < ROUNDS, "keep more rounds");
	samples->value[samples->count++] = value;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double samples_median(const struct samples *samples)
{
	double sorted[ROUNDS];
	unsigned int n = samples->count;

	need(n, "take the median of nothing");
	memcpy(sorted, samples->value, n * sizeof(*sorted));
	qsort(sorted, n, sizeof(*sorted), compare);
	return (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
}

static double clock_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec * 1e9 + now.tv_nsec;
}

double wall_ms(void)
{
	return clock_ns(CLOCK_MONOTONIC) / 1e6;
}

double thread_ns(void)
{
	return clock_ns(CLOCK_THREAD_CPUTIME_ID);
}

bool pin_to(unsigned int n)
{
	static cpu_set_t mine;
	cpu_set_t one;

	if (!CPU_COUNT(&mine))
		need(!sched_getaffinity(0, sizeof(mine), &mine), "tell the CPUs");
	for (cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET(cpu, &mine) && !n--)
			break;
	if (cpu == CPU_SETSIZE)
		return false;
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	need(!sched_setaffinity(0, sizeof(one), &one), "stay on one CPU");
	return true;
}

/* Process of a kernel thread's name, or 0. They have the lowest numbers. */
static int thread_named(const char *name)
{
	for (int pid = 2; pid < 4096; pid++) {
		char path[64], comm[32] = "";
		FILE *file;

		snprintf(path, sizeof(path), "/proc/%d/comm", pid);
		file = fopen(path, "r");
		if (!file)
			continue;
		if (fscanf(file, "%31s", comm) != 1)
			*comm = 0;
		fclose(file);
		if (!strcmp(comm, name))
			return pid;
	}
	return 0;
}

static double ksoftirqd_ns(void)
{
	static unsigned int known_cpu = -1;
	static int pid;
	char path[64];
	double ns = 0;
	FILE *file;

	if (known_cpu != cpu) {
		snprintf(path, sizeof(path), "ksoftirqd/%u", cpu);
		pid = thread_named(path);
		known_cpu = cpu;
	}
	snprintf(path, sizeof(path), "/proc/%d/schedstat", pid);
	file = fopen(path, "r");
	need(file && fscanf(file, "%lf", &ns) == 1, "read ksoftirqd's CPU time");
	fclose(file);
	return ns;
}

static double run(int program, const void *frame, unsigned int length, unsigned int repeat,
		  bool live)
{
	struct xdp_md context = { .data_end = length };
	uint8_t out[2048];
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = frame, .data_size_in = length,
		    .repeat = repeat);
	double before, softirq = 0;

	if (live) {
		opts.flags = BPF_F_TEST_XDP_LIVE_FRAMES;
		opts.ctx_in = &context;
		opts.ctx_size_in = sizeof(context);
		softirq = ksoftirqd_ns();
	} else {
		opts.data_out = out;
		opts.data_size_out = sizeof(out);
	}
	before = thread_ns();
	need(!bpf_prog_test_run_opts(program, &opts), "run a program");
	before = thread_ns() - before;
	if (live)
		before += ksoftirqd_ns() - softirq;
	return before / repeat;
}

double run_program(int program, const void *frame, unsigned int length, unsigned int repeat)
{
	return run(program, frame, length, repeat, false);
}

double run_live(int program, const void *frame, unsigned int length, unsigned int repeat)
{
	return run(program, frame, length, repeat, true);
}

uint64_t frames_received(const char *iface)
{
	char line[512];
	uint64_t packets = 0;
	bool found = false;
	FILE *file = fopen("/proc/self/net/dev", "r");

	need(file, "open /proc/self/net/dev");
	while (fgets(line, sizeof(line), file)) {
		char *name = line + strspn(line, " "), *colon = strchr(name, ':');

		if (!colon)
			continue;
		*colon = 0;
		if (!strcmp(name, iface))
			found = sscanf(colon + 1, "%*u %lu", &packets) == 1;
	}
	fclose(file);
	need(found, "count frames");
	return packets;
}

void row(const char *section, const char *what, const char *sources, double value,
	 const char *unit, double ratio, const char *to, const char *aim)
{
	printf("%s\t%s\t%s\t%.*f\t%s\t", section, what, sources, value < 10 ? 2 : 1, value, unit);
	if (ratio > 0)
		printf("%.2f\t%s", ratio, to);
	else
		printf("\t");
	printf("\t%s\n", aim);
	fflush(stdout);
}

// SPDX-License-Identifier: BSD-2-Clause
/*
 * packets.c - the packet tests' fixtures once more, as a price list: whatever a
 * packet holds, it cannot choose its own cost.
 */
#include "bench.h"

#include <stdlib.h>
#include <string.h>

#include "../run/fixtures.h"
#include "subject.h"

#define REPEAT 100000

struct price {
	const char *name;
	double ns;
};

static int by_price(const void *a, const void *b)
{
	const struct price *left = a, *right = b;

	return (left->ns > right->ns) - (left->ns < right->ns);
}

static double price_of(int program, int empty, const struct fixture *fixture)
{
	static struct frame frame;
	struct samples samples = {};

	memset(&frame, 0, sizeof(frame));
	fixture_build(fixture, &frame);
	for (unsigned int round = 0; round < ROUNDS; round++)
		samples_add(&samples, run_program(program, frame.data, frame.length, REPEAT) -
				      run_program(empty, frame.data, frame.length, REPEAT));
	return samples_median(&samples);
}

void bench_packets(const struct world *world)
{
	const char *section = "guard's program by packet, net";
	struct price *price = calloc(fixtures_count, sizeof(*price));
	struct feed_bpf *feeder = feeder_open(0);
	int empty = bpf_program__fd(feeder->progs.drop);
	struct subject subject;
	unsigned int count = 0;
	double median;

	need(price, "allocate memory");
	subject_open(&subject, ECDN_XDP_REGIONS_DEFAULT, &world->set, &limits_idle);
	for (size_t i = 0; i < fixtures_count; i++) {
		if (fixtures[i].jumbo)
			continue;
		price[count].name = fixtures[i].name;
		price[count++].ns = price_of(bpf_program__fd(subject.guard->progs.guard), empty, &fixtures[i]);
	}
	qsort(price, count, sizeof(*price), by_price);
	median = price[count / 2].ns;
	row(section, "median", "fixtures", median, "ns", 0, "", "");
	row(section, price[0].name, "cheapest", price[0].ns, "ns", price[0].ns / median, "median", "");
	for (unsigned int i = count - 3; i < count; i++)
		row(section, price[i].name, "dearest", price[i].ns, "ns", price[i].ns / median,
		    "median", "");
	subject_close(&subject);
	free(price);
}

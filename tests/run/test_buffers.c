// SPDX-License-Identifier: BSD-2-Clause
/*
 * Frames in several buffers, wherever a driver ends the first one and whatever length their
 * IP header says: all of their bytes count.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <bpf/bpf.h>
#include <linux/bpf.h>

#include "fixtures.h"
#include "harness.h"

#define REGION_V4 7
#define REGION_V6 8

struct split {
	const char *name;
	const char *fixture;
	uint32_t linear;        /* bytes in the first buffer */
	uint16_t claimed;       /* by the IP header's length field; 0: the truth, as built */
	uint32_t counted;       /* bytes; 0: all */
};

/* The frames are of 1514 and 9014 bytes, of which the Ethernet header is 14. */
static const struct split splits[] = {
	{ "IPv4 in two pages", "IPv4 TCP, 9014 bytes", 3000, 0, 0 },
	{ "IPv6 in two pages", "IPv6 TCP, 9014 bytes", 3000, 0, 0 },
	{ "IPv4, headers apart", "IPv4 TCP, 1514 bytes", 54, 0, 0 },
	{ "IPv4, headers apart and some more", "IPv4 TCP, 1514 bytes", 64, 0, 0 },
	{ "IPv6, headers apart", "IPv6 TCP, 1514 bytes", 74, 0, 0 },
	{ "IPv6, a byte apart", "IPv6 TCP, 1514 bytes", 1513, 0, 0 },
	{ "IPv4, a length that is too small", "IPv4 TCP, 1514 bytes", 200, 40, 0 },
	{ "IPv4, a length a byte below the first buffer", "IPv4 TCP, 1514 bytes", 200, 185, 0 },
	{ "IPv4, a length a byte above the first buffer", "IPv4 TCP, 1514 bytes", 200, 187, 0 },
	{ "IPv4, a length that is too large", "IPv4 TCP, 1514 bytes", 200, 9000, 0 },
	{ "IPv4, a first buffer shorter than any frame", "IPv4 TCP, 1514 bytes", 59, 40, 0 },
	{ "IPv6, a length that is too small", "IPv6 TCP, 1514 bytes", 200, 20, 0 },
	{ "IPv6, a length that is too large", "IPv6 TCP, 1514 bytes", 200, 9000, 0 },
	{ "IPv4, 9014 bytes and a length of 40", "IPv4 TCP, 9014 bytes", 3000, 40, 0 },
	{ "IPv4 without a length", "IPv4, total length 0, TCP, 9014 bytes", 3000, 0, 0 },
	{ "IPv6 without a length", "IPv6, payload length 0, TCP, 9014 bytes", 3000, 0, 0 },
	/* Lies that is_linear() in the guard does not detect. */
	{ "IPv4, a length that ends with the first buffer",
	  "IPv4 TCP, 1514 bytes", 200, 186, 200 },
	{ "IPv4, a length below a first buffer of a padded frame",
	  "IPv4 TCP, 1514 bytes", 60, 40, 60 },
};

static void claim_length(struct frame *frame, uint16_t claimed)
{
	uint8_t *length = frame->data + frame->ip + (frame->version == 4 ? 2 : 4);

	if (!claimed)
		return;
	length[0] = claimed >> 8;
	length[1] = claimed;
}

/* Returns 0, or -EINVAL where the kernel does not let a test end the first buffer. */
static int run_split(const struct guard *guard, const struct frame *frame, uint32_t linear)
{
	struct xdp_md context = { .data_end = linear };
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = frame->data, .data_size_in = frame->length,
		    .ctx_in = &context, .ctx_size_in = sizeof(context));

	return bpf_prog_test_run_opts(guard->prog, &opts) ? -errno : 0;
}

/* Old kernels divide no test frames that fit into a page, and others none at all. */
static bool may_divide(const struct guard *guard, uint32_t bytes)
{
	struct frame frame;

	fixture_build(fixture_named(bytes > 4000 ? "IPv4 TCP, 9014 bytes" : "IPv4 TCP, 1514 bytes"),
		      &frame);
	return run_split(guard, &frame, bytes > 4000 ? 3000 : 1000) != -EINVAL;
}

static void check_split(const struct guard *guard, const struct split *split)
{
	struct region_counts before, after;
	uint32_t region, expected;
	struct frame frame;
	char why[100] = "";
	int err;

	fixture_build(fixture_named(split->fixture), &frame);
	claim_length(&frame, split->claimed);
	region = frame.version == 4 ? REGION_V4 : REGION_V6;
	expected = split->counted ? split->counted : frame.length;
	guard_counts(guard, region, &before);
	err = run_split(guard, &frame, split->linear);
	if (err == -EINVAL && !may_divide(guard, frame.length)) {
		skip(split->name, "the kernel does not divide test frames so");
		return;
	}
	guard_counts(guard, region, &after);
	if (err)
		snprintf(why, sizeof(why), "%s", strerror(-err));
	else if (after.packets - before.packets != 1 || after.bytes - before.bytes != expected)
		snprintf(why, sizeof(why), "%llu packets of %llu bytes instead of 1 of %u",
			 after.packets - before.packets, after.bytes - before.bytes, expected);
	report(split->name, why);
}

/* All kernels put as much of a frame into the first buffer as a page has room for. */
static void check_whole(const struct guard *guard)
{
	static const uint16_t claimed[] = { 0, 20, 40, 1500, 3400, 60000 };
	struct region_counts before, after;
	struct frame frame;
	char why[100] = "";

	for (size_t i = 0; i < sizeof(claimed) / sizeof(claimed[0]) && !*why; i++) {
		fixture_build(fixture_named("IPv4 TCP, 9014 bytes"), &frame);
		claim_length(&frame, claimed[i]);
		guard_counts(guard, REGION_V4, &before);
		guard_run(guard, frame.data, frame.length);
		guard_counts(guard, REGION_V4, &after);
		if (after.bytes - before.bytes != frame.length)
			snprintf(why, sizeof(why), "length %u: %llu bytes", claimed[i],
				 after.bytes - before.bytes);
	}
	report("9014 bytes, whatever the IP header says", why);
}

int main(void)
{
	struct range_set regions = {};
	struct guard guard;

	set_region(&regions, FIXTURE_V4_PREFIX, REGION_V4);
	set_region(&regions, FIXTURE_V6_PREFIX, REGION_V6);
	guard_open(&guard);
	guard_set_regions(&guard, &regions);
	if (!guard.frags) {
		skip("frames in several buffers", "the kernel has no xdp.frags");
		report("the guard loads", "");
	} else {
		check_whole(&guard);
		for (size_t i = 0; i < sizeof(splits) / sizeof(splits[0]); i++)
			check_split(&guard, &splits[i]);
	}
	guard_close(&guard);
	range_set_free(&regions);
	return report_end();
}

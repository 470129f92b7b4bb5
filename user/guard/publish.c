// SPDX-License-Identifier: BSD-2-Clause
#include "guard/publish.h"

#include <errno.h>
#include <linux/if_ether.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "base/log.h"
#include "base/scoped.h"
#include "kernel/carry.h"
#include "kernel/cpus.h"
#include "kernel/mapped.h"
#include "kernel/maps.h"
#include "kernel/object.h"
#include "kernel/pin_check.h"
#include "publish_marks.h"
#include "publish.skel.h"

static const struct object_names names = {
	.label = "the program that publishes states",
	.pin = PUBLISH_PIN,
};

#define COUNTS "request_stats"

/* Maps that ABI 2 has, too. */
static const char *const shared[] = { COUNTS, NULL };

static int size_maps(struct publish_bpf *publish, uint32_t max_regions)
{
	int cpus = cpus_rows(), err;

	if (cpus < 0)
		return cpus;
	err = bpf_map__set_max_entries(publish->maps.request_stats, cpus * max_regions);
	err = err ?: bpf_map__set_max_entries(publish->maps.region_notes, 2 * max_regions);
	err = err ?: bpf_map__set_max_entries(publish->maps.region_until, 2 * max_regions);
	return err ? log_error(err, "cannot size the maps of %s", names.label) : 0;
}

static bool is_frozen(const struct pins *pins)
{
	scoped_fd int counts = pins_has(pins->dir, COUNTS) ? pins_get(pins->dir, COUNTS) : -1;

	return counts >= 0 && mapped_is_frozen(counts);
}

static int make_counts(const struct pins *pins, __u32 entries)
{
	struct publish_bpf *publish = publish_bpf__open();
	int err;

	if (!publish)
		return log_error(-ENOMEM, "out of memory for map " COUNTS);
	err = object_make_map(publish->obj, pins, COUNTS, entries);
	publish_bpf__destroy(publish);
	return err;
}

/* Makes another map for what proxies count, with what they have counted so far: nobody can have
 * the frozen one mapped for writing, so that nothing is added to it meanwhile. */
static int replace_counts(const struct pins *pins)
{
	scoped_fd int old = pins_get(pins->dir, COUNTS), new = -1;
	__u32 entries;
	int err = old < 0 ? old : maps_entries(old, COUNTS, &entries);

	err = err ?: make_counts(pins, entries);
	new = err ?: pins_get(pins->next, COUNTS);
	if (new < 0)
		return new;
	err = mapped_copy(old, new, COUNTS, sizeof(struct ecdn_xdp_requests));
	return err ?: carry_mode(pins->dir, pins->next, COUNTS);
}

/* Has the object use the map that is there, unless its proxies could not. When pins of ABI 2 are
 * carried over, what that counted is copied with everything else. */
static int share_counts(const struct bpf_object *object, const struct pins *pins)
{
	if (!is_frozen(pins))
		return carry_share(object, pins, shared);
	log_warning("%s/" COUNTS " is frozen, so that no proxy that is started can count requests; "
		    "a process of its group did that, or of root; it is replaced, with all that "
		    "was counted", pins->dir);
	return pins->carries ? 0 : replace_counts(pins);
}

int publish_open(const struct pins *pins, uint32_t max_regions)
{
	struct publish_bpf *publish;
	int result = object_loaded(&names, pins);

	if (result != -ENOENT)
		return result;
	publish = publish_bpf__open();
	if (!publish)
		return object_load_error(names.label, -errno);
	result = size_maps(publish, max_regions);
	result = result ?: share_counts(publish->obj, pins);
	result = result ?: object_share(publish->obj, pins);
	result = result ?: object_load(publish->skeleton, &names, pins);
	publish_bpf__destroy(publish);
	return result;
}

static int freeze(const char *dir, const char *name)
{
	scoped_fd int fd = pins_get(dir, name);

	if (fd < 0)
		return fd;
	if (bpf_map_freeze(fd))
		return log_error(-errno, "cannot freeze map %s: %s", name, strerror(errno));
	return 0;
}

int publish_freeze(const char *dir)
{
	static const char *const read_by_others[] = { "public_config", "region_state" };
	int err = 0;

	for (size_t i = 0; i < sizeof(read_by_others) / sizeof(*read_by_others) && !err; i++)
		err = freeze(dir, read_by_others[i]);
	return err;
}

/* Runs the program on a packet with what it is told; the packet's mark is `what`. */
static int run(int program, uint32_t what, const void *told, size_t size)
{
	unsigned char packet[ETH_HLEN + sizeof(struct publish_limits)] = {};
	struct __sk_buff context = { .mark = what };
	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = packet, .data_size_in = sizeof(packet),
		    .ctx_in = &context, .ctx_size_in = sizeof(context));
	int err;

	if (size)
		memcpy(packet + ETH_HLEN, told, size);
	err = bpf_prog_test_run_opts(program, &options);
	if (err)
		return log_error(err, "cannot run %s: %s", names.label, strerror(-err));
	return options.retval ? log_error(-EIO, "a map is missing for %s", names.label) : 0;
}

int publish_limits(int program, uint32_t region, const struct ecdn_xdp_limits *limits)
{
	const struct publish_limits told = { .region = region, .limits = *limits };

	return run(program, PUBLISH_LIMITS, &told, sizeof(told));
}

int publish_config(int program)
{
	return run(program, PUBLISH_CONFIG, NULL, 0);
}

int publish_gone(int program)
{
	return run(program, PUBLISH_GONE, NULL, 0);
}

int publish_retire(const char *dir)
{
	scoped_fd int program = -1;
	int err;

	if (!pins_has(dir, PUBLISH_PIN))
		return 0;
	/* What somebody has put there would not tell them. */
	err = pin_check_program(dir, PUBLISH_PIN);
	if (err)
		return err;
	program = pins_get(dir, PUBLISH_PIN);
	return program < 0 ? program : publish_gone(program);
}

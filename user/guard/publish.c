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
#include "kernel/object.h"
#include "publish_marks.h"
#include "publish.skel.h"

static const struct object_names names = {
	.label = "the program that publishes states",
	.pin = PUBLISH_PIN,
};

/* Maps that ABI 2 has, too. */
static const char *const shared[] = { "request_stats", NULL };

static int size_maps(struct publish_bpf *publish, uint32_t max_regions)
{
	int cpus = cpus_rows(), err;

	if (cpus < 0)
		return cpus;
	err = bpf_map__set_max_entries(publish->maps.request_stats, cpus * max_regions);
	return err ? log_error(err, "cannot size map request_stats") : 0;
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
	result = result ?: carry_share(publish->obj, pins, shared);
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

/* The maps are frozen before other users may open them. */
int publish_permit(const char *dir)
{
	static const char *const read_by_all[] = { "public_config", "region_state" };
	int err = 0;

	for (size_t i = 0; i < sizeof(read_by_all) / sizeof(*read_by_all) && !err; i++) {
		err = freeze(dir, read_by_all[i]);
		err = err ?: pins_permit(dir, read_by_all[i], 0666, -1);
	}
	return err;
}

int publish_group(const char *dir, gid_t group)
{
	return pins_permit(dir, "request_stats", 0660, group);
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

	if (!pins_has(dir, PUBLISH_PIN))
		return 0;
	program = pins_get(dir, PUBLISH_PIN);
	return program < 0 ? program : publish_gone(program);
}

// SPDX-License-Identifier: BSD-2-Clause
#include "cli/capture_blocks.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/utsname.h>

#include <linux/bpf.h>

#include "base/array.h"
#include "base/log.h"
#include "base/words.h"

const char *const capture_blocks_reasons[ECDN_XDP_DROP_MAX] = {
	[ECDN_XDP_DROP_BLOCKED] = "blocked",
	[ECDN_XDP_DROP_PREFIX_PPS] = "prefix_pps",
	[ECDN_XDP_DROP_ANSWER_CPS] = "answer_cps",
	[ECDN_XDP_DROP_VLAN_DEPTH] = "vlan_depth",
	[ECDN_XDP_DROP_NO_SOCKET] = "no_socket",
	[ECDN_XDP_DROP_TRUSTED_PPS] = "trusted_pps",
};

static int add(const struct capture_blocks *blocks, const struct pcapng_block *block)
{
	return capture_file_add(blocks->file, block->at, block->size);
}

int capture_blocks_begin(struct capture_blocks *blocks, struct capture_file *file,
			 uint32_t snap_bytes)
{
	struct pcapng_block block;
	struct utsname host;
	char os[PCAPNG_TEXT_MAX];

	*blocks = (struct capture_blocks){
		.file = file,
		.moment = clock_now(),
		.snap_bytes = snap_bytes,
	};
	blocks->start_ns = blocks->moment.epoch_ns + blocks->moment.now_ns;
	snprintf(os, sizeof(os), "Linux %s", uname(&host) ? "" : host.release);
	pcapng_section(&block, os, "ecdn-xdp " ECDN_XDP_VERSION);
	return add(blocks, &block);
}

int capture_blocks_interface(struct capture_blocks *blocks, uint32_t ifindex, const char *name)
{
	const struct pcapng_counts counts = {
		.interface = blocks->counted,
		.start_ns = blocks->start_ns,
	};
	struct pcapng_block block;

	if (array_append(blocks->counts, blocks->counted, &counts) ||
	    array_append(blocks->ifindex, blocks->interfaces, &ifindex))
		return log_error(-ENOMEM, "out of memory for interfaces");
	pcapng_interface(&block, name, blocks->snap_bytes);
	return add(blocks, &block);
}

/* The number of the packet's interface in the file. One that has got the guard since the capture
 * began is taken for one of this network namespace. */
static int find_interface(struct capture_blocks *blocks, uint32_t ifindex)
{
	char name[IF_NAMESIZE];
	int err;

	for (size_t i = 0; i < blocks->interfaces; i++)
		if (blocks->ifindex[i] == ifindex)
			return i;
	if (!if_indextoname(ifindex, name))
		snprintf(name, sizeof(name), "if%u", ifindex);
	err = capture_blocks_interface(blocks, ifindex, name);
	return err ?: (int)blocks->interfaces - 1;
}

static void write_comment(const struct capture_feed_packet *from, char comment[PCAPNG_TEXT_MAX])
{
	snprintf(comment, PCAPNG_TEXT_MAX, "region=%s reason=%s sample=1/%lu%s", from->region,
		 words_name(capture_blocks_reasons, ECDN_XDP_DROP_MAX, from->about->reason),
		 from->stands_for, from->about->monitor ? " would_drop" : "");
}

int capture_blocks_add(struct capture_blocks *blocks, const struct capture_feed_packet *packet)
{
	const struct ecdn_xdp_captured *about = packet->about;
	int interface = find_interface(blocks, about->ifindex);
	char comment[PCAPNG_TEXT_MAX];
	struct pcapng_block block;
	const struct pcapng_packet data = {
		.interface = interface,
		.time_ns = blocks->moment.epoch_ns + about->time_ns,
		.data = packet->data,
		.size = about->snap_bytes,
		.length = about->bytes,
		.comment = comment,
		.skipped = packet->stands_for - 1,
		.queue = about->queue,
		.xdp_action = about->monitor ? XDP_PASS : XDP_DROP,
	};

	if (interface < 0)
		return interface;
	write_comment(packet, comment);
	pcapng_packet(&block, &data);
	blocks->counts[interface].matched += packet->stands_for;
	blocks->counts[interface].skipped += packet->stands_for - 1;
	blocks->counts[interface].written++;
	blocks->written++;
	return add(blocks, &block);
}

int capture_blocks_end(struct capture_blocks *blocks)
{
	struct clock_moment now = clock_now();
	int err = 0;

	for (size_t i = 0; i < blocks->counted && !err; i++) {
		struct pcapng_block block;

		blocks->counts[i].end_ns = now.epoch_ns + now.now_ns;
		pcapng_counts(&block, &blocks->counts[i]);
		err = add(blocks, &block);
	}
	return err;
}

void capture_blocks_free(struct capture_blocks *blocks)
{
	free(blocks->counts);
	free(blocks->ifindex);
	*blocks = (struct capture_blocks){};
}

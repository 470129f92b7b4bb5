// SPDX-License-Identifier: BSD-2-Clause
/*
 * The trusted table as the kernel walks it: everybody is blocked, and who passes is
 * in one of the prefixes, by looking at every one.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/bpf.h>

#include "fixtures.h"
#include "harness.h"

#define LAST (~(addr_bits)0)
#define REGION 1
#define ROUNDS 12
#define ROWS 150

struct walk {
	struct guard guard;
	struct frame v4, v6;
	uint64_t passed, dropped;
};

static addr_bits mask_of(int length)
{
	return length == 128 ? LAST : ~(LAST >> length);
}

static addr_bits random_bits(void)
{
	addr_bits bits = 0;

	for (int i = 0; i < 16; i++)
		bits = bits << 8 | (uint8_t)(rand() >> 8);
	return bits;
}

/* Prefixes that often share their first bits with the one before. */
static void random_node(struct trust_node *node)
{
	static addr_bits near;
	int keep = rand() % 129;
	bool v4 = rand() % 3 == 0;
	addr_bits bits = random_bits();

	memset(node, 0, sizeof(*node));
	if (rand() % 4)
		bits = (near & mask_of(keep)) | (bits & ~mask_of(keep));
	near = bits;
	node->cidr.addr.family = v4 ? AF_INET : AF_INET6;
	node->cidr.length = rand() % 4 ? 8 + rand() % (v4 ? 25 : 121) : v4 ? 32 : 128;
	node->cidr.addr.bits = bits & mask_of(node->cidr.length);
}

static int fill(struct trust_list *list)
{
	int err = 0;

	for (int i = 0; i < ROWS && !err; i++) {
		struct trust_node node;

		random_node(&node);
		err = i % 2 ? trust_list_add_nodes(list, &node, 1, 0) :
			      trust_list_allow(list, &node.cidr, 1, 0);
	}
	return err;
}

static bool is_trusted(const struct trust_list *list, const struct address *address)
{
	struct cidr cidr;

	for (size_t i = 0; i < list->count; i++) {
		trust_list_cidr(&list->row[i], &cidr);
		if (cidr.addr.family == address->family && address->bits >= cidr.addr.bits &&
		    address->bits <= cidr_last(&cidr))
			return true;
	}
	return false;
}

/* Sends a packet; why tells if it does not meet the fate it should. */
static void check_address(struct walk *walk, const struct address *address, char why[200])
{
	bool v4 = address->family == AF_INET, passes;
	struct frame *frame = v4 ? &walk->v4 : &walk->v6;
	char text[ADDRESS_TEXT_SIZE];
	uint8_t bytes[16];

	address_to_bytes(address, bytes);
	memcpy(frame->data + frame->ip + (v4 ? 12 : 8), bytes, v4 ? 4 : 16);
	passes = guard_run(&walk->guard, frame->data, frame->length) != XDP_DROP;
	*(passes ? &walk->passed : &walk->dropped) += 1;
	if (passes != is_trusted(&walk->guard.trusted, address))
		snprintf(why, 200, "%s is %s", address_format(address, text),
			 passes ? "passed" : "dropped");
}

/* A prefix's first and last address, and those beside them. */
static void check_row(struct walk *walk, const struct ecdn_xdp_trusted_row *row, char why[200])
{
	addr_bits step = row->family == 4 ? (addr_bits)1 << 96 : 1;
	struct address at;
	struct cidr cidr;

	trust_list_cidr(row, &cidr);
	at.family = cidr.addr.family;
	for (int i = 0; i < 4 && !*why; i++) {
		at.bits = i < 2 ? cidr.addr.bits : cidr_last(&cidr) & ~(step - 1);
		at.bits += i == 1 ? -step : i == 3 ? step : 0;
		check_address(walk, &at, why);
	}
}

static void check_round(struct walk *walk, int round)
{
	const struct trust_list *list = &walk->guard.trusted;
	char name[100], why[200] = "";

	trust_list_free(&walk->guard.trusted);
	if (fill(&walk->guard.trusted))
		strcpy(why, "out of memory");
	walk->guard.trust_changed = true;
	guard_configure(&walk->guard);
	for (size_t i = 0; i < list->count && !*why; i++)
		check_row(walk, &list->row[i], why);
	for (int i = 0; i < 500 && !*why; i++) {
		struct trust_node node;

		random_node(&node);
		check_address(walk, &node.cidr.addr, why);
	}
	snprintf(name, sizeof(name), "trusted prefixes, list %d", round);
	report(name, why);
}

static void open_walk(struct walk *walk)
{
	const struct ecdn_xdp_limits blocked = { .blocked = 1 };
	struct range_set regions = {};

	memset(walk, 0, sizeof(*walk));
	set_region(&regions, "0.0.0.0/0", REGION);
	set_region(&regions, "::/0", REGION);
	guard_open(&walk->guard);
	guard_set_regions(&walk->guard, &regions);
	guard_set_limits(&walk->guard, REGION, &blocked);
	range_set_free(&regions);
	fixture_build(fixture_named("IPv4 UDP to 443, empty"), &walk->v4);
	fixture_build(fixture_named("IPv6 UDP to 443"), &walk->v6);
}

int main(void)
{
	static struct walk walk;

	srand(7);
	open_walk(&walk);
	for (int round = 1; round <= ROUNDS; round++)
		check_round(&walk, round);
	report("some pass and some are dropped", walk.passed > 1000 && walk.dropped > 1000 ? "" :
	       "hardly any of one kind");
	guard_close(&walk.guard);
	return report_end();
}

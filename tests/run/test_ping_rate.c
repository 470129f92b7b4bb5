// SPDX-License-Identifier: BSD-2-Clause
/*
 * How many requests of a node pass, by the time that its bucket is spent up to. What
 * passes is exact but for what the test itself takes, so that is measured.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <linux/pkt_cls.h>

#include "harness.h"
#include "ping_world.h"
#include "steer_fixture.h"

#define NS_PER_SECOND 1000000000ULL
#define NS_PER_MS 1000000ULL
/* Fills any bucket here. */
#define LONG_NS (3600 * NS_PER_SECOND)
/* More than a jiffy of any kernel. */
#define NEXT_JIFFY_US 30000

static const struct ping_fixture requests[] = {
	{ "IPv4", 4, .payload = 56 },
	{ "IPv6", 6, .payload = 57 },
};

struct sender {
	struct ping_world ping;
	struct ping_frame frame;
	uint32_t node;
};

static void start(struct sender *sender, int family, uint32_t mode, uint64_t rate, uint64_t burst)
{
	ping_configure(&sender->ping, mode, false, rate, burst);
	ping_build(&requests[family == 6], true, &sender->frame);
	sender->node = family == 4 ? sender->ping.node_v4 : sender->ping.node_v6;
}

/* How many of them pass. */
static uint64_t send_some(const struct sender *sender, unsigned int count)
{
	struct ping_outcome outcome;
	uint64_t passed = 0;

	while (count--) {
		ping_run(&sender->ping, sender->frame.data, sender->frame.length, &outcome);
		passed += outcome.action != TC_ACT_SHOT;
	}
	return passed;
}

static void judge(const char *name, uint64_t passed, uint64_t least, uint64_t most)
{
	char why[200] = "";

	if (passed < least || passed > most)
		snprintf(why, sizeof(why), "%llu passed, not %llu to %llu",
			 (unsigned long long)passed, (unsigned long long)least,
			 (unsigned long long)most);
	report(name, why);
}

/* saved_ns: what the bucket has saved up before; more than it holds is none the better. */
static void check_saved(struct sender *sender, const char *name, uint64_t saved_ns,
			uint64_t saved)
{
	uint64_t rate = sender->ping.config.rate, began, passed;

	usleep(NEXT_JIFFY_US);
	began = now_ns();
	ping_spend(&sender->ping, sender->node, began - saved_ns);
	passed = send_some(sender, 2 * saved + 100);
	judge(name, passed, saved, saved + (now_ns() - began) * rate / NS_PER_SECOND + 1);
}

/* Has all of its burst, however short ago the clock began. */
static void check_new(struct sender *sender)
{
	uint64_t began = now_ns(), passed;

	start(sender, 6, ECDN_XDP_PING_ANSWER, 1, 500);
	passed = send_some(sender, 600);
	judge("a node that is new", passed, 500, 501 + (now_ns() - began) / NS_PER_SECOND);
}

static void check_bursts(struct sender *sender)
{
	start(sender, 4, ECDN_XDP_PING_ANSWER, 100, 200);
	check_saved(sender, "a burst", 60 * NS_PER_SECOND, 200);
	check_saved(sender, "a second after a burst", NS_PER_SECOND, 100);
	check_saved(sender, "half a second after a burst", NS_PER_SECOND / 2, 50);
	check_saved(sender, "nothing saved up", 0, 0);
	start(sender, 6, ECDN_XDP_PING_PASS, 1000, 50);
	check_saved(sender, "a burst that passes", NS_PER_SECOND, 50);
	start(sender, 6, ECDN_XDP_PING_ANSWER, 3, 1);
	check_saved(sender, "one at a time", NS_PER_SECOND, 1);
}

/*
 * A flood that does not end gets the rate. What the last jiffy's refusal left in the
 * bucket is fetched in the end, so that nothing is lost to it.
 */
static void check_flood(struct sender *sender)
{
	uint64_t rate = 1000, began, fetched, passed = 0;

	start(sender, 4, ECDN_XDP_PING_ANSWER, rate, 10000);
	usleep(NEXT_JIFFY_US);
	began = now_ns();
	ping_spend(&sender->ping, sender->node, began);
	while (now_ns() - began < 300 * NS_PER_MS)
		passed += send_some(sender, 16);
	usleep(NEXT_JIFFY_US);
	fetched = now_ns();
	passed += send_some(sender, 10000);
	judge("a flood", passed, (fetched - began) * rate / NS_PER_SECOND,
	      (now_ns() - began) * rate / NS_PER_SECOND);
}

/* What a bucket of little depth gains within a jiffy would be lost to such a memory. */
static void check_memory(struct sender *sender)
{
	uint64_t passed;

	start(sender, 4, ECDN_XDP_PING_ANSWER, 1000, 5);
	usleep(NEXT_JIFFY_US);
	ping_spend(&sender->ping, sender->node, now_ns() + NS_PER_SECOND);
	passed = send_some(sender, 100);
	ping_spend(&sender->ping, sender->node, now_ns() - LONG_NS);
	passed += send_some(sender, 5);
	judge("a refusal is not remembered", passed, 5, 5);
}

static void check_off(struct sender *sender)
{
	start(sender, 4, ECDN_XDP_PING_ANSWER, 100, 20);
	ping_spend(&sender->ping, sender->node, now_ns() + NS_PER_SECOND);
	ping_switch(&sender->ping, true);
	judge("switched off, nothing above the rate is dropped", send_some(sender, 100), 100, 100);
	ping_switch(&sender->ping, false);
	usleep(NEXT_JIFFY_US);
	ping_spend(&sender->ping, sender->node, now_ns() + NS_PER_SECOND);
	judge("and on again all of it is", send_some(sender, 100), 0, 0);
}

static void check_no_limit(struct sender *sender)
{
	start(sender, 4, ECDN_XDP_PING_ANSWER, 0, 1);
	ping_spend(&sender->ping, sender->node, now_ns() + NS_PER_SECOND);
	judge("no limit", send_some(sender, 1000), 1000, 1000);
}

static void check_sums(struct sender *sender, int family)
{
	struct ecdn_xdp_node_stats was, is;
	char name[100], why[200] = "";
	uint64_t passed, refused;

	start(sender, family, ECDN_XDP_PING_ANSWER, 100, 20);
	usleep(NEXT_JIFFY_US);
	ping_spend(&sender->ping, sender->node, now_ns() - LONG_NS);
	ping_node(&sender->ping, sender->node, &was);
	passed = send_some(sender, 500);
	ping_node(&sender->ping, sender->node, &is);

	refused = 500 - passed;
	if (!refused || is.requests - was.requests != 500 ||
	    is.answered - was.answered != passed || is.over_rate - was.over_rate != refused ||
	    is.bytes - was.bytes != 500ULL * sender->frame.length)
		snprintf(why, sizeof(why), "of 500 requests %llu, answered %llu, over %llu",
			 (unsigned long long)(is.requests - was.requests),
			 (unsigned long long)(is.answered - was.answered),
			 (unsigned long long)(is.over_rate - was.over_rate));
	else if (!is.denied)
		snprintf(why, sizeof(why), "the bucket is asked for every packet");
	snprintf(name, sizeof(name), "what a flood adds up to: IPv%d", family);
	report(name, why);
}

/* One node's flood takes nothing from the other. */
static void check_apart(struct sender *sender)
{
	start(sender, 4, ECDN_XDP_PING_ANSWER, 1, 10);
	send_some(sender, 100);
	start(sender, 6, ECDN_XDP_PING_ANSWER, 1, 10);
	usleep(NEXT_JIFFY_US);
	ping_spend(&sender->ping, sender->node, now_ns() - LONG_NS);
	judge("another node's burst", send_some(sender, 10), 10, 10);
}

int main(void)
{
	struct sender sender;

	/* What a jiffy's refusal keeps is a CPU's own. */
	must(pin_to_cpu(nth_cpu(0)), "stay on a CPU");
	ping_open(&sender.ping, 0);
	check_new(&sender);
	check_bursts(&sender);
	check_flood(&sender);
	check_memory(&sender);
	check_off(&sender);
	check_no_limit(&sender);
	check_sums(&sender, 4);
	check_sums(&sender, 6);
	check_apart(&sender);
	ping_close(&sender.ping);
	return report_end();
}

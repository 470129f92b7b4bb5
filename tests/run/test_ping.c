// SPDX-License-Identifier: BSD-2-Clause
/*
 * Every fixture through `ping`, from a node and from a stranger, under each of its
 * modes: the action, the frame, the mark, and every counter by what it grew.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/pkt_cls.h>

#include "harness.h"
#include "ping_world.h"
#include "steer_fixture.h"

#define LEFT ((uint32_t)TC_ACT_UNSPEC)

/* What must become of a frame. */
struct verdict {
	uint32_t action;
	uint32_t mark;
	int event;              /* -1: none */
	bool served;            /* counted as a node's request and answered */
};

static struct verdict verdict_of(const struct ping_fixture *fixture, bool node,
				 const struct ecdn_xdp_ping_config *config)
{
	const struct verdict left = { LEFT, PING_MARK_BEFORE, -1, false };
	struct verdict verdict = left;

	if (fixture->expect == PING_LEFT)
		return left;
	if (fixture->expect == PING_EVENT || (fixture->expect == PING_NODE_EVENT && node)) {
		verdict.event = fixture->event;
	} else if (fixture->expect == PING_GIVE_UP && node &&
		   config->mode == ECDN_XDP_PING_ANSWER) {
		verdict.event = PING_EVENT_OF(give_up);
	} else if (node) {
		verdict.served = true;
		if (config->mode == ECDN_XDP_PING_ANSWER)
			verdict.action = TC_ACT_REDIRECT;
		else
			verdict.mark |= ECDN_XDP_PING_MARK;
	} else if (config->only_nodes) {
		verdict.action = TC_ACT_SHOT;
		verdict.event = PING_EVENT_OF(stranger_dropped);
	} else {
		verdict.event = PING_EVENT_OF(stranger);
	}
	return verdict;
}

/* 0, or what is wrong with the counters. */
static const char *counters_flaw(const struct ping_counters *was, const struct ping_counters *is,
				 const struct verdict *verdict, uint32_t bytes)
{
	for (size_t i = 0; i < PING_EVENTS; i++)
		if (is->events[i] - was->events[i] != ((int)i == verdict->event))
			return "an event was or was not counted";
	if (is->node.requests - was->node.requests != verdict->served ||
	    is->node.answered - was->node.answered != verdict->served ||
	    is->node.bytes - was->node.bytes != verdict->served * bytes ||
	    is->node.over_rate != was->node.over_rate)
		return "the node's counters are wrong";
	if (verdict->served && is->node.last_seen_ns < was->node.last_seen_ns)
		return "the node was not seen";
	if (was->node.first_seen_ns && is->node.first_seen_ns != was->node.first_seen_ns)
		return "the node was seen for the first time again";
	return NULL;
}

static const char *outcome_flaw(const struct ping_frame *frame, const struct ping_outcome *outcome,
				const struct verdict *verdict)
{
	if (outcome->action != verdict->action)
		return "the action is another";
	if (outcome->mark != verdict->mark)
		return "the mark is another";
	if (outcome->length != frame->length)
		return "the length has changed";
	if (verdict->action == TC_ACT_REDIRECT)
		return ping_reply_flaw(frame, outcome->data, PING_TTL, PING_HOP_LIMIT);
	return memcmp(outcome->data, frame->data, frame->length) ? "the frame has changed" : NULL;
}

/* linear as of ping_try(). *flaw: 0, or what is wrong; an error if it cannot be run. */
static int try_frame(const struct ping_world *ping, const struct ping_frame *frame,
		     const struct verdict *verdict, uint32_t linear, const char **flaw)
{
	struct ping_counters was, is;
	struct ping_outcome outcome;
	int err;

	ping_counters(ping, frame->family, &was);
	err = ping_try(ping, frame->data, frame->length, linear, &outcome);
	ping_counters(ping, frame->family, &is);
	*flaw = NULL;
	if (err)
		return err;
	*flaw = outcome_flaw(frame, &outcome, verdict) ?:
		counters_flaw(&was, &is, verdict, frame->length);
	return 0;
}

static const char *check_frame(const struct ping_world *ping, const struct ping_frame *frame,
			       const struct verdict *verdict)
{
	const char *flaw;

	must(!try_frame(ping, frame, verdict, 0, &flaw), "test-run ping");
	return flaw;
}

static void check_fixtures(struct ping_world *ping, const char *setting)
{
	struct ping_frame frame;
	char name[200];

	for (size_t i = 0; i < ping_fixtures_count; i++) {
		for (int node = 0; node < 2; node++) {
			struct verdict verdict = verdict_of(&ping_fixtures[i], node,
							    &ping->config);

			ping_build(&ping_fixtures[i], node, &frame);
			snprintf(name, sizeof(name), "%s: %s, from a %s", setting,
				 ping_fixtures[i].name, node ? "node" : "stranger");
			report(name, check_frame(ping, &frame, &verdict) ?: "");
		}
	}
}

static const struct ping_fixture plain[] = {
	{ "IPv4", 4, .payload = 40 },
	{ "IPv6", 6, .payload = 40 },
};

/* Newer kernels run no frame without a whole IP header. */
static const char *check_cut_at(const struct ping_world *ping, const struct ping_frame *frame)
{
	struct verdict verdict = { LEFT, PING_MARK_BEFORE, -1, false };
	const char *flaw;
	int err;

	if (frame->length >= frame->icmp)
		verdict.event = PING_EVENT_OF(truncated);
	err = try_frame(ping, frame, &verdict, 0, &flaw);
	must(!err || (err == -EINVAL && frame->length < frame->icmp), "test-run ping");
	return flaw;
}

/* Cut anywhere: a request is only what is whole. */
static void check_cut(const struct ping_world *ping)
{
	for (int i = 0; i < 2; i++) {
		const char *flaw = NULL;
		struct ping_frame frame;
		char name[100], why[200] = "";

		ping_build(&plain[i], true, &frame);
		while (!flaw && --frame.length > 14) {
			flaw = check_cut_at(ping, &frame);
			if (flaw)
				snprintf(why, sizeof(why), "to %u bytes: %s", frame.length, flaw);
		}
		snprintf(name, sizeof(name), "cut anywhere: %s", plain[i].name);
		report(name, why);
	}
}

/* Every payload up to the MTU, from a random place on so that every run sees others. */
static void check_sizes(const struct ping_world *ping)
{
	for (int i = 0; i < 2; i++) {
		struct ping_fixture fixture = plain[i];
		struct verdict verdict = verdict_of(&fixture, true, &ping->config);
		const char *flaw = NULL;
		struct ping_frame frame;
		char name[100], why[200] = "";

		for (uint16_t size = 0; !flaw && size <= 1472; size += 1 + random() % 5) {
			fixture.payload = size;
			fixture.tags = random() % 3;
			ping_build(&fixture, true, &frame);
			flaw = check_frame(ping, &frame, &verdict);
			if (flaw)
				snprintf(why, sizeof(why), "%u bytes: %s", size, flaw);
		}
		snprintf(name, sizeof(name), "all sizes: %s", plain[i].name);
		report(name, why);
	}
}

/* Headers outside of the linear part, as drivers may leave them; behind a tag the kernel
 * that runs the test does not care where they are. */
static void check_split(const struct ping_world *ping, struct ping_fixture fixture)
{
	char name[100], why[200] = "";
	struct verdict verdict = verdict_of(&fixture, true, &ping->config);
	struct ping_frame frame;
	bool ran = false;

	ping_build(&fixture, true, &frame);
	for (uint32_t linear = 14; !*why && linear < frame.length; linear++) {
		const char *flaw = NULL;

		ran |= !try_frame(ping, &frame, &verdict, linear, &flaw);
		if (flaw)
			snprintf(why, sizeof(why), "%u linear bytes: %s", linear, flaw);
	}
	snprintf(name, sizeof(name), "in two parts: %s%s", fixture.name,
		 fixture.tags ? ", a tag" : "");
	if (ran)
		report(name, why);
	else
		skip(name, "the kernel runs no such packets");
}

static void check_splits(const struct ping_world *ping)
{
	for (int i = 0; i < 2; i++) {
		struct ping_fixture tagged = plain[i];

		tagged.tags = 1;
		check_split(ping, plain[i]);
		check_split(ping, tagged);
	}
}

/* Whoever sends cannot make a frame much dearer than a plain request. */
static void check_costs(const struct ping_world *ping)
{
	struct ping_frame frame;
	uint32_t cost, most;

	ping_build(&plain[0], false, &frame);
	most = 4 * ping_cost(ping, frame.data, frame.length);
	for (size_t i = 0; i < ping_fixtures_count; i++) {
		char name[200], why[200] = "";

		ping_build(&ping_fixtures[i], false, &frame);
		cost = ping_cost(ping, frame.data, frame.length);
		if (cost > most)
			snprintf(why, sizeof(why), "%u ns, a plain one %u", cost, most / 4);
		snprintf(name, sizeof(name), "cost: %s", ping_fixtures[i].name);
		report(name, why);
	}
}

/* Room for one node's counters: the next one is left to the stack. */
static void check_no_room(void)
{
	const struct verdict first = { TC_ACT_REDIRECT, PING_MARK_BEFORE, -1, true };
	const struct verdict second = { LEFT, PING_MARK_BEFORE, PING_EVENT_OF(give_up), false };
	struct ping_frame frame;
	struct ping_world ping;
	const char *flaw;

	ping_open(&ping, 1);
	ping_configure(&ping, ECDN_XDP_PING_ANSWER, false, 0, 1);
	ping_build(&plain[0], true, &frame);
	flaw = check_frame(&ping, &frame, &first);
	ping_build(&plain[1], true, &frame);
	report("no room for a node's row", flaw ?: check_frame(&ping, &frame, &second) ?: "");
	ping_close(&ping);
}

int main(void)
{
	struct ping_world ping;

	srandom(now_ns());
	ping_open(&ping, 0);
	ping_configure(&ping, ECDN_XDP_PING_ANSWER, false, 0, 1);
	check_fixtures(&ping, "answer");
	check_cut(&ping);
	check_sizes(&ping);
	check_splits(&ping);
	check_costs(&ping);
	ping_configure(&ping, ECDN_XDP_PING_ANSWER, true, 0, 1);
	check_fixtures(&ping, "answer only nodes");
	/* Off, it is as if only_nodes were not set. */
	ping_switch(&ping, true);
	ping.config.only_nodes = false;
	check_fixtures(&ping, "answer only nodes, switched off");
	ping_switch(&ping, false);
	ping_configure(&ping, ECDN_XDP_PING_PASS, false, 0, 1);
	check_fixtures(&ping, "pass");
	ping_configure(&ping, ECDN_XDP_PING_PASS, true, 0, 1);
	check_fixtures(&ping, "pass only nodes");
	ping_close(&ping);
	check_no_room();
	return report_end();
}

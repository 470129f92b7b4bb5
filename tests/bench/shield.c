// SPDX-License-Identifier: BSD-2-Clause
/*
 * shield.c - a flood of forged packets in a region's name, and real clients of that region: what
 * they get from a real web server meanwhile, and what a forged packet costs. Three edges that are
 * alike take turns: with the shield, with the guard alone, and without the guard.
 *
 * The flood is made and received by this thread, so that its CPU time is all that a packet costs
 * the host. What making it costs, and dropping it at once, is deducted.
 */
#include "shield.h"

#include <arpa/inet.h>
#include <sched.h>
#include <stdio.h>
#include <time.h>

#include "asking.h"

#define REGION "10.32.0.0"
#define REGION_HOSTS 0x000fffff
#define CLIENTS "10.47.0.0"     /* a /24 for each flood */
#define CLIENTS_FIRST "10.47.0.1"
#define SERVER "192.0.2.1"

#define PAUSE_NS 200000
#define ALONE_SECONDS 0.5       /* of a flood without clients */
#define SLICE_SECONDS 0.1       /* of a flood that takes turns */
#define SECTION "a flood in a region's name, and real clients of the region"

enum { ON, OFF, NONE, DROP, LABS };

static const char *const lab_name[] = { "on", "off", "none", "drop" };

struct result {
	struct answers answers[ASKERS];
	double cpu_ns, none_ns; /* of a packet, net; none_ns: without the guard */
	double dropped;         /* share of the flood */
	const char *state;
};

static struct lab lab[LABS];

/* --- floods */

static const struct flood_kind syn = { "SYN", true, true }, ack = { "ACK", true, false },
			       udp = { "UDP", false, false };

static void aim(struct lab *at, const struct flood *flood, unsigned int number)
{
	uint32_t network_be = inet_addr(REGION), hosts_be = htonl(REGION_HOSTS);

	if (flood->near) {
		network_be = inet_addr(CLIENTS) | htonl(number << 8 | 128);
		hosts_be = htonl(127);
	}
	forge_aim(&at->forge, flood->kind, inet_addr(SERVER), network_be, hosts_be);
}

/* Returns the CPU time of a packet. Between two parts of the flood clients ask, if there are
 * any. */
static double send_for(struct lab *at, unsigned int rate, double seconds, struct asking *asking)
{
	double start_ms = wall_ms(), now_ms, sum_ns = 0;
	uint64_t sent = 0, due;

	while ((now_ms = wall_ms()) < start_ms + 1000 * seconds) {
		due = rate * (now_ms - start_ms) / 1000;
		if (due > sent)
			sum_ns += forge_send(&at->forge, due - sent);
		sent = due > sent ? due : sent;
		if (asking)
			asking_step(asking);
		/* Meanwhile the kernel's threads have the CPU, as packets may be left to them. */
		nanosleep(&(struct timespec){ .tv_nsec = PAUSE_NS }, NULL);
	}
	at->sent += sent;
	return sent ? sum_ns / sent : 0;
}

/* Median of the flood's slices, so that what disturbs one of them does not count. */
static double send_flood(struct lab *at, const struct flood *flood, double seconds,
			 struct asking *asking)
{
	struct samples samples = {};

	lab_enter(at);
	for (unsigned int i = 0; i < ROUNDS; i++)
		samples_add(&samples, send_for(at, flood->rate, seconds / ROUNDS, asking));
	while (asking && asking_step(asking))
		send_for(at, flood->rate, 0.01, asking);
	return samples_median(&samples);
}

/* --- a flood with clients */

static void measure_clients(struct lab *at, const struct flood *flood, unsigned int number,
			    struct result *result)
{
	uint64_t dropped, sent = at->sent;
	struct asking *asking;

	lab_enter(at);
	aim(at, flood, number);
	asking = asking_begin(inet_addr(CLIENTS) | htonl(number << 8), inet_addr(SERVER));
	if (flood->shield_cps)
		lab_limit(at, "--shield-cps 50k");
	dropped = lab_dropped(at);
	result->cpu_ns = send_flood(at, flood, ASKING_COUNT * ASKING_PERIOD_MS / 1000, asking);
	result->state = lab_state(at);
	asking_end(asking, result->answers);
	result->dropped = (double)(lab_dropped(at) - dropped) / (at->sent - sent);
}

static void measure_alone(struct lab *at, const struct flood *flood, unsigned int number,
			  double *ns)
{
	aim(at, flood, number);
	*ns = send_flood(at, flood, ALONE_SECONDS, NULL);
}

static double at_share(const struct answers *answers, double share)
{
	return answers->count ? answers->ms[(unsigned int)((answers->count - 1) * share + 0.5)] : 0;
}

static void print_head(void)
{
	printf("%s\t%-42s %-20s %-20s %5s %6s %15s\t\t\t\t\t\t\n", SECTION, "",
	       "connected before", "first time", "kept", "", "CPU ns a packet");
	printf("%s\t%-4s %5s %-7s %-6s %-8s %6s  %3s %3s %3s %4s %4s  %3s %3s %3s %4s %4s  %4s "
	       "%7s %6s\t\t\t\t\t\t\n", SECTION, "", "/s", "from", "shield", "state", "dropped",
	       "200", "513", "no", "p50", "p99", "200", "513", "no", "p50", "p99", "max", "guard",
	       "none");
}

static void print_askers(const struct answers *answers)
{
	printf("  %3u %3u %3u %4.1f %4.0f", answers->ok, answers->refused, answers->failed,
	       at_share(answers, 0.5), at_share(answers, 0.99));
}

static void print_result(const struct flood *flood, unsigned int of, const struct result *result)
{
	printf("%s\t%-4s %4uk %-7s %-6s %-8s %5.1f%%", SECTION, flood->kind->name,
	       flood->rate / 1000, flood->near ? "own /24" : "region",
	       flood->shield_cps ? "on, *" : lab_name[of], result->state,
	       100 * result->dropped);
	print_askers(&result->answers[ASKER_BEFORE]);
	print_askers(&result->answers[ASKER_FIRST]);
	printf("  %4.0f %7.0f %6.0f\t\t\t\t\t\t\n", at_share(&result->answers[ASKER_KEPT], 1),
	       result->cpu_ns, result->none_ns);
	fflush(stdout);
}

static double share_ok(const struct answers *answers)
{
	return (double)answers->ok / (answers->ok + answers->refused + answers->failed);
}

struct worst {
	double before, first, kept_ms;
};

static void keep_worst(struct worst *worst, const struct flood *flood,
		       const struct result *result)
{
	double before = share_ok(&result->answers[ASKER_BEFORE]);
	double first = share_ok(&result->answers[ASKER_FIRST]);
	double kept_ms = at_share(&result->answers[ASKER_KEPT], 1);

	worst->before = before < worst->before ? before : worst->before;
	worst->kept_ms = kept_ms > worst->kept_ms ? kept_ms : worst->kept_ms;
	if (!flood->near && !flood->shield_cps)
		worst->first = first < worst->first ? first : worst->first;
	if (flood->shield_cps)
		row(SECTION, "* first time, shield_cps half of the flood", "200", 100 * first, "%",
		    first * flood->rate / flood->shield_cps, "its share", "");
}

static void measure_flood(const struct flood *flood, unsigned int number, struct worst *worst)
{
	struct result result[2] = {};
	double none_ns, drop_ns;

	measure_alone(&lab[DROP], flood, number, &drop_ns);
	measure_alone(&lab[NONE], flood, number, &none_ns);
	for (unsigned int of = ON; of <= OFF; of++) {
		if (of == OFF && flood->shield_cps)
			continue;
		measure_clients(&lab[of], flood, number, &result[of]);
		result[of].cpu_ns -= drop_ns;
		result[of].none_ns = none_ns - drop_ns;
		print_result(flood, of, &result[of]);
	}
	keep_worst(worst, flood, &result[ON]);
}

static void bench_answers(void)
{
	static const struct flood flood[] = {
		{ &syn, 5000, false, 0 }, { &syn, 50000, false, 0 }, { &syn, 100000, false, 0 },
		{ &syn, 5000, true, 0 }, { &syn, 50000, true, 0 }, { &syn, 100000, true, 0 },
		{ &ack, 100000, false, 0 }, { &ack, 100000, true, 0 },
		{ &udp, 100000, false, 0 }, { &udp, 100000, true, 0 },
		{ &syn, 100000, false, 50000 },
	};
	struct worst worst = { 1, 1, 0 };
	uint64_t steered = lab_steered(&lab[ON]);

	print_head();
	for (unsigned int i = 0; i < sizeof(flood) / sizeof(*flood); i++)
		measure_flood(&flood[i], i, &worst);
	lab_limit(&lab[ON], "--shield-cps 200k");
	row(SECTION, "shield on, connected before, the worst flood", "200", 100 * worst.before, "%",
	    worst.before, "all", ">=1");
	row(SECTION, "shield on, first time, region, below shield_cps", "200", 100 * worst.first,
	    "%", worst.first, "all", ">=1");
	row(SECTION, "shield on, a kept connection, longest wait", "", worst.kept_ms, "ms",
	    worst.kept_ms / 100, "100 ms", "<=1");
	steered = lab_steered(&lab[ON]) - steered;
	row(SECTION, "shield on, packets that steer took", "", steered, "", steered + 1.0,
	    "none, and one", "<=1");
}

/* --- CPU time alone, in turns */

/* Net of what a round's empty XDP_DROP took. */
static void measure_turns(const struct flood *flood, unsigned int number,
			  struct samples samples[LABS])
{
	double ns[LABS];

	for (unsigned int of = 0; of < LABS; of++)
		aim(&lab[of], flood, number);
	/* The first turn begins a surge, and takes the caches. */
	for (unsigned int round = 0; round <= ROUNDS; round++) {
		for (unsigned int of = 0; of < LABS; of++) {
			lab_enter(&lab[of]);
			ns[of] = send_for(&lab[of], flood->rate, SLICE_SECONDS, NULL);
		}
		for (unsigned int of = 0; of < LABS && round; of++)
			samples_add(&samples[of], ns[of] - ns[DROP]);
	}
}

/* Median of the rounds' ratios, as the machine's pace changes between rounds. */
static double ratio(const struct samples *of, const struct samples *to)
{
	struct samples ratios = {};

	for (unsigned int round = 0; round < ROUNDS; round++)
		samples_add(&ratios, of->value[round] / to->value[round]);
	return samples_median(&ratios);
}

static void bench_cpu(void)
{
	static const struct {
		struct flood flood;
		const char *name;
		unsigned int to;        /* of what the guard with the shield is a part */
		const char *aim;
	} step[] = {
		{ { &syn, 100000, false, 0 }, "SYN, region: passes", NONE, "<=1.1" },
		{ { &syn, 100000, true, 0 }, "SYN, own /24: dropped", NONE, "<=0.25" },
		{ { &ack, 100000, false, 0 }, "ACK, region", OFF, "<=0.33" },
		{ { &ack, 100000, true, 0 }, "ACK, own /24", OFF, "" },
		{ { &udp, 100000, false, 0 }, "UDP, region", OFF, "" },
	};
	static const char *const to_name[] = { "", "shield off", "no guard" };
	const char *section = "a forged packet, 100k/s, CPU time, net of an empty XDP_DROP";

	for (unsigned int i = 0; i < sizeof(step) / sizeof(*step); i++) {
		struct samples samples[LABS] = {};
		unsigned int to = step[i].to;

		measure_turns(&step[i].flood, 40 + i, samples);
		row(section, step[i].name, to_name[NONE], samples_median(&samples[NONE]), "ns", 0,
		    "", "");
		row(section, step[i].name, to_name[OFF], samples_median(&samples[OFF]), "ns",
		    ratio(&samples[OFF], &samples[NONE]), to_name[NONE], "");
		row(section, step[i].name, "shield on", samples_median(&samples[ON]), "ns",
		    ratio(&samples[ON], &samples[to]), to_name[to], step[i].aim);
	}
}

void bench_shield(const struct world *world, char **labs)
{
	/* A client is a host of its own: it waits for no other process of this one. */
	struct sched_param param = { .sched_priority = 1 };

	(void)world;
	need(!sched_setscheduler(0, SCHED_FIFO, &param), "run before others");
	for (unsigned int of = 0; of < LABS; of++)
		lab_open(&lab[of], labs[of]);
	bench_answers();
	bench_cpu();
	lab_limit(&lab[ON], "--pps 0 --cps 0");
	bench_connection(&lab[ON], SERVER, CLIENTS_FIRST);
}

// SPDX-License-Identifier: BSD-2-Clause
/*
 * flood.c - frames from made-up sources, at a rate, out of an interface. Says
 * how many the interface took, and when the first one left, by CLOCK_MONOTONIC:
 *
 *	sent=N seconds=S pps=N start_ns=N stalled=S
 *
 * and before that, as it begins, a line that is "sends".
 * stalled is the time in which it should have sent but did not run. SIGTERM
 * ends it early.
 */
#include <errno.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/if_ether.h>
#include <linux/if_packet.h>

#include "../run/spoof.h"
#include "base/clock.h"
#include "base/log.h"

#define BATCH 64
#define TICK_NS 250000
#define RETRY_NS 50000
/* A longer gap than this is no pacing any more. */
#define STALL_NS 10000000

struct words {
	const char *dev, *to, *mac, *frame;
	struct option_list from;
	unsigned int cpu;
	uint64_t rate, count, duration_ns;
};

enum given {
	GIVEN_CPU = 1 << 0,
};

struct flood {
	struct words words;
	struct spoof spoof;
	int fd;
	bool refused;           /* the device was full at times, and said so */
	bool told;              /* that it sends */
	uint64_t sent, start_ns, end_ns, stalled_ns;
};

static volatile sig_atomic_t ended;

static void end(int signal)
{
	(void)signal;
	ended = 1;
}

/*
 * What the device threw away: some kernels' system call does not tell (veth's
 * before Linux 6.7). Those need a device for each flood.
 */
static uint64_t device_drops(const char *dev)
{
	unsigned long long drops = 0;
	char line[512], name[IF_NAMESIZE];
	FILE *file = fopen("/proc/self/net/dev", "re");

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, " %15[^:]: %*u %*u %*u %*u %*u %*u %*u %*u %*u %*u %*u %llu",
			   name, &drops) == 2 && !strcmp(name, dev))
			break;
	if (file)
		fclose(file);
	return drops;
}

static int send_batch(struct flood *flood, struct mmsghdr *messages, size_t count)
{
	int sent;

	for (size_t i = 0; i < count; i++)
		spoof_address(&flood->spoof, messages[i].msg_hdr.msg_iov->iov_base);
	for (size_t done = 0; done < count; done += sent) {
		sent = sendmmsg(flood->fd, messages + done, count - done, 0);
		if (sent < 0 && errno != ENOBUFS && errno != EAGAIN && errno != EINTR)
			return log_error(-errno, "cannot send: %s", strerror(errno));
		if (sent < 0) {
			flood->refused = true;
			nanosleep(&(struct timespec){ .tv_nsec = RETRY_NS }, NULL);
			sent = 0;
		}
		flood->sent += sent;
	}
	return 0;
}

/* Who waits for the flood to begin reads that. */
static void tell_first(struct flood *flood)
{
	if (flood->told)
		return;
	flood->told = true;
	puts("sends");
	fflush(stdout);
}

/* How many frames should have left by now and have not. */
static uint64_t due(const struct flood *flood, uint64_t now_ns)
{
	const struct words *words = &flood->words;
	uint64_t elapsed_ns = now_ns - flood->start_ns;
	uint64_t left = words->count ? words->count - flood->sent : UINT64_MAX;
	uint64_t wanted = !words->rate ? left :
			  (unsigned __int128)elapsed_ns * words->rate / NS_PER_SECOND;

	if (words->rate)
		wanted = wanted > flood->sent ? wanted - flood->sent : 0;
	return wanted < left ? wanted : left;
}

static bool over(const struct flood *flood, uint64_t now_ns)
{
	if (ended)
		return true;
	if (flood->words.count)
		return flood->sent >= flood->words.count;
	return now_ns - flood->start_ns >= flood->words.duration_ns;
}

static int run(struct flood *flood)
{
	static uint8_t frames[BATCH][SPOOF_MAX];
	struct mmsghdr messages[BATCH] = {};
	struct iovec parts[BATCH];
	uint64_t last_ns, now_ns;
	int err = 0;

	for (int i = 0; i < BATCH; i++) {
		memcpy(frames[i], flood->spoof.frame, flood->spoof.length);
		parts[i] = (struct iovec){ frames[i], flood->spoof.length };
		messages[i].msg_hdr = (struct msghdr){ .msg_iov = &parts[i], .msg_iovlen = 1 };
	}
	flood->start_ns = last_ns = now_ns = clock_monotonic_ns();
	while (!err && !over(flood, now_ns)) {
		uint64_t wanted = due(flood, now_ns);

		if (wanted) {
			err = send_batch(flood, messages, wanted < BATCH ? wanted : BATCH);
			tell_first(flood);
		}
		if (wanted <= BATCH && flood->words.rate)
			nanosleep(&(struct timespec){ .tv_nsec = TICK_NS }, NULL);
		now_ns = clock_monotonic_ns();
		if (now_ns - last_ns > STALL_NS)
			flood->stalled_ns += now_ns - last_ns;
		last_ns = now_ns;
	}
	flood->end_ns = last_ns;
	return err;
}

/* Asks the kernel, which asks the neighbour when something is sent to it. */
static int resolve(const struct flood *flood, uint8_t mac[ETH_ALEN])
{
	char text[ADDRESS_TEXT_SIZE], command[256], line[256];
	FILE *answer;
	int fits = 0;

	address_format(&flood->spoof.to, text);
	snprintf(command, sizeof(command), "ping -c 1 -W 1 -I %s %s >/dev/null; "
		 "ip neigh show to %s dev %s", flood->words.dev, text, text, flood->words.dev);
	answer = popen(command, "re");
	if (answer && fgets(line, sizeof(line), answer)) {
		char *at = strstr(line, "lladdr ");

		fits = at ? sscanf(at, "lladdr %hhx:%hhx:%hhx:%hhx:%hhx:%hhx", &mac[0], &mac[1],
				   &mac[2], &mac[3], &mac[4], &mac[5]) : 0;
	}
	if (answer)
		pclose(answer);
	return fits == 6 ? 0 : log_error(-EHOSTUNREACH, "nobody at %s says its MAC; give it "
					 "with --mac", text);
}

static int read_addresses(const struct words *words, struct spoof *spoof)
{
	if (!words->to || address_parse(words->to, &spoof->to))
		return log_error(-EINVAL, "--to must be an address");
	for (; spoof->sources < words->from.count; spoof->sources++) {
		const char *text = words->from.value[spoof->sources];
		struct cidr *cidr = &spoof->source[spoof->sources];

		if (cidr_parse(text, cidr) || cidr->addr.family != spoof->to.family)
			return log_error(-EINVAL, "--from %s: must be a CIDR of --to's family",
					 text);
	}
	return spoof->sources ? 0 : log_error(-EINVAL, "--from CIDR is missing");
}

static int prepare_frame(struct flood *flood)
{
	uint8_t mac[ETH_ALEN];
	int err;

	if (flood->words.frame)
		return spoof_read(&flood->spoof, flood->words.frame);
	err = read_addresses(&flood->words, &flood->spoof);
	if (err)
		return err;
	if (!flood->words.mac)
		err = resolve(flood, mac);
	else if (sscanf(flood->words.mac, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", &mac[0], &mac[1],
			&mac[2], &mac[3], &mac[4], &mac[5]) != 6)
		err = log_error(-EINVAL, "--mac %s: not a MAC", flood->words.mac);
	return err ? err : spoof_build(&flood->spoof, mac);
}

static int open_device(struct flood *flood)
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET };

	to.sll_ifindex = flood->words.dev ? if_nametoindex(flood->words.dev) : 0;
	if (!to.sll_ifindex)
		return log_error(-ENODEV, "--dev must be an interface");
	flood->fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (flood->fd < 0 || bind(flood->fd, (struct sockaddr *)&to, sizeof(to)) ||
	    setsockopt(flood->fd, SOL_PACKET, PACKET_QDISC_BYPASS, &(int){ 1 }, sizeof(int)))
		return log_error(-errno, "cannot open %s: %s", flood->words.dev, strerror(errno));
	return 0;
}

/* It sleeps most of the time, but must not be late. */
static void settle_down(const struct words *words, unsigned int given)
{
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(words->cpu, &cpus);
	if (given & GIVEN_CPU && sched_setaffinity(0, sizeof(cpus), &cpus))
		log_warning("cannot run on CPU %u: %s", words->cpu, strerror(errno));
	if (words->rate)
		sched_setscheduler(0, SCHED_FIFO, &(struct sched_param){ .sched_priority = 1 });
}

static int flood_main(struct flood *flood, unsigned int given)
{
	struct words *words = &flood->words;
	uint64_t drops;
	double seconds;
	int err;

	if (!words->count && !words->duration_ns)
		return log_error(-EINVAL, "say when to stop: --count or --seconds");
	if (words->rate && !words->count)
		words->count = (unsigned __int128)words->duration_ns * words->rate / NS_PER_SECOND;
	err = open_device(flood);
	err = err ? err : prepare_frame(flood);
	if (err)
		return err;
	settle_down(words, given);
	signal(SIGTERM, end);
	drops = device_drops(words->dev);
	err = run(flood);
	if (!flood->refused)
		flood->sent -= device_drops(words->dev) - drops;
	seconds = (flood->end_ns - flood->start_ns) / 1e9;
	printf("sent=%lu seconds=%.3f pps=%.0f start_ns=%lu stalled=%.3f\n", flood->sent, seconds,
	       flood->sent / seconds, flood->start_ns, flood->stalled_ns / 1e9);
	return err;
}

int main(int argc, char **argv)
{
	static struct flood flood = { .spoof = { .type = "udp", .port = 443, .sport = 40000,
						 .step = 1 } };
	struct words *words = &flood.words;
	struct spoof *spoof = &flood.spoof;
	const struct option_row rows[] = {
		{ "dev", 0, OPTION_TEXT, &words->dev, "IFACE", "where they leave", 0 },
		{ "to", 0, OPTION_TEXT, &words->to, "ADDR", "destination", 0 },
		{ "mac", 0, OPTION_TEXT, &words->mac, "MAC", "its MAC (asked for)", 0 },
		{ "port", 0, OPTION_COUNT, &spoof->port, "N", "its port (443)", 0 },
		{ "sport", 0, OPTION_COUNT, &spoof->sport, "N", "source port (40000)", 0 },
		{ "ports", 0, OPTION_FLAG, &spoof->ports, NULL, "any source port", 0 },
		{ "from", 0, OPTION_LIST, &words->from, "CIDR", "sources, in turn", 0 },
		{ "sequential", 0, OPTION_FLAG, &spoof->sequential, NULL, "not at random", 0 },
		{ "step", 0, OPTION_COUNT, &spoof->step, "N", "... every Nth address (1)", 0 },
		{ "type", 0, OPTION_TEXT, &spoof->type, "TYPE", "udp, syn, synfin, ack, quic (udp)",
		  0 },
		{ "spoil", 0, OPTION_FLAG, &spoof->spoiled, NULL, "a wrong checksum", 0 },
		{ "vlan", 0, OPTION_LIST, &spoof->vlan, "ID", "tag; the outermost first", 0 },
		{ "size", 0, OPTION_COUNT, &spoof->size, "N", "bytes of a frame", 0 },
		{ "frame", 0, OPTION_TEXT, &words->frame, "HEX", "send just this frame", 0 },
		{ "rate", 0, OPTION_RATE, &words->rate, "N", "frames/s; without: all it can", 0 },
		{ "count", 0, OPTION_RATE, &words->count, "N", "stop after N frames", 0 },
		{ "seconds", 0, OPTION_DURATION, &words->duration_ns, "DURATION",
		  "stop after that time: 5s", 0 },
		{ "cpu", 0, OPTION_COUNT, &words->cpu, "N", "run on this CPU", GIVEN_CPU },
	};
	unsigned int given = 0;

	flood.spoof.random = clock_ns(CLOCK_REALTIME) << 16 ^ getpid() ^ 1;
	if (argc < 2) {
		options_help(rows, sizeof(rows) / sizeof(*rows));
		return 2;
	}
	if (options_read(argc - 1, argv + 1, rows, sizeof(rows) / sizeof(*rows), &given))
		return 2;
	return flood_main(&flood, given) ? 1 : 0;
}

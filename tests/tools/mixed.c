// SPDX-License-Identifier: BSD-2-Clause
/*
 * mixed.c - a flood of SYNs from made-up sources and, between them, out of the same queue, the
 * SYNs of one client: what its loss is compared with goes the same way. The client's SYNs leave
 * at random times, as jiffies must not meet a rhythm, each from the next source port, and what
 * comes back is read at the same interface:
 *
 *	asked=N answered=N within=N most=N p50_us=N p99_us=N sent=N pps=N
 *
 * within: answered within --within; most: SYN-ACKs to one SYN, at the most; sent and pps are
 * the flood's. The client's address must not be one of this host, which would reset what is
 * answered.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>

#include "../run/checksum.h"
#include "../run/spoof.h"
#include "base/clock.h"
#include "base/log.h"

#define TICK_NS 250000
#define BURST_MAX 64
#define ASKED_MAX 20000
#define SPORT 20000
#define TAIL_NS NS_PER_SECOND   /* waits for answers so long after the last SYN */

struct asked {
	uint64_t sent_ns, answered_ns;
	unsigned int answers;
};

struct mixed {
	const char *dev, *to, *client, *mac;
	struct option_list from;
	uint64_t rate, client_rate, duration_ns, within_ns;
	struct spoof flood, ask;
	struct address client_address;
	int out, in;
	uint64_t start_ns, flooded;
	uint64_t next_ns;       /* when the client's next SYN is due, since then */
	unsigned int asked;
	struct asked at[ASKED_MAX];
};

static uint64_t due(uint64_t rate, uint64_t elapsed_ns)
{
	return (unsigned __int128)elapsed_ns * rate / NS_PER_SECOND;
}

/* Offsets of what is compared; a frame that the edge sends has no tags and no options of IP. */
static const uint8_t *tcp_of(const struct mixed *mixed, const uint8_t *frame, ssize_t size)
{
	bool v4 = mixed->client_address.family == AF_INET;
	size_t upper = ETH_HLEN + (v4 ? sizeof(struct iphdr) : sizeof(struct ipv6hdr));
	size_t to = ETH_HLEN + (v4 ? offsetof(struct iphdr, daddr) :
				offsetof(struct ipv6hdr, daddr));
	uint8_t proto = frame[ETH_HLEN + (v4 ? offsetof(struct iphdr, protocol) :
					  offsetof(struct ipv6hdr, nexthdr))];

	if (size < (ssize_t)(upper + sizeof(struct tcphdr)) || proto != IPPROTO_TCP)
		return NULL;
	for (size_t i = 0; i < (v4 ? 4 : 16); i++)
		if (frame[to + i] != (uint8_t)(mixed->client_address.bits >> (120 - 8 * i)))
			return NULL;
	return frame + upper;
}

static void take_answer(struct mixed *mixed, const uint8_t *frame, ssize_t size)
{
	const uint8_t *at = tcp_of(mixed, frame, size);
	struct tcphdr tcp;
	unsigned int number;

	if (!at)
		return;
	memcpy(&tcp, at, sizeof(tcp));
	number = ntohs(tcp.dest) - SPORT;
	if (!tcp.syn || !tcp.ack || number >= mixed->asked)
		return;
	if (!mixed->at[number].answers++)
		mixed->at[number].answered_ns = clock_monotonic_ns();
}

static void take_answers(struct mixed *mixed)
{
	uint8_t frame[2048];
	ssize_t size;

	while ((size = recv(mixed->in, frame, sizeof(frame), MSG_DONTWAIT)) > 0)
		take_answer(mixed, frame, size);
}

static int put(struct mixed *mixed, struct spoof *spoof, uint8_t *frame)
{
	spoof_address(spoof, frame);
	while (send(mixed->out, frame, spoof->length, 0) < 0)
		if (errno != ENOBUFS && errno != EAGAIN && errno != EINTR)
			return log_error(-errno, "cannot send: %s", strerror(errno));
	return 0;
}

static bool ask_due(const struct mixed *mixed)
{
	return mixed->asked < ASKED_MAX && clock_monotonic_ns() - mixed->start_ns >= mixed->next_ns;
}

/* spoof_address() writes the checksum from a sum, to which the port belongs. */
static int ask(struct mixed *mixed, uint8_t *frame)
{
	struct asked *at = &mixed->at[mixed->asked];
	uint16_t port_be = htons(SPORT + mixed->asked);
	uint32_t before = mixed->ask.upper_sum;
	int err;

	memcpy(frame + mixed->ask.upper, &port_be, sizeof(port_be));
	mixed->ask.upper_sum += sum_words(&port_be, sizeof(port_be));
	mixed->asked++;
	mixed->next_ns += 2 * NS_PER_SECOND / mixed->client_rate * (random() % 1024) / 1024;
	at->sent_ns = clock_monotonic_ns();
	err = put(mixed, &mixed->ask, frame);
	mixed->ask.upper_sum = before;
	return err;
}

/* One turn: what is due of both, the client's between the flood's. */
static int send_due(struct mixed *mixed, uint8_t *flood, uint8_t *client)
{
	uint64_t wanted = due(mixed->rate, clock_monotonic_ns() - mixed->start_ns);
	int err = 0;

	for (int i = 0; i < BURST_MAX && mixed->flooded < wanted && !err; i++) {
		err = put(mixed, &mixed->flood, flood);
		mixed->flooded++;
		if (!err && ask_due(mixed))
			err = ask(mixed, client);
	}
	return err;
}

static int run(struct mixed *mixed)
{
	static uint8_t flood[SPOOF_MAX], client[SPOOF_MAX];
	uint64_t end_ns;
	int err = 0;

	memcpy(flood, mixed->flood.frame, mixed->flood.length);
	memcpy(client, mixed->ask.frame, mixed->ask.length);
	mixed->start_ns = clock_monotonic_ns();
	while (!err && clock_monotonic_ns() - mixed->start_ns < mixed->duration_ns) {
		err = send_due(mixed, flood, client);
		take_answers(mixed);
		if (mixed->flooded >= due(mixed->rate, clock_monotonic_ns() - mixed->start_ns))
			nanosleep(&(struct timespec){ .tv_nsec = TICK_NS }, NULL);
	}
	end_ns = clock_monotonic_ns();
	while (!err && clock_monotonic_ns() - end_ns < TAIL_NS) {
		take_answers(mixed);
		nanosleep(&(struct timespec){ .tv_nsec = TICK_NS }, NULL);
	}
	return err;
}

static int compare(const void *one, const void *other)
{
	uint64_t a = *(const uint64_t *)one, b = *(const uint64_t *)other;

	return a < b ? -1 : a > b;
}

static void print(const struct mixed *mixed)
{
	static uint64_t took[ASKED_MAX];
	unsigned int answered = 0, within = 0, most = 0;

	for (unsigned int i = 0; i < mixed->asked; i++) {
		const struct asked *at = &mixed->at[i];

		if (!at->answers)
			continue;
		took[answered] = at->answered_ns - at->sent_ns;
		within += took[answered++] <= mixed->within_ns;
		most = at->answers > most ? at->answers : most;
	}
	qsort(took, answered, sizeof(*took), compare);
	printf("asked=%u answered=%u within=%u most=%u p50_us=%lu p99_us=%lu sent=%lu pps=%.0f\n",
	       mixed->asked, answered, within, most, answered ? took[answered / 2] / 1000 : 0,
	       answered ? took[answered * 99 / 100] / 1000 : 0, mixed->flooded,
	       mixed->flooded * 1e9 / mixed->duration_ns);
}

static int open_socket(const char *dev, int protocol)
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET, .sll_protocol = htons(protocol) };
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);

	to.sll_ifindex = dev ? if_nametoindex(dev) : 0;
	if (!to.sll_ifindex)
		return log_error(-ENODEV, "--dev must be an interface");
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &(int){ 1 << 24 }, sizeof(int)) ||
	    bind(fd, (struct sockaddr *)&to, sizeof(to)) ||
	    setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &(int){ !protocol }, sizeof(int)))
		return log_error(-errno, "cannot open %s: %s", dev, strerror(errno));
	return fd;
}

static int add_source(struct spoof *spoof, const char *text)
{
	struct cidr *cidr = &spoof->source[spoof->sources++];

	if (cidr_parse(text, cidr) || cidr->addr.family != spoof->to.family)
		return log_error(-EINVAL, "%s: must be a CIDR of --to's family", text);
	return 0;
}

static int prepare(struct mixed *mixed)
{
	uint8_t mac[ETH_ALEN];
	int err = 0;

	if (!mixed->to || address_parse(mixed->to, &mixed->flood.to) || !mixed->mac ||
	    !mixed->client || address_parse(mixed->client, &mixed->client_address) ||
	    sscanf(mixed->mac, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", &mac[0], &mac[1], &mac[2],
		   &mac[3], &mac[4], &mac[5]) != 6)
		return log_error(-EINVAL, "--to, --client and --mac are addresses");
	mixed->ask.to = mixed->flood.to;
	for (unsigned int i = 0; i < mixed->from.count && !err; i++)
		err = add_source(&mixed->flood, mixed->from.value[i]);
	err = err ?: add_source(&mixed->ask, mixed->client);
	err = err ?: spoof_build(&mixed->flood, mac);
	err = err ?: spoof_build(&mixed->ask, mac);
	if (err)
		return err;
	mixed->out = open_socket(mixed->dev, 0);
	if (mixed->out < 0)
		return mixed->out;
	mixed->in = open_socket(mixed->dev, mixed->flood.to.family == AF_INET ? ETH_P_IP :
				ETH_P_IPV6);
	return mixed->in < 0 ? mixed->in : 0;
}

int main(int argc, char **argv)
{
	static struct mixed mixed = {
		.client_rate = 100, .within_ns = NS_PER_SECOND / 10,
		.flood = { .type = "syn", .port = 80, .step = 1, .ports = true },
		.ask = { .type = "syn", .port = 80, .step = 1, .random = 1 },
	};
	const struct option_row rows[] = {
		{ "dev", 0, OPTION_TEXT, &mixed.dev, "IFACE", "where they leave", 0 },
		{ "to", 0, OPTION_TEXT, &mixed.to, "ADDR", "destination", 0 },
		{ "mac", 0, OPTION_TEXT, &mixed.mac, "MAC", "its MAC", 0 },
		{ "client", 0, OPTION_TEXT, &mixed.client, "ADDR", "who asks", 0 },
		{ "client-rate", 0, OPTION_RATE, &mixed.client_rate, "N", "SYNs/s of it (100)", 0 },
		{ "from", 0, OPTION_LIST, &mixed.from, "CIDR", "sources of the flood", 0 },
		{ "rate", 0, OPTION_RATE, &mixed.rate, "N", "SYNs/s of the flood", 0 },
		{ "seconds", 0, OPTION_DURATION, &mixed.duration_ns, "DURATION", "how long", 0 },
		{ "within", 0, OPTION_DURATION, &mixed.within_ns, "DURATION", "(100ms)", 0 },
	};
	int err;

	mixed.flood.random = clock_monotonic_ns() << 16 ^ getpid() ^ 1;
	srandom(mixed.flood.random);
	if (options_read(argc - 1, argv + 1, rows, sizeof(rows) / sizeof(*rows), NULL))
		return 2;
	err = prepare(&mixed);
	if (err)
		return 1;
	sched_setscheduler(0, SCHED_FIFO, &(struct sched_param){ .sched_priority = 1 });
	err = run(&mixed);
	print(&mixed);
	return err ? 1 : 0;
}

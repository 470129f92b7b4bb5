// SPDX-License-Identifier: BSD-2-Clause
#include "forge.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/ip.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/if.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

#include "bench.h"

#define IP_AT sizeof(struct ethhdr)
#define UPPER_AT (IP_AT + sizeof(struct iphdr))

void forge_open(struct forge *forge, const char *iface)
{
	struct sockaddr_ll at = { .sll_family = AF_PACKET };

	at.sll_ifindex = if_nametoindex(iface);
	need(at.sll_ifindex, iface);
	/* Protocol 0: it receives nothing. */
	forge->fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	need(forge->fd >= 0 && !bind(forge->fd, (struct sockaddr *)&at, sizeof(at)),
	     "open a packet socket");
}

static uint32_t sum_words(const void *data, unsigned int length)
{
	const uint16_t *word = data;
	uint32_t sum = 0;

	for (unsigned int i = 0; i < length / 2; i++)
		sum += word[i];
	return sum;
}

/* As a client's SYN has them: MSS, SACK, time stamps, a window's scale. */
static const uint8_t syn_options[20] = {
	2, 4, 0x05, 0xb4, 4, 2, 8, 10, 0, 0, 1, 0, 0, 0, 0, 0, 1, 3, 3, 7,
};

static unsigned int write_tcp(struct tcphdr *tcp, const struct flood_kind *kind)
{
	unsigned int length = sizeof(*tcp) + (kind->opens ? sizeof(syn_options) : 0);

	tcp->dest = htons(80);
	tcp->ack_seq = htonl(kind->opens ? 0 : 0x12345678);
	tcp->doff = length / 4;
	tcp->syn = kind->opens;
	tcp->ack = !kind->opens;
	tcp->window = htons(64240);
	if (kind->opens)
		memcpy(tcp + 1, syn_options, sizeof(syn_options));
	return length;
}

static unsigned int write_udp(struct udphdr *udp)
{
	const unsigned int length = sizeof(*udp) + 22;

	udp->dest = htons(443);
	udp->len = htons(length);
	return length;
}

void forge_aim(struct forge *forge, const struct flood_kind *kind, uint32_t server_be,
	       uint32_t network_be, uint32_t hosts_be)
{
	uint8_t *frame = forge->frame[0];
	struct ethhdr *eth = (struct ethhdr *)frame;
	struct iphdr *ip = (struct iphdr *)(frame + IP_AT);
	static const uint8_t to[ETH_ALEN] = { 2, 0, 0, 0, 0, 1 };
	unsigned int length;

	memset(frame, 0, FORGE_FRAME);
	memcpy(eth->h_dest, to, ETH_ALEN);
	eth->h_source[0] = 2;
	eth->h_proto = htons(ETH_P_IP);
	length = kind->tcp ? write_tcp((struct tcphdr *)(ip + 1), kind) :
			     write_udp((struct udphdr *)(ip + 1));
	ip->version = 4;
	ip->ihl = sizeof(*ip) / 4;
	ip->ttl = 64;
	ip->protocol = kind->tcp ? IPPROTO_TCP : IPPROTO_UDP;
	ip->tot_len = htons(sizeof(*ip) + length);
	ip->daddr = server_be;
	forge->ip_sum = sum_words(ip, sizeof(*ip));
	forge->tcp_sum = sum_words(ip + 1, length) + sum_words(&server_be, 4) +
			 htons(ip->protocol) + htons(length);
	forge->network_be = network_be;
	forge->hosts_be = hosts_be;
	forge->length = UPPER_AT + length;
	for (unsigned int i = 1; i < FORGE_BATCH; i++)
		memcpy(forge->frame[i], frame, forge->length);
}

static uint16_t checksum(uint32_t sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	return ~((sum & 0xffff) + (sum >> 16));
}

static void make_up(const struct forge *forge, uint8_t *frame)
{
	struct iphdr *ip = (struct iphdr *)(frame + IP_AT);
	struct tcphdr *tcp = (struct tcphdr *)(frame + UPPER_AT);
	uint64_t random = random_u64();
	uint32_t from = forge->network_be | ((uint32_t)random & forge->hosts_be);
	uint32_t words = (from & 0xffff) + (from >> 16);

	ip->saddr = from;
	ip->check = checksum(forge->ip_sum + words);
	tcp->source = random >> 32 | htons(0x8000);
	if (ip->protocol != IPPROTO_TCP)
		return;
	tcp->seq = random >> 48;
	tcp->check = checksum(forge->tcp_sum + words + tcp->source + tcp->seq);
}

double forge_send(struct forge *forge, unsigned int count)
{
	struct mmsghdr message[FORGE_BATCH] = {};
	struct iovec part[FORGE_BATCH];
	double before_ns, sum_ns = 0;

	for (unsigned int sent = 0; sent < count;) {
		unsigned int many = count - sent < FORGE_BATCH ? count - sent : FORGE_BATCH;

		for (unsigned int i = 0; i < many; i++) {
			make_up(forge, forge->frame[i]);
			part[i] = (struct iovec){ forge->frame[i], forge->length };
			message[i].msg_hdr = (struct msghdr){ .msg_iov = &part[i],
							      .msg_iovlen = 1 };
		}
		before_ns = thread_ns();
		need(sendmmsg(forge->fd, message, many, 0) == (int)many, "send a flood");
		sum_ns += thread_ns() - before_ns;
		sent += many;
	}
	return sum_ns;
}

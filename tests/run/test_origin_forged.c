// SPDX-License-Identifier: BSD-2-Clause
/*
 * Segments that another one sends in the name of an origin. He knows addresses and ports, but not
 * where the connection is in its numbers: TCP takes none of them, and no verdict follows one.
 */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <linux/ip.h>
#include <linux/tcp.h>
#include <netinet/in.h>

#include "harness.h"
#include "origin_fixture.h"

#define ADDRESS "10.1.2.3"
#define GET "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
#define HEAD "HTTP/1.1 200 OK\r\nContent-Length: 40000\r\n\r\n"
#define BODY 40000
#define TCP_QUEUE_SEQ_OPTION 21
#define TCP_REPAIR_OPTION 19
#define TCP_REPAIR_QUEUE_OPTION 20

static struct observer observer;
static int listener;

/* What an origin would send next, and what it has got. */
static void numbers(int fd, uint32_t *seq, uint32_t *ack)
{
	socklen_t size = sizeof(*seq);

	must(!setsockopt(fd, IPPROTO_TCP, TCP_REPAIR_OPTION, &(int){ 1 }, sizeof(int)), "repair");
	must(!setsockopt(fd, IPPROTO_TCP, TCP_REPAIR_QUEUE_OPTION, &(int){ 2 }, sizeof(int)) &&
	     !getsockopt(fd, IPPROTO_TCP, TCP_QUEUE_SEQ_OPTION, seq, &size), "read a number");
	must(!setsockopt(fd, IPPROTO_TCP, TCP_REPAIR_QUEUE_OPTION, &(int){ 1 }, sizeof(int)) &&
	     !getsockopt(fd, IPPROTO_TCP, TCP_QUEUE_SEQ_OPTION, ack, &size), "read a number");
	must(!setsockopt(fd, IPPROTO_TCP, TCP_REPAIR_OPTION, &(int){ -1 }, sizeof(int)), "go on");
}

static uint32_t sum(const void *bytes, size_t size, uint32_t sum)
{
	const uint8_t *at = bytes;

	for (size_t i = 0; i < size; i++)
		sum += i % 2 ? at[i] : at[i] << 8;
	return sum;
}

static uint16_t fold(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons(~sum);
}

/* From the origin's end of the connection to the node's. */
static void forge(const struct pair *pair, uint32_t seq, uint32_t ack, const char *payload)
{
	size_t size = strlen(payload), length = sizeof(struct iphdr) + sizeof(struct tcphdr) + size;
	int raw = socket(AF_INET, SOCK_RAW, IPPROTO_RAW);
	struct sockaddr_in node;
	socklen_t node_size = sizeof(node);
	uint8_t packet[2048] = {};
	struct iphdr *ip = (void *)packet;
	struct tcphdr *tcp = (void *)(ip + 1);

	must(raw >= 0 && !getsockname(pair->node, (struct sockaddr *)&node, &node_size), "forge");
	*ip = (struct iphdr){ .version = 4, .ihl = 5, .ttl = 64, .protocol = IPPROTO_TCP,
			      .tot_len = htons(length), .saddr = inet_addr(ADDRESS),
			      .daddr = node.sin_addr.s_addr };
	*tcp = (struct tcphdr){ .source = htons(ORIGIN_HTTP_PORT), .dest = node.sin_port,
				.seq = htonl(seq), .ack_seq = htonl(ack), .doff = 5, .ack = 1,
				.psh = 1, .window = htons(1000) };
	memcpy(tcp + 1, payload, size);
	tcp->check = fold(sum(&ip->saddr, 8, sum(tcp, sizeof(*tcp) + size,
						 IPPROTO_TCP + sizeof(*tcp) + size)));
	must(sendto(raw, packet, length, 0, (struct sockaddr *)&node, sizeof(node)) ==
	     (ssize_t)length, "send a segment");
	close(raw);
	usleep(20000);
}

/* A whole answer, amid which a segment is forged: so far ahead of what comes next, and
 * acknowledging so much more than was sent. */
static void try(const char *what, uint32_t ahead, uint32_t beyond, const char *payload)
{
	struct pair pair = pair_open(listener, ADDRESS, ORIGIN_HTTP_PORT);
	static char body[BODY];
	struct ecdn_xdp_origin_stats stats;
	struct ecdn_xdp_origin_head head;
	uint32_t seq = 0, ack = 0;
	char why[128];

	memset(body, 'a', sizeof(body));
	pair_ask(&pair, GET, strlen(GET));
	pair_answer(&pair, HEAD, strlen(HEAD));
	numbers(pair.origin, &seq, &ack);
	forge(&pair, seq + ahead, ack + beyond, payload);
	pair_answer(&pair, body, sizeof(body));
	pair_close_origin(&pair, false);
	observer_stats(&observer, observer_row(&observer, ADDRESS, ORIGIN_HTTP_PORT), &stats);
	observer_head(&observer, &head);
	snprintf(why, sizeof(why), "%llu right, %llu malformed, %llu cut, %llu untold; %llu of 5xx",
		 (unsigned long long)stats.cause[ECDN_XDP_ORIGIN_OK],
		 (unsigned long long)stats.cause[ECDN_XDP_ORIGIN_MALFORMED],
		 (unsigned long long)stats.cause[ECDN_XDP_ORIGIN_CUT],
		 (unsigned long long)stats.cause[ECDN_XDP_ORIGIN_UNTOLD],
		 (unsigned long long)stats.status[ECDN_XDP_ORIGIN_5XX]);
	report(what, stats.cause[ECDN_XDP_ORIGIN_OK] == 1 && !head.number && !head.lost &&
		     !stats.status[ECDN_XDP_ORIGIN_5XX] ? "" : why);
	observer_reset(&observer);
}

int main(void)
{
	observer_open(&observer);
	listener = origin_listen(ORIGIN_HTTP_PORT);
	try("none is forged that is new", -10, 0, "aaaaaaaaaa");
	try("another answer behind this one", BODY - 4, 1U << 30,
	    "aaaaHTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n");
	try("bytes that are no answer", BODY - 4, -(1U << 30), "aaaaXXXXXXXXXXXXXXXXXXXX");
	try("bytes across the answer's end", BODY - 4, 1U << 24, "aaaaaaaaaaaaaaaaaaaaaaaaa");
	try("bytes that the node has no room for", 1U << 22, 0, "HTTP/1.1 500 No\r\n\r\n");
	try("bytes in front of what comes next", -4, 1U << 30, "aaaaXXXXXXXXXXXXXXXXXXXX");
	close(listener);
	observer_close(&observer);
	return report_end();
}

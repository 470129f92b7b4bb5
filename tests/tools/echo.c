// SPDX-License-Identifier: BSD-2-Clause
/*
 * echo.c - an ICMP or ICMPv6 echo request as a raw frame, with any source, tags and
 * options, and what became of it:
 *
 *	answers=N wrong=N ttl=T
 *
 * A reply is right if every byte of the frame is what RFC 792 or 4443 makes of the
 * request; what is wrong is said. It waits out its time, so that a second answer to the
 * one request is seen.
 */
#include <net/if.h> /* before Linux's own */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/ip.h>
#include <linux/ipv6.h>

#include "../run/harness.h"
#include "base/options.h"
#include "base/address.h"
#include "wire.h"

#define TAGS_MAX 3
#define IP_OPTIONS_MAX 40

struct words {
	const char *dev, *mac, *from, *to, *options;
	struct option_list vlan;
	unsigned int size, ttl;
	bool partial;
	uint64_t wait_ns;
};

struct echo {
	struct words words;
	struct address from, to;
	struct frame request;
	struct wire wire;
	unsigned int answers, wrong, ttl;
};

static bool is_v4(const struct echo *echo)
{
	return echo->to.family == AF_INET;
}

static void put(struct frame *frame, const void *data, size_t length)
{
	memcpy(frame->data + frame->length, data, length);
	frame->length += length;
}

static void put_16(struct frame *frame, uint16_t value)
{
	put(frame, &(uint16_t){ htons(value) }, sizeof(value));
}

/* The sum that an upper-layer checksum over this frame comes to: 0 if it is right. */
static uint16_t icmp_sum(const struct echo *echo, const struct frame *frame)
{
	size_t length = frame->length - frame->icmp;
	uint32_t sum = sum_words(frame->data + frame->icmp, length);

	if (!is_v4(echo))
		sum += sum_words(frame->data + frame->ip + offsetof(struct ipv6hdr, saddr), 32) +
		       length + IPPROTO_ICMPV6;
	return checksum(sum);
}

static uint16_t ip_sum(const struct frame *frame)
{
	return checksum(sum_words(frame->data + frame->ip, frame->icmp - frame->ip));
}

/* The outer tag of several is a service tag. */
static void put_ethernet(struct echo *echo, const uint8_t to[ETH_ALEN],
			 const uint8_t from[ETH_ALEN])
{
	const struct option_list *vlan = &echo->words.vlan;
	struct frame *frame = &echo->request;

	put(frame, to, ETH_ALEN);
	put(frame, from, ETH_ALEN);
	for (unsigned int i = 0; i < vlan->count; i++) {
		put_16(frame, i + 1 < vlan->count ? ETH_P_8021AD : ETH_P_8021Q);
		put_16(frame, atoi(vlan->value[i]));
	}
	put_16(frame, is_v4(echo) ? ETH_P_IP : ETH_P_IPV6);
	frame->ip = frame->length;
}

static void put_v4(struct echo *echo, const uint8_t *options, size_t options_length)
{
	struct frame *frame = &echo->request;
	struct iphdr ip = { .version = 4, .ihl = (sizeof(ip) + options_length) / 4,
			    .ttl = echo->words.ttl, .protocol = IPPROTO_ICMP };

	ip.tot_len = htons(sizeof(ip) + options_length + sizeof(struct icmphdr) +
			   echo->words.size);
	ip.saddr = htonl(echo->from.bits >> 96);
	ip.daddr = htonl(echo->to.bits >> 96);
	put(frame, &ip, sizeof(ip));
	put(frame, options, options_length);
	frame->icmp = frame->length;
	store_16(frame, frame->ip + offsetof(struct iphdr, check), ip_sum(frame));
}

static void put_v6(struct echo *echo)
{
	struct ipv6hdr ip = { .version = 6, .hop_limit = echo->words.ttl,
			      .nexthdr = IPPROTO_ICMPV6 };

	ip.payload_len = htons(sizeof(struct icmp6hdr) + echo->words.size);
	address_to_bytes(&echo->from, ip.saddr.s6_addr);
	address_to_bytes(&echo->to, ip.daddr.s6_addr);
	put(&echo->request, &ip, sizeof(ip));
	echo->request.icmp = echo->request.length;
}

/* Of a checksum that the device is to complete there is what the pseudo-header sums up to. */
static uint16_t partial_sum(const struct echo *echo)
{
	const struct frame *frame = &echo->request;

	if (is_v4(echo))
		return 0;
	return ~checksum(sum_words(frame->data + frame->ip + offsetof(struct ipv6hdr, saddr), 32) +
			 frame->length - frame->icmp + IPPROTO_ICMPV6);
}

static void put_icmp(struct echo *echo)
{
	struct frame *frame = &echo->request;

	put_16(frame, (is_v4(echo) ? ICMP_ECHO : ICMPV6_ECHO_REQUEST) << 8);
	put_16(frame, 0);
	put_16(frame, getpid());
	put_16(frame, 1);
	for (unsigned int i = 0; i < echo->words.size; i++)
		frame->data[frame->length++] = i * 7 + i / 256;
	store_16(frame, frame->icmp + offsetof(struct icmphdr, checksum),
		 echo->words.partial ? partial_sum(echo) : icmp_sum(echo, frame));
}

static int read_hex(const char *hex, uint8_t *bytes, size_t room, size_t *length)
{
	unsigned int byte;

	for (*length = 0; *length < room && sscanf(hex, "%2x", &byte) == 1 && hex[1]; hex += 2)
		bytes[(*length)++] = byte;
	return *hex || *length % 4 ? -EINVAL : 0;
}

/* What a socket is bound to says the device's own. */
static void own_mac(const struct echo *echo, uint8_t mac[ETH_ALEN])
{
	struct sockaddr_ll at = {};

	getsockname(echo->wire.fd, (struct sockaddr *)&at, &(socklen_t){ sizeof(at) });
	memcpy(mac, at.sll_addr, ETH_ALEN);
}

static int build(struct echo *echo)
{
	uint8_t options[IP_OPTIONS_MAX], to[ETH_ALEN], from[ETH_ALEN];
	struct words *words = &echo->words;
	size_t options_length = 0;

	own_mac(echo, from);
	if (!words->from || address_parse(words->from, &echo->from) || !words->to ||
	    address_parse(words->to, &echo->to) || echo->from.family != echo->to.family)
		return log_error(-EINVAL, "--from and --to must be addresses of one family");
	if (!words->mac || sscanf(words->mac, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", &to[0], &to[1],
				  &to[2], &to[3], &to[4], &to[5]) != ETH_ALEN)
		return log_error(-EINVAL, "--mac must be a MAC");
	if (words->options && read_hex(words->options, options, sizeof(options), &options_length))
		return log_error(-EINVAL, "--options: must be words of four bytes in hexadecimal");
	if (words->vlan.count > TAGS_MAX || words->size > FRAME_SIZE - 128)
		return log_error(-EINVAL, "too many --vlan, or too large a --size");
	put_ethernet(echo, to, from);
	if (is_v4(echo))
		put_v4(echo, options, options_length);
	else
		put_v6(echo);
	put_icmp(echo);
	return 0;
}

/* An echo reply with the request's identifier, at the place where it should be; without
 * regard to tags and options. */
static bool is_reply(const struct echo *echo, struct frame *frame)
{
	uint8_t type = is_v4(echo) ? ICMP_ECHOREPLY : ICMPV6_ECHO_REPLY;
	const uint8_t *data = frame->data;

	for (frame->ip = ETH_HLEN; frame->ip + TAG_SIZE < frame->length; frame->ip += TAG_SIZE)
		if (data[frame->ip - 2] != ETH_P_8021Q >> 8 && data[frame->ip - 2] != 0x88)
			break;
	frame->icmp = frame->ip + (is_v4(echo) ? (data[frame->ip] & 15) * 4 :
				   (int)sizeof(struct ipv6hdr));
	return frame->icmp + sizeof(struct icmphdr) <= frame->length &&
	       data[frame->icmp] == type &&
	       !memcmp(data + frame->icmp + 4, echo->request.data + echo->request.icmp + 4, 2);
}

static bool same(const struct frame *a, size_t at, const struct frame *b, size_t where, size_t size)
{
	return !memcmp(a->data + at, b->data + where, size);
}

/* What is wrong with the reply's IP header, or NULL. */
static const char *wrong_ip(struct echo *echo, const struct frame *reply)
{
	const struct frame *request = &echo->request;
	size_t saddr = request->ip + offsetof(struct ipv6hdr, saddr), size = 16;

	echo->ttl = reply->data[reply->ip + offsetof(struct ipv6hdr, hop_limit)];
	if (is_v4(echo)) {
		echo->ttl = reply->data[reply->ip + offsetof(struct iphdr, ttl)];
		saddr = request->ip + offsetof(struct iphdr, saddr);
		size = 4;
		if (ip_sum(reply))
			return "the IP header's checksum";
		if (!same(reply, reply->ip + 2, request, request->ip + 2, 2))
			return "the IP header's length";
	} else if (!same(reply, reply->ip + 4, request, request->ip + 4, 3)) {
		return "the IPv6 header's length or next header";
	}
	if (!same(reply, saddr, request, saddr + size, size) ||
	    !same(reply, saddr + size, request, saddr, size))
		return "the addresses";
	return NULL;
}

static const char *wrong(struct echo *echo, const struct frame *reply)
{
	const struct frame *request = &echo->request;
	const char *what;

	if (!same(reply, 0, request, ETH_ALEN, ETH_ALEN) ||
	    !same(reply, ETH_ALEN, request, 0, ETH_ALEN))
		return "the MACs";
	if (reply->ip != request->ip ||
	    !same(reply, 2 * ETH_ALEN, request, 2 * ETH_ALEN, request->ip - 2 * ETH_ALEN))
		return "the tags";
	if (reply->icmp != request->icmp || reply->length != request->length)
		return "the length";
	what = wrong_ip(echo, reply);
	if (what)
		return what;
	if (icmp_sum(echo, reply))
		return "the ICMP checksum";
	if (reply->data[reply->icmp + 1] ||
	    !same(reply, reply->icmp + 4, request, request->icmp + 4,
		  request->length - request->icmp - 4))
		return "the code, the sequence number or the data";
	return NULL;
}

static void listen_to(struct echo *echo)
{
	uint64_t end_ns = now_ns() + echo->words.wait_ns, at_ns;
	struct pollfd at = { echo->wire.fd, POLLIN, 0 };
	static struct frame frame;

	while ((at_ns = now_ns()) < end_ns) {
		const char *what;

		poll(&at, 1, (end_ns - at_ns) / 1000000 + 1);
		if (!wire_receive(&echo->wire, &frame) || !is_reply(echo, &frame))
			continue;
		echo->answers++;
		what = wrong(echo, &frame);
		echo->wrong += !!what;
		if (what)
			log_warning("a reply, but not right: %s", what);
	}
}

static int echo_main(struct echo *echo)
{
	int err = wire_open(&echo->wire, echo->words.dev, echo->words.partial);

	err = err ? err : build(echo);
	err = err ? err : wire_send(&echo->wire, &echo->request, offsetof(struct icmphdr, checksum));
	if (err)
		return err;
	listen_to(echo);
	printf("answers=%u wrong=%u ttl=%u\n", echo->answers, echo->wrong, echo->ttl);
	return 0;
}

int main(int argc, char **argv)
{
	static struct echo echo = { .words = { .size = 56, .ttl = 64, .wait_ns = 300000000 } };
	struct words *words = &echo.words;
	const struct option_row rows[] = {
		{ "dev", 0, OPTION_TEXT, &words->dev, "IFACE", "where it leaves", 0 },
		{ "mac", 0, OPTION_TEXT, &words->mac, "MAC", "destination MAC", 0 },
		{ "from", 0, OPTION_TEXT, &words->from, "ADDR", "source", 0 },
		{ "to", 0, OPTION_TEXT, &words->to, "ADDR", "destination", 0 },
		{ "size", 0, OPTION_COUNT, &words->size, "N", "bytes of data (56)", 0 },
		{ "ttl", 0, OPTION_COUNT, &words->ttl, "N", "TTL or hop limit (64)", 0 },
		{ "vlan", 0, OPTION_LIST, &words->vlan, "ID", "tag; the outermost first", 0 },
		{ "options", 0, OPTION_TEXT, &words->options, "HEX", "of the IPv4 header", 0 },
		{ "partial", 0, OPTION_FLAG, &words->partial, NULL,
		  "a checksum for the device to complete", 0 },
		{ "wait", 0, OPTION_DURATION, &words->wait_ns, "DURATION", "(300ms)", 0 },
	};

	if (argc < 2) {
		options_help(rows, sizeof(rows) / sizeof(*rows));
		return 2;
	}
	if (options_read(argc - 1, argv + 1, rows, sizeof(rows) / sizeof(*rows), NULL))
		return 2;
	return echo_main(&echo) ? 1 : 0;
}

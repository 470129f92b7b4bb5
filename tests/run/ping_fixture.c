// SPDX-License-Identifier: BSD-2-Clause
#include "ping_fixture.h"

#include <arpa/inet.h>
#include <string.h>

#include <linux/if_ether.h>

#include "checksum.h"

#define PROTO_ICMP 1
#define PROTO_TCP 6
#define PROTO_ROUTING 43
#define PROTO_FRAGMENT 44
#define PROTO_AH 51
#define PROTO_ICMPV6 58
#define PROTO_NONE 59
#define PROTO_DSTOPTS 60

#define HOP_BY_HOP 0xff
#define MF 0x2000
#define DF 0x4000

static void set16(uint8_t *at, uint16_t value)
{
	at[0] = value >> 8;
	at[1] = value;
}

static uint32_t get16(const uint8_t *at)
{
	return at[0] << 8 | at[1];
}

/* What ends the ICMP message, by the IP header. */
static uint32_t end_of(const struct ping_frame *frame, const uint8_t *data)
{
	uint32_t end = frame->ip + (frame->family == 4 ? get16(data + frame->ip + 2) :
							 40 + get16(data + frame->ip + 4));

	return end < frame->length ? end : frame->length;
}

/* Of the ICMP message, and of what else that covers: 0 if the one in it is right. */
static uint16_t icmp_checksum(const struct ping_frame *frame, const uint8_t *data)
{
	uint32_t bytes = end_of(frame, data) - frame->icmp, sum = 0;

	if (frame->family == 6)
		sum = sum_words(data + frame->ip + 8, 32) + bytes + PROTO_ICMPV6;
	return checksum(sum + sum_words(data + frame->icmp, bytes));
}

static uint8_t *put(struct ping_frame *frame, uint32_t bytes)
{
	uint8_t *at = frame->data + frame->length;

	frame->length += bytes;
	return at;
}

static void put_ethernet(struct ping_frame *frame, const struct ping_fixture *fixture)
{
	memcpy(put(frame, 12), "\0\0\0\0\0\0\x02\0\0\0\0\x07", 12);
	frame->data[0] = fixture->mac;
	frame->data[6] = fixture->from_mac ?: frame->data[6];
	for (int i = 0; i < fixture->tags; i++) {
		uint8_t *tag = put(frame, 4);

		set16(tag, i ? ETH_P_8021Q : ETH_P_8021AD);
		set16(tag + 2, 0x6064 + i);
	}
	set16(put(frame, 2), fixture->family == 4 ? ETH_P_IP : ETH_P_IPV6);
	frame->ip = frame->length;
}

static void put_ipv4(struct ping_frame *frame, const struct ping_fixture *fixture, bool node)
{
	uint8_t *ip = put(frame, 20);

	ip[0] = (fixture->version ?: 4) << 4 | (5 + fixture->options_size / 4);
	ip[1] = 0xba;
	set16(ip + 4, 0x1234);
	set16(ip + 6, fixture->fragment ?: DF);
	ip[8] = 57;
	ip[9] = fixture->proto ?: PROTO_ICMP;
	inet_pton(AF_INET, node ? PING_NODE_V4 : PING_STRANGER_V4, ip + 12);
	inet_pton(AF_INET, fixture->to ?: PING_LOCAL_V4, ip + 16);
	memcpy(put(frame, fixture->options_size), fixture->options, fixture->options_size);
}

static void put_ipv6(struct ping_frame *frame, const struct ping_fixture *fixture, bool node)
{
	uint8_t *ip = put(frame, 40), *next = ip + 6;

	ip[0] = (fixture->version ?: 6) << 4 | 0xb;
	ip[1] = 0xa1;
	ip[7] = 57;
	inet_pton(AF_INET6, node ? PING_NODE_V6 : PING_STRANGER_V6, ip + 8);
	inet_pton(AF_INET6, fixture->to ?: PING_LOCAL_V6, ip + 24);
	for (const uint8_t *ext = fixture->ext; *ext; ext++) {
		*next = *ext == HOP_BY_HOP ? 0 : *ext;
		next = put(frame, 8);
		if (*ext == PROTO_FRAGMENT)
			set16(next + 2, fixture->fragment);
	}
	*next = fixture->proto ?: PROTO_ICMPV6;
}

static void put_icmp(struct ping_frame *frame, const struct ping_fixture *fixture)
{
	uint8_t *icmp;

	frame->icmp = frame->length;
	icmp = put(frame, 8 + fixture->payload);
	icmp[0] = fixture->type ?: fixture->family == 4 ? 8 : 128;
	icmp[1] = fixture->code;
	for (int i = 4; !fixture->zeros && i < 8 + fixture->payload; i++)
		icmp[i] = i * 37 + fixture->payload;
}

static void put_lengths(struct ping_frame *frame, const struct ping_fixture *fixture)
{
	uint8_t *ip = frame->data + frame->ip, *check = frame->data + frame->icmp + 2;
	uint32_t bytes = frame->length - frame->ip;

	if (fixture->family == 4) {
		set16(ip + 2, bytes);
		set16(ip + 10, checksum(sum_words(ip, 20 + fixture->options_size)));
	} else {
		set16(ip + 4, bytes - 40);
	}
	set16(check, icmp_checksum(frame, frame->data));
	check[0] ^= fixture->corrupt;
}

static void leave_for_later(struct ping_frame *frame, uint32_t bytes)
{
	frame->length -= bytes;
	set16(frame->data + frame->ip + 4, frame->length - frame->ip - 40);
}

void ping_build(const struct ping_fixture *fixture, bool node, struct ping_frame *frame)
{
	memset(frame, 0, sizeof(*frame));
	frame->family = fixture->family;
	put_ethernet(frame, fixture);
	if (fixture->family == 4)
		put_ipv4(frame, fixture, node);
	else
		put_ipv6(frame, fixture, node);
	put_icmp(frame, fixture);
	put_lengths(frame, fixture);
	if (fixture->later)
		leave_for_later(frame, fixture->later);
	memset(put(frame, fixture->padding), 0xee, fixture->padding);
	frame->length -= fixture->missing;
}

/* The reply but for its checksums, which are taken from the one at hand. */
static void make_reply(const struct ping_frame *request, const uint8_t *reply, uint8_t ttl,
		       uint8_t hop_limit, uint8_t *want)
{
	const uint8_t *from = request->data + request->ip;
	uint8_t *ip = want + request->ip;

	memcpy(want, request->data, request->length);
	memcpy(want, request->data + 6, 6);
	memcpy(want + 6, request->data, 6);
	if (request->family == 4) {
		ip[8] = ttl;
		memcpy(ip + 10, reply + request->ip + 10, 2);
		memcpy(ip + 12, from + 16, 4);
		memcpy(ip + 16, from + 12, 4);
	} else {
		ip[7] = hop_limit;
		memcpy(ip + 8, from + 24, 16);
		memcpy(ip + 24, from + 8, 16);
	}
	want[request->icmp] = request->family == 4 ? 0 : 129;
	memcpy(want + request->icmp + 2, reply + request->icmp + 2, 2);
}

const char *ping_reply_flaw(const struct ping_frame *request, const uint8_t *reply, uint8_t ttl,
			    uint8_t hop_limit)
{
	bool valid = !icmp_checksum(request, request->data);
	const uint8_t *ip = reply + request->ip;
	uint8_t want[PING_FRAME_MAX];

	make_reply(request, reply, ttl, hop_limit, want);
	if (memcmp(want, reply, request->length))
		return "the reply is not the request with its ends swapped";
	if (request->family == 4 && checksum(sum_words(ip, (ip[0] & 15) * 4)))
		return "the IPv4 header's checksum is wrong";
	if (!icmp_checksum(request, reply) != valid)
		return valid ? "the ICMP checksum is wrong" :
			       "the ICMP checksum was wrong and is right";
	return NULL;
}

const struct ping_fixture ping_fixtures[] = {
	{ "IPv4", 4, .payload = 56 },
	{ "IPv4, no payload", 4, .payload = 0 },
	{ "IPv4, odd payload", 4, .payload = 1 },
	{ "IPv4, up to the MTU", 4, .payload = 1472 },
	{ "IPv4, padded by Ethernet", 4, .padding = 18 },
	{ "IPv4, nothing but zeros", 4, .zeros = true },
	{ "IPv4, zeros with a payload", 4, .zeros = true, .payload = 33 },
	{ "IPv4, another code", 4, .code = 1, .payload = 8 },
	{ "IPv4, a wrong checksum", 4, .payload = 8, .corrupt = true },
	{ "IPv4, a tag", 4, .tags = 1, .payload = 56 },
	{ "IPv4, two tags", 4, .tags = 2, .payload = 56 },
	{ "IPv4, three tags", 4, .tags = 3, .payload = 56 },
	{ "IPv4, eight tags", 4, .tags = 8, .payload = 56 },
	{ "IPv4, nine tags", 4, .tags = 9, .payload = 56, .expect = PING_LEFT },
	{ "IPv4, no-operation options", 4, .payload = 8, .options_size = 40,
	  .options = { [0 ... 39] = 1 } },
	{ "IPv4, record route", 4, .payload = 56, .options_size = 40, .options = { 7, 39, 4 } },
	{ "IPv4, timestamps", 4, .payload = 56, .options_size = 40, .options = { 68, 40, 5 } },
	{ "IPv4, end of options", 4, .options_size = 8, .options = { 1, 0, 131, 7 } },
	{ "IPv4, router alert and a tag", 4, .tags = 1, .options_size = 4,
	  .options = { 148, 4 } },
	{ "IPv4, loose source route", 4, .options_size = 12, .options = { 131, 11, 4 },
	  .expect = PING_NODE_EVENT, .event = PING_EVENT_OF(options) },
	{ "IPv4, strict source route", 4, .options_size = 8, .options = { 1, 137, 7, 4 },
	  .expect = PING_NODE_EVENT, .event = PING_EVENT_OF(options) },
	{ "IPv4, source route as the last", 4, .options_size = 40,
	  .options = { 7, 31, 4, [31] = 1, [32] = 1, [33] = 131, 7, 4 },
	  .expect = PING_NODE_EVENT, .event = PING_EVENT_OF(options) },
	{ "IPv4, source route as the very last byte", 4, .options_size = 4,
	  .options = { 1, 1, 1, 131 }, .expect = PING_NODE_EVENT,
	  .event = PING_EVENT_OF(options) },
	{ "IPv4, an option of no length", 4, .options_size = 4, .options = { 7, 0 },
	  .expect = PING_NODE_EVENT, .event = PING_EVENT_OF(options) },
	{ "IPv4, an option shorter than itself", 4, .options_size = 4, .options = { 1, 1, 7, 1 },
	  .expect = PING_NODE_EVENT, .event = PING_EVENT_OF(options) },
	{ "IPv4, an option beyond the header", 4, .options_size = 4, .options = { 7, 255 },
	  .expect = PING_NODE_EVENT, .event = PING_EVENT_OF(options) },
	{ "IPv4, first fragment", 4, .fragment = MF, .payload = 8, .expect = PING_NODE_EVENT,
	  .event = PING_EVENT_OF(fragment) },
	{ "IPv4, later fragment", 4, .fragment = MF | 3, .payload = 8, .expect = PING_LEFT },
	{ "IPv4, last fragment", 4, .fragment = 3, .payload = 8, .expect = PING_LEFT },
	{ "IPv4, less than it says", 4, .payload = 8, .missing = 1, .expect = PING_EVENT,
	  .event = PING_EVENT_OF(truncated) },
	{ "IPv4, no ICMP header", 4, .missing = 8, .expect = PING_EVENT,
	  .event = PING_EVENT_OF(truncated) },
	{ "IPv4, not this host's", 4, .to = PING_FOREIGN_V4, .expect = PING_EVENT,
	  .event = PING_EVENT_OF(not_local) },
	{ "IPv4, not this host's, a tag", 4, .to = PING_FOREIGN_V4, .tags = 1,
	  .expect = PING_EVENT, .event = PING_EVENT_OF(not_local) },
	{ "IPv4, the highest that is not for many", 4, .to = "223.255.255.255",
	  .expect = PING_EVENT, .event = PING_EVENT_OF(not_local) },
	{ "IPv4, multicast", 4, .to = "224.0.0.1", .expect = PING_NODE_EVENT,
	  .event = PING_EVENT_OF(not_local) },
	{ "IPv4, to everybody", 4, .to = "255.255.255.255", .expect = PING_NODE_EVENT,
	  .event = PING_EVENT_OF(not_local) },
	{ "IPv4, a broadcast frame", 4, .mac = 0x01, .expect = PING_NODE_EVENT,
	  .event = PING_EVENT_OF(not_local) },
	{ "IPv4, another host's frame", 4, .mac = 0x02, .expect = PING_EVENT,
	  .event = PING_EVENT_OF(not_local) },
	{ "IPv4, from a group of stations", 4, .from_mac = 0xff, .expect = PING_GIVE_UP },
	{ "IPv4, from a group of stations, a tag", 4, .from_mac = 0x01, .payload = 56, .tags = 1,
	  .expect = PING_GIVE_UP },
	{ "IPv4, from a group, another host's frame", 4, .from_mac = 0x03, .mac = 0x02,
	  .expect = PING_EVENT, .event = PING_EVENT_OF(not_local) },
	{ "IPv4, fragmentation needed", 4, .type = 3, .code = 4, .payload = 28,
	  .expect = PING_LEFT },
	{ "IPv4, time exceeded", 4, .type = 11, .payload = 28, .expect = PING_LEFT },
	{ "IPv4, timestamp request", 4, .type = 13, .payload = 12, .expect = PING_LEFT },
	{ "IPv4, TCP", 4, .proto = PROTO_TCP, .payload = 12, .expect = PING_LEFT },
	{ "IPv4, ICMPv6", 4, .proto = PROTO_ICMPV6, .payload = 12, .expect = PING_LEFT },
	{ "IPv4, another version", 4, .version = 5, .expect = PING_LEFT },
	{ "IPv6", 6, .payload = 56 },
	{ "IPv6, no payload", 6, .payload = 0 },
	{ "IPv6, odd payload", 6, .payload = 1 },
	{ "IPv6, up to the MTU", 6, .payload = 1452 },
	{ "IPv6, padded by Ethernet", 6, .padding = 6 },
	{ "IPv6, nothing but zeros", 6, .zeros = true },
	{ "IPv6, another code", 6, .code = 1, .payload = 8 },
	{ "IPv6, a wrong checksum", 6, .payload = 8, .corrupt = true },
	{ "IPv6, a tag", 6, .tags = 1, .payload = 56 },
	{ "IPv6, two tags", 6, .tags = 2, .payload = 56 },
	{ "IPv6, three tags", 6, .tags = 3, .payload = 56 },
	{ "IPv6, eight tags", 6, .tags = 8, .payload = 56 },
	{ "IPv6, nine tags", 6, .tags = 9, .payload = 56, .expect = PING_LEFT },
	{ "IPv6, hop-by-hop options", 6, .ext = { HOP_BY_HOP }, .expect = PING_NODE_EVENT,
	  .event = PING_EVENT_OF(options) },
	{ "IPv6, all extension headers", 6, .payload = 8, .expect = PING_NODE_EVENT,
	  .ext = { HOP_BY_HOP, PROTO_DSTOPTS, PROTO_ROUTING, PROTO_AH, PROTO_DSTOPTS },
	  .event = PING_EVENT_OF(options) },
	{ "IPv6, eight extension headers", 6, .payload = 8, .expect = PING_NODE_EVENT,
	  .ext = { [0 ... 7] = PROTO_DSTOPTS }, .event = PING_EVENT_OF(options) },
	{ "IPv6, nine extension headers", 6, .payload = 8, .expect = PING_NODE_EVENT,
	  .ext = { [0 ... 8] = PROTO_DSTOPTS }, .event = PING_EVENT_OF(options) },
	{ "IPv6, first fragment", 6, .ext = { PROTO_FRAGMENT }, .fragment = 1,
	  .expect = PING_NODE_EVENT, .event = PING_EVENT_OF(fragment) },
	{ "IPv6, the only fragment", 6, .ext = { PROTO_FRAGMENT }, .expect = PING_NODE_EVENT,
	  .event = PING_EVENT_OF(fragment) },
	{ "IPv6, first fragment between options", 6,
	  .ext = { HOP_BY_HOP, PROTO_FRAGMENT, PROTO_DSTOPTS }, .fragment = 1,
	  .expect = PING_NODE_EVENT, .event = PING_EVENT_OF(fragment) },
	{ "IPv6, first fragment without an ICMP header", 6, .ext = { PROTO_FRAGMENT },
	  .fragment = 1, .later = 8, .expect = PING_NODE_EVENT,
	  .event = PING_EVENT_OF(fragment) },
	{ "IPv6, the same with something behind it", 6, .ext = { PROTO_FRAGMENT },
	  .fragment = 1, .later = 8, .padding = 20, .expect = PING_NODE_EVENT,
	  .event = PING_EVENT_OF(fragment) },
	{ "IPv6, first fragment without all of its options", 6,
	  .ext = { PROTO_FRAGMENT, PROTO_DSTOPTS }, .fragment = 1, .later = 12, .padding = 20,
	  .expect = PING_NODE_EVENT, .event = PING_EVENT_OF(fragment) },
	{ "IPv6, later fragment", 6, .ext = { PROTO_FRAGMENT }, .fragment = 8 | 1,
	  .expect = PING_LEFT },
	{ "IPv6, less than it says", 6, .payload = 8, .missing = 1, .expect = PING_EVENT,
	  .event = PING_EVENT_OF(truncated) },
	{ "IPv6, no ICMP header", 6, .missing = 8, .expect = PING_EVENT,
	  .event = PING_EVENT_OF(truncated) },
	{ "IPv6, not this host's", 6, .to = PING_FOREIGN_V6, .expect = PING_EVENT,
	  .event = PING_EVENT_OF(not_local) },
	{ "IPv6, the highest that is not for many", 6, .to = "feff::1",
	  .expect = PING_EVENT, .event = PING_EVENT_OF(not_local) },
	{ "IPv6, multicast", 6, .to = "ff02::1", .expect = PING_NODE_EVENT,
	  .event = PING_EVENT_OF(not_local) },
	{ "IPv6, a multicast frame", 6, .mac = 0x33, .expect = PING_NODE_EVENT,
	  .event = PING_EVENT_OF(not_local) },
	{ "IPv6, another host's frame", 6, .mac = 0x02, .expect = PING_EVENT,
	  .event = PING_EVENT_OF(not_local) },
	{ "IPv6, from a group of stations", 6, .from_mac = 0xff, .expect = PING_GIVE_UP },
	{ "IPv6, from a group of stations, a tag", 6, .from_mac = 0x01, .payload = 56, .tags = 1,
	  .expect = PING_GIVE_UP },
	{ "IPv6, from a group, another host's frame", 6, .from_mac = 0x03, .mac = 0x02,
	  .expect = PING_EVENT, .event = PING_EVENT_OF(not_local) },
	{ "IPv6, packet too big", 6, .type = 2, .payload = 48, .expect = PING_LEFT },
	{ "IPv6, echo reply", 6, .type = 129, .payload = 56, .expect = PING_LEFT },
	{ "IPv6, neighbour solicitation", 6, .type = 135, .payload = 24, .expect = PING_LEFT },
	{ "IPv6, router advertisement", 6, .type = 134, .payload = 24, .expect = PING_LEFT },
	{ "IPv6, listener report", 6, .type = 143, .ext = { HOP_BY_HOP }, .expect = PING_LEFT },
	{ "IPv6, TCP", 6, .proto = PROTO_TCP, .payload = 12, .expect = PING_LEFT },
	{ "IPv6, nothing behind options", 6, .proto = PROTO_NONE, .ext = { PROTO_DSTOPTS },
	  .expect = PING_LEFT },
	{ "IPv6, ICMP of IPv4", 6, .proto = PROTO_ICMP, .payload = 12, .expect = PING_LEFT },
	{ "IPv6, another version", 6, .version = 5, .expect = PING_LEFT },
};

const size_t ping_fixtures_count = sizeof(ping_fixtures) / sizeof(ping_fixtures[0]);

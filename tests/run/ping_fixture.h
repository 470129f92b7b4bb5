/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ping_fixture.h - one table of packets and of what `ping` must do with each, and a
 * check of replies that sums up their checksums independently of the program.
 */
#ifndef RUN_PING_FIXTURE_H
#define RUN_PING_FIXTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ecdn-xdp-maps.h"

#define PING_FRAME_MAX 2048

/* The senders and receivers. The IPv6 addresses begin with 2001:db8. */
#define PING_NODE_V4 "192.0.2.33"
#define PING_NODE_V6 "2001:db8:77::1"
#define PING_STRANGER_V4 "192.0.3.1"
#define PING_STRANGER_V6 "2001:db8:78::1"
#define PING_LOCAL_V4 "198.51.100.1"
#define PING_LOCAL_V6 "2001:db8:ffff::2"
#define PING_FOREIGN_V4 "198.51.100.2"
#define PING_FOREIGN_V6 "2001:db8:ffff::3"

struct ping_frame {
	uint32_t length;
	uint32_t ip, icmp;      /* offsets of the headers */
	uint8_t family;
	uint8_t data[PING_FRAME_MAX];
};

enum ping_expect {
	PING_REQUEST,           /* a request to this host */
	PING_LEFT,              /* the program leaves it alone and counts nothing, whoever
				   sent it */
	PING_NODE_EVENT,        /* if a node sent it, it goes to the stack and `event` is counted */
	PING_EVENT,             /* whoever sent it, it goes to the stack and `event` is counted */
	PING_GIVE_UP,           /* a request that ping cannot answer, but may mark */
};

/* The index of a counter of struct ecdn_xdp_ping_events. */
#define PING_EVENT_OF(field) (offsetof(struct ecdn_xdp_ping_events, field) / sizeof(__u64))

struct ping_fixture {
	const char *name;
	uint8_t family;         /* 4 or 6 */
	uint8_t tags;           /* VLAN tags */
	uint8_t type;           /* 0: an echo request */
	uint8_t code;
	uint8_t proto;          /* 0: ICMP or ICMPv6 */
	uint8_t version;        /* 0: the family's */
	uint8_t options[40];    /* IPv4 options */
	uint8_t options_size;
	uint8_t ext[12];        /* IPv6 extension headers, 8 bytes each; 0xff: hop-by-hop options */
	uint8_t padding;        /* bytes after the end that the IP header gives */
	uint8_t missing;        /* bytes that the IP header gives and that are not there */
	uint8_t later;          /* bytes at the end that belong to another fragment; IPv6 */
	uint16_t fragment;      /* flags and offset of IPv4 or of the fragment header */
	uint16_t payload;       /* bytes after the ICMP header */
	bool zeros;             /* identifier, sequence number and payload are 0 */
	bool corrupt;           /* its ICMP checksum is wrong */
	const char *to;         /* destination address; NULL: that of this host */
	uint8_t mac;            /* first byte of the destination MAC; 0: this host's MAC */
	uint8_t from_mac;       /* first byte of the source MAC; 0: a station's MAC */
	enum ping_expect expect;
	uint8_t event;          /* PING_EVENT_OF */
};

extern const struct ping_fixture ping_fixtures[];
extern const size_t ping_fixtures_count;

void ping_build(const struct ping_fixture *fixture, bool node, struct ping_frame *frame);

/* Returns NULL if a host with this ttl and hop_limit would answer request with reply;
 * otherwise what is wrong with it. */
const char *ping_reply_flaw(const struct ping_frame *request, const uint8_t *reply, uint8_t ttl,
			    uint8_t hop_limit);

#endif

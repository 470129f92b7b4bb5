/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * xff_world.h - a made-up platform whose users' requests are lines of an origin's log, from a seed:
 * regions of very different size with providers, nodes that serve some regions each, users of both
 * families, of whom some have moved since their direct visit, or have made none; and what is to be
 * wrong. Used by the unit tests, tests/tools/xff_log.c and the bench.
 */
#ifndef TESTS_XFF_WORLD_H
#define TESTS_XFF_WORLD_H

#include <arpa/inet.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORLD_REGIONS 24
#define WORLD_ISPS 3            /* of a region */
#define WORLD_NODES 8
#define WORLD_NODES_OF_REGION 3
#define WORLD_LINE_SIZE 512     /* more than any line takes */

/* What is wrong, as bits. */
enum world_wrong {
	WORLD_PROXIES = 1,      /* 3 % of users have proxies that write headers */
	WORLD_REWRITTEN = 2,    /* the balancer, or one of two if something else is wrong, too */
	WORLD_HIJACKED = 4,     /* two regions, 60 % of their plain HTTP */
	WORLD_NODE = 8,         /* one of eight, 80 % of its requests */
	WORLD_REGION = 16,      /* one region, 70 % of its requests by any node */
	WORLD_ISP = 32,         /* one provider, 70 % of its requests by any node */
	WORLD_HIJACKED_ISP = 64, /* one provider, 60 % of its plain HTTP */
};

struct world_user {
	unsigned int number, region, isp;
	bool ipv6;
	char home[48];          /* his address */
	char direct[48];        /* what the direct visit showed */
	char region_text[8], isp_text[8];
};

struct world {
	uint64_t random;
	unsigned int wrong;
	unsigned int users;
	bool balancers;         /* two of them stand before the origin */
	bool json;
	bool few;               /* the node at fault shows two addresses alone */
	bool rough;             /* in every fifth region three times as many users have moved */
	unsigned int hijacked[2], strange_region, strange_isp, hijacked_isp; /* isp: region * 3 + i */
	unsigned int node;
	uint64_t salt;          /* of this world's users */
	struct world_user *user; /* owned */
};

static inline uint64_t world_mix(uint64_t x)
{
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ x >> 27) * 0x94d049bb133111ebULL;
	return x ^ x >> 31;
}

static inline uint64_t world_random(struct world *world)
{
	return world_mix(world->random += 0x9e3779b97f4a7c15ULL);
}

static inline bool world_happens(struct world *world, unsigned int thousandths)
{
	return world_random(world) % 1000 < thousandths;
}

/* Of a user alone: the same whenever it is asked. */
static inline uint64_t world_trait(const struct world *world, unsigned int user, unsigned int trait)
{
	return world_mix(world->salt ^ world_mix((uint64_t)user << 8 | trait));
}

static inline bool world_is(const struct world *world, unsigned int user, unsigned int trait,
			    unsigned int thousandths)
{
	return world_trait(world, user, trait) % 1000 < thousandths;
}

/* snprintf() would take most of the time of a test. Returns where the digits end. */
static inline char *world_digits(char *to, unsigned int number)
{
	if (number >= 10)
		to = world_digits(to, number / 10);
	*to++ = (char)('0' + number % 10);
	*to = 0;
	return to;
}

static inline char *world_quad(char *to, unsigned int a, unsigned int b, unsigned int c,
			       unsigned int d)
{
	to = stpcpy(world_digits(to, a), ".");
	to = stpcpy(world_digits(to, b), ".");
	to = stpcpy(world_digits(to, c), ".");
	return world_digits(to, d);
}

static inline void world_address(char text[48], bool ipv6, unsigned int network, unsigned int host)
{
	if (ipv6)
		snprintf(text, 48, "2a00:%x:%x::%x", network >> 16 & 0xffff, network & 0xff00,
			 host & 0xffff);
	else
		world_quad(text, 60 + (network >> 16) % 60, network >> 8 & 255, network & 255,
			   host & 255);
}

static inline void world_user(const struct world *world, unsigned int number,
			      struct world_user *user)
{
	unsigned int draw = world_trait(world, number, 0) % 1000, region = 0;
	unsigned int network = world_trait(world, number, 2) & 0xffffff;
	unsigned int moved = world->rough ? 25 : 30;

	/* Each region has 7/8 of the users of the one before it. */
	for (unsigned int left = 1000; region < WORLD_REGIONS - 1 && draw >= left / 8; region++) {
		draw -= left / 8;
		left -= left / 8;
	}
	user->number = number;
	user->region = region;
	user->isp = region * WORLD_ISPS + (world_trait(world, number, 1) % 10 < 5 ? 0 :
					   world_trait(world, number, 1) % 10 < 8 ? 1 : 2);
	world_digits(stpcpy(user->region_text, "R"), region);
	world_digits(stpcpy(user->isp_text, "AS"), user->isp);
	user->ipv6 = world_is(world, number, 3, 200);
	world_address(user->home, user->ipv6, network, number);
	if (world->rough && region % 5 == 0)
		moved *= 3;
	if (world_is(world, number, 4, moved))
		world_address(user->direct, user->ipv6, network + 77777, number);
	else if (world_is(world, number, 5, 30))
		world_address(user->direct, !user->ipv6, network, number);
	else if (world_is(world, number, 6, 50))
		world_address(user->direct, user->ipv6, network, number + 9);
	else
		strcpy(user->direct, world_is(world, number, 7, 100) ? "-" : user->home);
}

static inline void world_start(struct world *world, uint64_t seed, unsigned int wrong,
			       unsigned int users, bool rough)
{
	*world = (struct world){ .random = seed * 1000003 + wrong, .wrong = wrong, .users = users };
	world->rough = rough;
	world->salt = world_random(world);
	world->balancers = wrong & WORLD_REWRITTEN;
	world->hijacked[0] = world_random(world) % 8;
	world->hijacked[1] = (world->hijacked[0] + 3) % 8;
	world->strange_region = world_random(world) % 8;
	world->strange_isp = (world_random(world) % 6) * WORLD_ISPS + world_random(world) % 2;
	world->hijacked_isp = (world_random(world) % 6) * WORLD_ISPS + world_random(world) % 2;
	world->node = world_random(world) % WORLD_NODES;
	world->user = calloc(users, sizeof(*world->user));
	if (!world->user)
		abort();
	for (unsigned int i = 0; i < users; i++)
		world_user(world, i, &world->user[i]);
}

static inline void world_end(struct world *world)
{
	free(world->user);
}

/* The header's beginning, which is to be the user's address. */
static inline void world_shown(struct world *world, const struct world_user *user, bool tls,
			       unsigned int node, char shown[128])
{
	bool hijacked = user->region == world->hijacked[0] || user->region == world->hijacked[1];

	strcpy(shown, user->home);
	if (world->wrong & WORLD_PROXIES && world_is(world, user->number, 8, 30))
		snprintf(shown, 128, "192.168.%u.7, %s", user->number & 255,
			 *user->direct == '-' ? user->home : user->direct);
	if (world->wrong & WORLD_HIJACKED && hijacked && !tls &&
	    world_is(world, user->number, 9, 600))
		snprintf(shown, 128, "203.0.113.%u", 1 + user->region);
	if (world->wrong & WORLD_HIJACKED_ISP && user->isp == world->hijacked_isp && !tls &&
	    world_is(world, user->number, 9, 600))
		snprintf(shown, 128, "203.0.113.%u", 100 + user->isp);
	if (world->wrong & WORLD_NODE && node == world->node && world_happens(world, 800))
		snprintf(shown, 128, "100.%u.3.4", 1 + (unsigned int)(world_random(world) % (world->few ? 2 : 60)));
	if (world->wrong & WORLD_REGION && user->region == world->strange_region &&
	    world_happens(world, 700))
		snprintf(shown, 128, "101.%u.3.4", 1 + user->region);
	if (world->wrong & WORLD_ISP && user->isp == world->strange_isp && world_happens(world, 700))
		snprintf(shown, 128, "101.%u.3.5", 1 + user->region);
}

static inline void world_node(char text[48], unsigned int node)
{
	world_quad(text, 198, 51, 100, 10 + node);
}

/* A label or key, and its value. */
static inline char *world_put(const struct world *world, char *to, const char *key,
			      const char *value)
{
	if (!world->json)
		return stpcpy(stpcpy(stpcpy(stpcpy(to, *key == 'r' ? "" : "\t"), key), ":"), value);
	to = stpcpy(stpcpy(stpcpy(to, *key == 'r' ? "{\"" : "\",\""), key), "\":\"");
	return stpcpy(to, value);
}

/* A line of the log, with its end. Returns its bytes. */
static inline size_t world_line(struct world *world, char line[WORLD_LINE_SIZE])
{
	const struct world_user *user = &world->user[world_random(world) % world->users];
	unsigned int node = (user->region + world_random(world) % WORLD_NODES_OF_REGION) %
			    WORLD_NODES;
	unsigned int balancer = world_random(world) % 2;
	bool tls = world_happens(world, 650), alone = world->wrong == WORLD_REWRITTEN;
	bool rewritten = world->wrong & WORLD_REWRITTEN && (alone || balancer);
	char chain[192], node_text[48], *to = line;

	world_node(node_text, node);
	world_shown(world, user, tls, node, chain);
	if (world->balancers && !rewritten)
		strcat(chain, ", ");
	to = world_put(world, to, "remote_addr", !world->balancers ? node_text :
		       balancer ? "10.0.0.2" : "10.0.0.1");
	to = world_put(world, to, "ecdn_peer", world->balancers ? "client" : "node");
	to = world_put(world, to, "ecdn_region", user->region_text);
	to = world_put(world, to, "scheme", tls ? "https" : "http");
	to = world_put(world, to, "http_x_forwarded_for", rewritten ? node_text : chain);
	to = stpcpy(to, world->balancers && !rewritten ? node_text : "");
	to = world_put(world, to, "direct", user->direct);
	to = world_put(world, to, "isp", user->isp_text);
	return stpcpy(to, world->json ? "\"}\n" : "\n") - line;
}

#endif

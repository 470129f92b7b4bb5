// SPDX-License-Identifier: BSD-2-Clause
/*
 * test_client_info.c - what libecdn-xdp tells of a verdict besides it, what it does without a
 * client, and with pins that are a generation behind the tables in use.
 */
#include <arpa/inet.h>
#include <stddef.h>
#include <unistd.h>

#include "client_pins.h"
#include "ecdn-xdp.h"
#include "harness.h"
#include "regions/table.h"
#include "trust/trust_table.h"

#define SECOND 1000000000ULL
#define FOREVER UINT64_MAX

static struct client_pins pins;
static char said[4096];

static void collect(void *context, const char *message)
{
	size_t length = strlen(said);

	(void)context;
	snprintf(said + length, sizeof(said) - length, "%s\n", message);
}

/* An IPv4 address of a region, which is trusted or not. Those in 127.0.0.0/8 are passed over. */
static struct sockaddr_in find(bool trusted, uint32_t *id)
{
	struct sockaddr_in found = { .sin_family = AF_INET };
	uint32_t addr = 1;

	for (;; addr = addr * 1664525 + 1013904223) {
		struct address address = { (addr_bits)addr << 96, AF_INET };

		*id = table_lookup(pins.table[0], &address);
		if (*id && addr >> 24 != 127 &&
		    !!trust_table_lookup(pins.trusted, &address) == trusted)
			break;
	}
	found.sin_addr.s_addr = htonl(addr);
	return found;
}

static struct ecdn_xdp_info ask(struct ecdn_xdp_client *client, const void *address)
{
	struct ecdn_xdp_info info;

	memset(&info, 0xff, sizeof(info));
	info.size = sizeof(info);
	ecdn_xdp_verdict_info(client, address, &info);
	return info;
}

static void check(const char *name, const char *what, long long is, long long wanted)
{
	char why[100] = "";

	if (is != wanted)
		snprintf(why, sizeof(why), "%s is %lld instead of %lld", what, is, wanted);
	report(name, why);
}

/* What is told of a region whose state was published, `ago` and `left` before and after now. */
static void check_state(struct ecdn_xdp_client *client, const struct sockaddr_in *address,
			uint32_t id)
{
	static const struct {
		const char *name;
		uint32_t state, next;
		uint64_t left_ns;
		enum ecdn_xdp_verdict verdict;
		enum ecdn_xdp_reason reason;
		const char *is;
		unsigned int least, most; /* of retry_after */
	} cases[] = {
		{ "normal", ECDN_XDP_STATE_NORMAL, 0, FOREVER, ECDN_XDP_PASS,
		  ECDN_XDP_REASON_NORMAL, "normal", 0, 0 },
		{ "limited", ECDN_XDP_STATE_LIMITED, 0, 100 * SECOND, ECDN_XDP_LIMITED,
		  ECDN_XDP_REASON_LIMITED, "limited", 60, 101 },
		{ "limited for a moment yet", ECDN_XDP_STATE_LIMITED, 0, SECOND / 2,
		  ECDN_XDP_LIMITED, ECDN_XDP_REASON_LIMITED, "limited", 1, 1 },
		{ "limited, and over by silence", ECDN_XDP_STATE_LIMITED, 0, 0, ECDN_XDP_PASS,
		  ECDN_XDP_REASON_NORMAL, "normal", 0, 0 },
		{ "limited for years", ECDN_XDP_STATE_LIMITED, 0, SECOND * 100000000,
		  ECDN_XDP_LIMITED, ECDN_XDP_REASON_LIMITED, "limited",
		  ECDN_XDP_RETRY_AFTER_MAX, ECDN_XDP_RETRY_AFTER_MAX },
		{ "limited without an end", ECDN_XDP_STATE_LIMITED, 0, FOREVER, ECDN_XDP_LIMITED,
		  ECDN_XDP_REASON_LIMITED, "limited", 0, 0 },
		{ "shielded", ECDN_XDP_STATE_SHIELDED, 0, 100 * SECOND, ECDN_XDP_PASS,
		  ECDN_XDP_REASON_SHIELDED, "shielded", 0, 0 },
		{ "exempt", ECDN_XDP_STATE_EXEMPT, ECDN_XDP_STATE_BLOCKED, 100 * SECOND,
		  ECDN_XDP_PASS, ECDN_XDP_REASON_EXEMPT, "exempt", 0, 0 },
		{ "exempt, until it was blocked", ECDN_XDP_STATE_EXEMPT, ECDN_XDP_STATE_BLOCKED, 0,
		  ECDN_XDP_BLOCKED, ECDN_XDP_REASON_BLOCKED, "blocked", 0, 0 },
		{ "blocked", ECDN_XDP_STATE_BLOCKED, 0, FOREVER, ECDN_XDP_BLOCKED,
		  ECDN_XDP_REASON_BLOCKED, "blocked", 0, 0 },
		{ "blocked until a time", ECDN_XDP_STATE_BLOCKED, 0, 100 * SECOND, ECDN_XDP_BLOCKED,
		  ECDN_XDP_REASON_BLOCKED, "blocked", 60, 101 },
		{ "blocked until it was over", ECDN_XDP_STATE_BLOCKED, 0, 0, ECDN_XDP_PASS,
		  ECDN_XDP_REASON_NORMAL, "normal", 0, 0 },
		{ "a state that this library does not know", ECDN_XDP_STATE_MAX, 0, FOREVER,
		  ECDN_XDP_PASS, ECDN_XDP_REASON_NORMAL, "unknown", 0, 0 },
	};
	struct ecdn_xdp_region_state before = pins.state[id];

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		uint64_t now = now_ns(), left = cases[i].left_ns;
		struct ecdn_xdp_info info;
		char why[200] = "";

		pins.state[id] = (struct ecdn_xdp_region_state){
			.state = cases[i].state,
			.next = cases[i].next,
			.since_ns = now - SECOND,
			.until_ns = left == FOREVER ? left : left ? now + left : now - 1,
		};
		/* The library's clock is a jiffy or so behind. */
		usleep(left ? 0 : 50000);
		info = ask(client, address);
		if (info.verdict != cases[i].verdict || info.reason != cases[i].reason ||
		    strcmp(info.state, cases[i].is) || info.region.id != id)
			snprintf(why, sizeof(why), "verdict %d, reason %d, state %s, region %u",
				 info.verdict, info.reason, info.state, info.region.id);
		else if (info.verdict != ecdn_xdp_verdict(client, (void *)address, NULL))
			strcpy(why, "ecdn_xdp_verdict() says something else");
		else if (info.retry_after < cases[i].least || info.retry_after > cases[i].most)
			snprintf(why, sizeof(why), "retry after %u s", info.retry_after);
		else if ((info.until_ms < 0) != (left == FOREVER || !left))
			snprintf(why, sizeof(why), "until %lld ms", info.until_ms);
		else if (info.since_ms < 0)
			snprintf(why, sizeof(why), "since %lld ms", info.since_ms);
		report(cases[i].name, why);
	}
	pins.state[id] = before;
}

/* An exemption that is over, and a block that outlasts it: the block's end is told, until that
 * is over too. */
static void check_second(struct ecdn_xdp_client *client, const struct sockaddr_in *address,
			 uint32_t id)
{
	struct ecdn_xdp_region_state before = pins.state[id];
	struct ecdn_xdp_info info;
	uint64_t now = now_ns();

	pins.state[id] = (struct ecdn_xdp_region_state){
		.state = ECDN_XDP_STATE_EXEMPT,
		.next = ECDN_XDP_STATE_BLOCKED,
		.since_ns = now - 2 * SECOND,
		.until_ns = now - SECOND,
		.next_until_ns = now + 100 * SECOND,
	};
	info = ask(client, address);
	check("a block after an exemption", "reason", info.reason, ECDN_XDP_REASON_BLOCKED);
	check("... has its own end", "in time", info.retry_after >= 60 && info.retry_after <= 101, 1);
	pins.state[id].next_until_ns = now - SECOND / 2;
	info = ask(client, address);
	check("... upon which the region is normal", "reason", info.reason, ECDN_XDP_REASON_NORMAL);
	check("... and passes", "verdict", info.verdict, ECDN_XDP_PASS);
	pins.state[id] = before;
}

static void check_excuses(struct ecdn_xdp_client *client, const struct sockaddr_in *trusted,
			  const struct sockaddr_in *other)
{
	struct address address = { (addr_bits)ntohl(trusted->sin_addr.s_addr) << 96, AF_INET };
	bool node = ecdn_xdp_node(trust_table_lookup(pins.trusted, &address));
	struct ecdn_xdp_info info = ask(client, trusted);

	check("trusted, in a limited region: it passes", "verdict", info.verdict, ECDN_XDP_PASS);
	check("... by what it is", "reason", info.reason,
	      node ? ECDN_XDP_REASON_NODE : ECDN_XDP_REASON_ALLOWED);
	check("... the state is the region's", "state", strcmp(info.state, "limited"), 0);
	check("... and there is nothing to wait for", "retry", info.retry_after, 0);
	pins.public->monitor = 1;
	info = ask(client, other);
	check("monitor mode: it passes", "verdict", info.verdict, ECDN_XDP_PASS);
	check("... which is why", "reason", info.reason, ECDN_XDP_REASON_MONITOR);
	pins.public->monitor = 0;
}

/* Callers of other versions: nothing is written behind what they have, and what the library does
 * not know is zeros. */
static void check_sizes(struct ecdn_xdp_client *client, const struct sockaddr_in *address)
{
	struct {
		struct ecdn_xdp_info info;
		unsigned char more[16];
	} room;
	const size_t old = offsetof(struct ecdn_xdp_info, since_ms);

	memset(&room, 0xee, sizeof(room));
	room.info.size = sizeof(room);
	ecdn_xdp_verdict_info(client, (void *)address, &room.info);
	check("a caller with more members: zeros", "the last byte",
	      room.more[sizeof(room.more) - 1] | room.more[0], 0);
	check("... and what is known", "verdict", room.info.verdict, ECDN_XDP_LIMITED);
	memset(&room, 0xee, sizeof(room));
	room.info.size = old;
	ecdn_xdp_verdict_info(client, (void *)address, &room.info);
	check("a caller with fewer members: those it has", "verdict", room.info.verdict,
	      ECDN_XDP_LIMITED);
	check("... and no others", "a byte behind them", ((unsigned char *)&room)[old], 0xee);
	for (size_t size = 0; size <= sizeof(size); size += sizeof(size)) {
		memset(&room, 0xee, sizeof(room));
		room.info.size = size;
		check("no member at all: the verdict is returned", "verdict",
		      ecdn_xdp_verdict_info(client, (void *)address, &room.info),
		      ECDN_XDP_LIMITED);
		check("... and nothing written", "a byte", ((unsigned char *)&room)[sizeof(size)],
		      0xee);
	}
	check("no struct: the verdict is returned", "verdict",
	      ecdn_xdp_verdict_info(client, (void *)address, NULL), ECDN_XDP_LIMITED);
}

static void check_nobody(const struct sockaddr_in *address)
{
	struct ecdn_xdp_region region = { 7, "wrong" };
	struct ecdn_xdp_info info = ask(NULL, address);

	check("no client: it passes", "verdict", ecdn_xdp_verdict(NULL, (void *)address, &region),
	      ECDN_XDP_PASS);
	check("... of no region", "region", region.id || strcmp(region.name, "--"), 0);
	check("... also where none is asked for", "verdict",
	      ecdn_xdp_verdict(NULL, (void *)address, NULL), ECDN_XDP_PASS);
	check("... with its reason", "reason", (int)info.verdict | (int)info.reason,
	      ECDN_XDP_REASON_NO_GUARD);
	check("... is no node", "node", ecdn_xdp_is_node(NULL, (void *)address), 0);
	check("... counts nothing", "error", ecdn_xdp_count(NULL, 0, 200), -EINVAL);
	check("... is not ready", "error", ecdn_xdp_ready(NULL), -EINVAL);
	ecdn_xdp_close(NULL);
	check("the library's version", "difference", strcmp(ecdn_xdp_version(), ECDN_XDP_VERSION),
	      0);
}

static void check_addresses(struct ecdn_xdp_client *client)
{
	struct sockaddr local = { .sa_family = AF_UNIX };

	check("another family passes", "reason", ask(client, &local).reason,
	      ECDN_XDP_REASON_NO_ADDRESS);
	check("no address passes", "reason", ask(client, NULL).reason,
	      ECDN_XDP_REASON_NO_ADDRESS);
	check("... as a verdict", "verdict", ecdn_xdp_verdict(client, NULL, NULL), ECDN_XDP_PASS);
	check("... and is no node", "node", ecdn_xdp_is_node(client, NULL), 0);
}

/* The table whose names are answered; -1: there is none. */
static int table_of(struct ecdn_xdp_client *client, const struct sockaddr_in *address)
{
	struct ecdn_xdp_region region;
	int table = -1;

	ecdn_xdp_verdict(client, (void *)address, &region);
	return sscanf(region.name, "%d.", &table) == 1 ? table : -1;
}

/* Asks until something is said, for at most half a minute. Every answer must be of the table. */
static void wait_said(struct ecdn_xdp_client *client, const struct sockaddr_in *address,
		      int table, const char *name)
{
	uint64_t end = now_ns() + 30 * SECOND;
	char why[100] = "";
	int is = table;

	while (!*said && is == table && now_ns() < end) {
		is = table_of(client, address);
		usleep(1000);
	}
	if (is != table)
		snprintf(why, sizeof(why), "an answer of table %d", is);
	report(name, why);
}

static void wait_table(struct ecdn_xdp_client *client, const struct sockaddr_in *address,
		       int table, const char *name)
{
	uint64_t end = now_ns() + 10 * SECOND;

	while (table_of(client, address) != table && now_ns() < end)
		usleep(10000);
	check(name, "the table", table_of(client, address), table);
}

static void check_said(const char *name, const char *pattern)
{
	char why[sizeof(said) + 32] = "";

	if (!strstr(said, pattern) || strchr(said, '\n') != strrchr(said, '\n'))
		snprintf(why, sizeof(why), "it said: %s", said);
	report(name, why);
	*said = 0;
}

static void check_lag(struct ecdn_xdp_client *client, const struct sockaddr_in *address)
{
	struct ecdn_xdp_client *late;
	__u64 generation;

	client_pins_lag(&pins, false);
	wait_said(client, address, 0, "a pin behind its slot: the table before goes on");
	check_said("... and that is said", "is not the one that the guard uses");
	late = ecdn_xdp_open(pins.dir, collect, NULL);
	check("... who begins takes the pin's table", "the table", table_of(late, address), 0);
	check("... and has a guard", "error", ecdn_xdp_ready(late), 0);
	client_pins_catch_up(&pins, 1);
	wait_table(client, address, 1, "... until the right one is pinned");
	wait_table(late, address, 1, "... which who has begun takes, too");
	*said = 0;
	/* A pin that is not the newest is still newer than what a client has. */
	generation = pins.generation;
	client_pins_swap(&pins, 2);
	pins.public->table_generation = generation;
	client_pins_lag(&pins, false);
	wait_table(client, address, 2, "a pin that is newer, and not the newest, is taken");
	client_pins_catch_up(&pins, 0);
	wait_table(client, address, 0, "... until the newest is there");
	*said = 0;
	client_pins_lag(&pins, true);
	wait_said(client, address, 0, "a trusted pin behind its slot: answers go on");
	check_said("... and that is said", "is not the one that the guard uses");
	ecdn_xdp_close(late);
}

int main(void)
{
	struct sockaddr_in trusted, other;
	struct ecdn_xdp_client *client;
	uint32_t of_trusted, of_other;

	client_pins_open(&pins);
	trusted = find(true, &of_trusted);
	other = find(false, &of_other);
	check_nobody(&other);
	client = ecdn_xdp_open(pins.dir, collect, NULL);
	need(client, "open a client");
	check("no guard: it passes", "reason", ask(client, &other).reason,
	      ECDN_XDP_REASON_NO_GUARD);
	check("... as another family does", "reason", ask(client, NULL).reason,
	      ECDN_XDP_REASON_NO_GUARD);
	ecdn_xdp_close(client);
	client_pins_load(&pins, 0);
	client_pins_trust(&pins, true);
	client = ecdn_xdp_open(pins.dir, collect, NULL);
	need(client, "open a client");
	*said = 0;
	check_state(client, &other, of_other);
	check_second(client, &other, of_other);
	check_excuses(client, &trusted, &other);
	check_sizes(client, &other);
	check_addresses(client);
	check_lag(client, &other);
	ecdn_xdp_close(client);
	client_pins_unload(&pins);
	client_pins_close(&pins);
	return report_end();
}

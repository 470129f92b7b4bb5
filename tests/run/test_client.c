// SPDX-License-Identifier: BSD-2-Clause
/*
 * test_client.c - libecdn-xdp against the reference, and in many threads while
 * tables and whole guards come and go: an answer is always that of one table.
 */
#include <arpa/inet.h>
#include <pthread.h>
#include <unistd.h>

#include "client_pins.h"
#include "ecdn-xdp.h"
#include "harness.h"
#include "regions/table.h"
#include "trust/trust_table.h"

#define SECOND 1000000000ULL
#define READERS 3

static struct client_pins pins;
static char said[4096];

static void collect(void *context, const char *message)
{
	size_t length = strlen(said);

	(void)context;
	snprintf(said + length, sizeof(said) - length, "%s\n", message);
}

/* An address as sockets give it and as the reference takes it. */
struct both {
	struct sockaddr_storage socket;
	struct address address;
};

static void make_v4(struct both *both, uint32_t addr)
{
	struct sockaddr_in *in = (struct sockaddr_in *)&both->socket;

	in->sin_family = AF_INET;
	in->sin_addr.s_addr = htonl(addr);
	both->address = (struct address){ (addr_bits)addr << 96, AF_INET };
}

static void make_v6(struct both *both, addr_bits bits)
{
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&both->socket;

	in6->sin6_family = AF_INET6;
	for (int i = 0; i < 16; i++)
		in6->sin6_addr.s6_addr[i] = bits >> (120 - 8 * i);
	both->address = (struct address){ bits, AF_INET6 };
}

static void make_mapped(struct both *both, uint32_t addr)
{
	make_v6(both, (addr_bits)0xffff << 32 | addr);
	both->address = (struct address){ (addr_bits)addr << 96, AF_INET };
}

/* Half of them where something begins, or right before it. */
static void make_any(struct both *both, unsigned int *seed)
{
	const struct address *border = &pins.border[rand_r(seed) % pins.borders];
	addr_bits bits = border->bits;
	bool v4 = border->family == AF_INET;

	memset(both, 0, sizeof(*both));
	if (rand_r(seed) % 2)
		bits -= (addr_bits)1 << (v4 ? 96 : 0);
	for (int i = 0; i < 8 && rand_r(seed) % 2; i++)
		bits ^= (addr_bits)(rand_r(seed) & 0xffff) << (16 * i);
	if (!v4)
		make_v6(both, bits);
	else if (rand_r(seed) % 2)
		make_v4(both, bits >> 96);
	else
		make_mapped(both, bits >> 96);
}

static uint32_t region_in(int table, const struct both *both)
{
	return table_lookup(pins.table[table], &both->address);
}

static uint32_t trust_of(const struct both *both)
{
	return trust_table_lookup(pins.trusted, &both->address);
}

static const char *text(const struct both *both)
{
	static __thread char room[ADDRESS_TEXT_SIZE];

	return address_format(&both->address, room);
}

/* Whether the answer is that of one table, which is named in it; or why not. */
static bool check_answer(struct ecdn_xdp_client *client, const struct both *both,
			 int *table, char why[200])
{
	struct ecdn_xdp_region region;
	enum ecdn_xdp_verdict verdict;
	unsigned int id;

	verdict = ecdn_xdp_verdict(client, (const struct sockaddr *)&both->socket, &region);
	*table = -1;
	if (!region.id && !strcmp(region.name, "--") && verdict == ECDN_XDP_PASS)
		return true;
	if (sscanf(region.name, "%d.%u", table, &id) != 2 || id != region.id ||
	    *table < 0 || *table >= PINS_TABLES) {
		snprintf(why, 200, "%s: region %u is named %s", text(both), region.id, region.name);
		return false;
	}
	if (region_in(*table, both) == id)
		return true;
	snprintf(why, 200, "%s: region %s, table %d says %u", text(both), region.name, *table,
		 region_in(*table, both));
	return false;
}

static void check_reference(struct ecdn_xdp_client *client, int wanted)
{
	unsigned int seed = wanted;
	char why[200] = "";

	for (int i = 0; i < 300000 && !*why; i++) {
		struct both both;
		enum ecdn_xdp_verdict verdict;
		struct ecdn_xdp_region region;
		uint32_t trust;

		make_any(&both, &seed);
		verdict = ecdn_xdp_verdict(client, (struct sockaddr *)&both.socket, &region);
		trust = trust_of(&both);
		if (region.id != region_in(wanted, &both))
			snprintf(why, sizeof(why), "%s: region %u instead of %u", text(&both),
				 region.id, region_in(wanted, &both));
		else if (verdict != (trust ? ECDN_XDP_PASS : ECDN_XDP_LIMITED))
			snprintf(why, sizeof(why), "%s: verdict %d, trusted %#x", text(&both),
				 verdict, trust);
		else if (ecdn_xdp_is_node(client, (struct sockaddr *)&both.socket) !=
			 !!ecdn_xdp_node(trust))
			snprintf(why, sizeof(why), "%s: node or not, %#x", text(&both), trust);
	}
	report("regions, verdicts and nodes of random addresses are the reference's", why);
}

/* What a region's state is after until_ns, when none of its packets comes: the one that is
 * published to follow. */
static void check_next(struct ecdn_xdp_client *client)
{
	static const struct {
		const char *name;
		struct ecdn_xdp_region_state state;
		enum ecdn_xdp_verdict verdict;
	} cases[] = {
		{ "limited, until it was normal", { ECDN_XDP_STATE_LIMITED, .until_ns = 1 },
		  ECDN_XDP_PASS },
		{ "exempt, until it was blocked",
		  { ECDN_XDP_STATE_EXEMPT, ECDN_XDP_STATE_BLOCKED, .until_ns = 1 },
		  ECDN_XDP_BLOCKED },
		{ "exempt, and blocked after that",
		  { ECDN_XDP_STATE_EXEMPT, ECDN_XDP_STATE_BLOCKED, .until_ns = UINT64_MAX },
		  ECDN_XDP_PASS },
		{ "exempt, until it was blocked, which has ended too",
		  { ECDN_XDP_STATE_EXEMPT, ECDN_XDP_STATE_BLOCKED, .until_ns = 1,
		    .next_until_ns = 2 }, ECDN_XDP_PASS },
		{ "exempt, until it was blocked, which has an end to come",
		  { ECDN_XDP_STATE_EXEMPT, ECDN_XDP_STATE_BLOCKED, .until_ns = 1,
		    .next_until_ns = UINT64_MAX - 1 }, ECDN_XDP_BLOCKED },
		{ "blocked, until it was normal", { ECDN_XDP_STATE_BLOCKED, .until_ns = 1 },
		  ECDN_XDP_PASS },
		{ "a state that this library does not know", { ECDN_XDP_STATE_MAX, .until_ns = 1 },
		  ECDN_XDP_PASS },
	};
	struct ecdn_xdp_region_state before;
	unsigned int seed = 5;
	struct both both;
	uint32_t id;

	do {
		make_any(&both, &seed);
		id = region_in(0, &both);
	} while (!id || trust_of(&both));
	before = pins.state[id];
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char why[50] = "";
		int verdict;

		pins.state[id] = cases[i].state;
		verdict = ecdn_xdp_verdict(client, (struct sockaddr *)&both.socket, NULL);
		if (verdict != (int)cases[i].verdict)
			snprintf(why, sizeof(why), "verdict %d", verdict);
		report(cases[i].name, why);
	}
	pins.state[id] = before;
}

struct reader {
	pthread_t thread;
	struct ecdn_xdp_client *client;
	unsigned int seed;
	unsigned long of_table[PINS_TABLES], none, counted;
	char why[200];
};

static bool ended;

static void *read_on(void *argument)
{
	struct reader *reader = argument;

	while (!__atomic_load_n(&ended, __ATOMIC_RELAXED) && !*reader->why) {
		struct both both;
		int table;

		make_any(&both, &reader->seed);
		if (!check_answer(reader->client, &both, &table, reader->why))
			break;
		if (table < 0)
			__atomic_fetch_add(&reader->none, 1, __ATOMIC_RELAXED);
		else
			__atomic_fetch_add(&reader->of_table[table], 1, __ATOMIC_RELAXED);
		reader->counted += !ecdn_xdp_count(reader->client, reader->seed % PINS_REGIONS,
						   200);
	}
	return NULL;
}

static void start(struct reader *readers, struct ecdn_xdp_client *client)
{
	memset(readers, 0, READERS * sizeof(*readers));
	ended = false;
	for (int i = 0; i < READERS; i++) {
		readers[i].client = client;
		readers[i].seed = i + 1;
		need(!pthread_create(&readers[i].thread, NULL, read_on, &readers[i]),
		     "make a thread");
	}
}

/* The first complaint, or that a table was never met. */
static void stop(struct reader *readers, char why[200])
{
	unsigned long met[PINS_TABLES] = { 0 };

	__atomic_store_n(&ended, true, __ATOMIC_RELAXED);
	*why = 0;
	for (int i = 0; i < READERS; i++) {
		pthread_join(readers[i].thread, NULL);
		if (!*why)
			strcpy(why, readers[i].why);
		for (int table = 0; table < PINS_TABLES; table++)
			met[table] += readers[i].of_table[table];
	}
	for (int table = 0; table < PINS_TABLES && !*why; table++)
		if (!met[table])
			snprintf(why, 200, "no answer of table %d", table);
}

static unsigned long requests(void)
{
	unsigned long sum = 0;

	for (int i = 0; i < pins.cpus * PINS_REGIONS; i++)
		sum += pins.requests[i].requests;
	return sum;
}

/* Every count arrives, as long as the guard stays; no answer is without a region. */
static void check_swaps(struct ecdn_xdp_client *client)
{
	unsigned long before = requests(), counted = 0, none = 0, swaps = 0;
	uint64_t end = now_ns() + 4 * SECOND;
	struct reader readers[READERS];
	char why[200];

	for (start(readers, client); now_ns() < end; swaps++) {
		client_pins_swap(&pins, swaps % PINS_TABLES);
		client_pins_trust(&pins, swaps % 2);
		usleep(random() % 5000);
	}
	stop(readers, why);
	for (int i = 0; i < READERS; i++) {
		counted += readers[i].counted;
		none += readers[i].none;
	}
	report("while tables change, every answer is that of one of them", why);
	*why = 0;
	if (none)
		snprintf(why, sizeof(why), "%lu times", none);
	report("and none is without a region", why);
	*why = 0;
	if (requests() - before != counted || !counted)
		snprintf(why, sizeof(why), "%lu instead of %lu", requests() - before, counted);
	report("and every request that was counted is counted once", why);
}

/* table: -1 for those without a guard. */
static unsigned long answers_of(const struct reader *readers, int table)
{
	unsigned long sum = 0;

	for (int i = 0; i < READERS; i++)
		sum += __atomic_load_n(table < 0 ? &readers[i].none : &readers[i].of_table[table],
				       __ATOMIC_RELAXED);
	return sum;
}

/* Pins that appear are looked for once a second; an emulated machine takes its time. */
static void wait_for_answer(const struct reader *readers, int table)
{
	unsigned long before = answers_of(readers, table);
	uint64_t end = now_ns() + 10 * SECOND;

	while (answers_of(readers, table) == before && now_ns() < end)
		usleep(10000);
}

static void check_guards(struct ecdn_xdp_client *client)
{
	struct reader readers[READERS];
	unsigned long none = 0;
	char why[200];

	start(readers, client);
	for (int loads = 0; loads < PINS_TABLES + 1; loads++) {
		client_pins_unload(&pins);
		if (loads % 2)
			wait_for_answer(readers, -1);
		client_pins_load(&pins, loads % PINS_TABLES);
		wait_for_answer(readers, loads % PINS_TABLES);
	}
	stop(readers, why);
	for (int i = 0; i < READERS; i++)
		none += readers[i].none;
	if (!*why && !none)
		strcpy(why, "no answer was without a guard");
	report("while guards are unloaded and loaded, every answer is that of one of them or "
	       "a pass", why);
}

/* It takes up to a second, and a little. */
static void check_ready(struct ecdn_xdp_client *client, const char *name, int wanted)
{
	uint64_t end = now_ns() + 10 * SECOND;
	char why[200] = "";
	int is;

	while ((is = ecdn_xdp_ready(client)) != wanted && now_ns() < end)
		usleep(10000);
	if (is != wanted)
		snprintf(why, sizeof(why), "%d instead of %d", is, wanted);
	report(name, why);
}

static void check_said(const char *name, const char *wanted)
{
	char why[sizeof(said) + 32] = "";

	if (strcmp(said, wanted))
		snprintf(why, sizeof(why), "it said: %s", said);
	report(name, why);
	*said = 0;
}

int main(void)
{
	struct ecdn_xdp_client *client;
	char line[256];

	client_pins_open(&pins);
	client = ecdn_xdp_open(pins.dir, collect, NULL);
	need(client, "open a client");
	check_ready(client, "without pins: -ENOENT", -ENOENT);
	snprintf(line, sizeof(line), "no guard is loaded in %s: every request passes until "
		 "`ecdn-xdp load` is run\n", pins.dir);
	check_said("which is said once", line);

	client_pins_load(&pins, 0);
	client_pins_trust(&pins, true);
	check_ready(client, "pins that appear are picked up", 0);
	snprintf(line, sizeof(line), "verdicts come from the guard in %s\n", pins.dir);
	check_said("which is said once", line);
	usleep(1100000);
	check_reference(client, 0);
	check_next(client);
	client_pins_swap(&pins, 1);
	usleep(150000);
	check_reference(client, 1);
	check_swaps(client);
	check_said("of which nothing is said", "");
	check_guards(client);
	client_pins_trust(&pins, true);
	check_ready(client, "in the end the guard answers", 0);

	pins.public->gone = 1;
	check_ready(client, "a guard that is gone: -ENOENT", -ENOENT);
	pins.public->gone = 0;
	check_ready(client, "and back", 0);
	pins.public->abi = ECDN_XDP_ABI + 1;
	check_ready(client, "another ABI: -EPROTO", -EPROTO);
	client_pins_unload(&pins);
	check_ready(client, "unloaded: -ENOENT", -ENOENT);
	ecdn_xdp_close(client);
	client_pins_close(&pins);
	return report_end();
}

// SPDX-License-Identifier: BSD-2-Clause
/*
 * client.c - what a proxy pays for one question to libecdn-xdp, beside the system
 * calls that it would need without it.
 */
#include "bench.h"

#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "ecdn-xdp.h"
#include "sockets.h"

#define QUESTIONS 8

static struct {
	struct ecdn_xdp_client *passing;        /* normal regions, nobody trusted */
	struct ecdn_xdp_client *refusing;       /* all blocked, TRUSTED are trusted */
	int trie_v4, trie_v6, array;
	int family;
	uint32_t v4[POPULATION], v6[POPULATION][4];
	unsigned int next;
} asking;

/* Answers have no sign, which the dependent loop relies on. */
typedef uint32_t ask(const union socket_address *address);

static uint32_t ask_nothing(const union socket_address *address)
{
	const struct in6_addr *v6 = &address->v6.sin6_addr;

	if (address->any.sa_family == AF_INET)
		return address->v4.sin_addr.s_addr & 0x7fffffff;
	return (v6->s6_addr32[0] ^ v6->s6_addr32[1] ^ v6->s6_addr32[2] ^ v6->s6_addr32[3]) &
	       0x7fffffff;
}

static uint32_t ask_verdict(const union socket_address *address)
{
	return ecdn_xdp_verdict(asking.passing, &address->any, NULL);
}

static uint32_t ask_region(const union socket_address *address)
{
	struct ecdn_xdp_region region;

	ecdn_xdp_verdict(asking.passing, &address->any, &region);
	return region.id;
}

static uint32_t ask_refused(const union socket_address *address)
{
	return ecdn_xdp_verdict(asking.refusing, &address->any, NULL);
}

static uint32_t ask_node(const union socket_address *address)
{
	return ecdn_xdp_is_node(asking.refusing, &address->any);
}

static uint32_t ask_trie(const union socket_address *address)
{
	struct {
		uint32_t length;
		uint32_t addr_be[4];
	} key;
	uint32_t region = 0;

	if (address->any.sa_family == AF_INET) {
		key.length = 32;
		key.addr_be[0] = address->v4.sin_addr.s_addr;
		bpf_map_lookup_elem(asking.trie_v4, &key, &region);
	} else {
		key.length = 128;
		memcpy(key.addr_be, &address->v6.sin6_addr, sizeof(key.addr_be));
		bpf_map_lookup_elem(asking.trie_v6, &key, &region);
	}
	return region;
}

static uint32_t ask_array(const union socket_address *address)
{
	uint32_t key = ask_nothing(address) % ECDN_XDP_REGIONS_DEFAULT, value = 0;

	bpf_map_lookup_elem(asking.array, &key, &value);
	return value;
}

static uint32_t ask_kernel(const union socket_address *address)
{
	(void)address;
	return syscall(SYS_getppid);
}

struct question {
	const char *name;
	ask *ask;
	unsigned int runs;
	const char *aim_v4, *aim_v6;    /* of real sources; NULL: none */
};

static const struct question overlapping[] = {
	{ "ecdn_xdp_verdict", ask_verdict, POPULATION, NULL, NULL },
	{ "the same, region and name asked", ask_region, POPULATION, NULL, NULL },
	{ "the same, refused, 100,000 trusted", ask_refused, POPULATION, NULL, NULL },
	{ "ecdn_xdp_is_node, 100,000 trusted", ask_node, POPULATION, NULL, NULL },
	{ "BPF_MAP_LOOKUP_ELEM, LPM_TRIE", ask_trie, SLOW_RUNS, ">=65", ">=50" },
	{ "BPF_MAP_LOOKUP_ELEM, ARRAY", ask_array, SLOW_RUNS, NULL, NULL },
	{ "empty system call", ask_kernel, SLOW_RUNS, NULL, NULL },
};

/* A verdict is guessed before the table was read; a region is not. */
static const struct question dependent[] = {
	{ "ecdn_xdp_verdict, region and name asked", ask_region, POPULATION, NULL, NULL },
	{ "BPF_MAP_LOOKUP_ELEM, LPM_TRIE", ask_trie, SLOW_RUNS, NULL, NULL },
};

static inline __attribute__((always_inline)) double run_as(const struct question *question,
							   unsigned int runs, const bool wait)
{
	union socket_address address;
	uint32_t answer = 0;
	double start;

	socket_address(&address, asking.family, asking.v6[0], 0);
	start = thread_ns();
	for (unsigned int i = 0; i < runs; i++) {
		uint32_t index = asking.next++;

		if (wait)
			index += answer >> 31;
		index &= POPULATION - 1;
		if (asking.family == 4)
			address.v4.sin_addr.s_addr = asking.v4[index];
		else
			memcpy(&address.v6.sin6_addr, asking.v6[index], sizeof(asking.v6[index]));
		answer = question->ask(&address);
	}
	return (thread_ns() - start) / runs;
}

static double run(const struct question *question, bool wait)
{
	/* What ran before has taken the caches. */
	run_as(question, question->runs, false);
	return wait ? run_as(question, question->runs, true) :
		      run_as(question, question->runs, false);
}

static void measure(enum population kind, const struct question *questions, unsigned int count,
		    bool wait)
{
	static const struct question nothing = { "", ask_nothing, POPULATION, NULL, NULL };
	struct samples samples[QUESTIONS] = {};
	char section[64];
	double first;

	for (unsigned int round = 0; round < ROUNDS; round++) {
		double base = run(&nothing, wait);

		for (unsigned int i = 0; i < count; i++)
			samples_add(&samples[i], run(&questions[i], wait) - base);
	}
	first = samples_median(&samples[0]);
	snprintf(section, sizeof(section), "a proxy's question, IPv%d%s", asking.family,
		 wait ? ", dependent" : "");
	for (unsigned int i = 0; i < count; i++) {
		const char *aim = asking.family == 4 ? questions[i].aim_v4 : questions[i].aim_v6;
		double ns = samples_median(&samples[i]);

		row(section, questions[i].name, population_name(kind), ns, "ns",
		    i ? ns / first : 0, questions[0].name,
		    kind == SOURCES_REAL && aim ? aim : "");
	}
}

static struct ecdn_xdp_client *open_client(const char *pins)
{
	struct ecdn_xdp_client *client = ecdn_xdp_open(pins, NULL, NULL);

	need(client, "open a client");
	need(!ecdn_xdp_ready(client), pins);
	return client;
}

/* Of real sources, or what is measured is something else. */
static void check(void)
{
	unsigned int known = 0, passed = 0, refused = 0;

	for (unsigned int i = 0; i < POPULATION; i++) {
		union socket_address address;
		struct ecdn_xdp_region region;

		socket_address(&address, asking.family,
			       asking.family == 4 ? &asking.v4[i] : asking.v6[i], 0);
		passed += ecdn_xdp_verdict(asking.passing, &address.any, &region) == ECDN_XDP_PASS;
		known += region.id == ask_trie(&address) && region.id;
		refused += ask_refused(&address) == ECDN_XDP_BLOCKED;
	}
	if (known == POPULATION && passed == POPULATION && refused > POPULATION * 0.9)
		return;
	fprintf(stderr, "bench: IPv%d: of %d sources %u are of the trie's region, %u pass, %u are "
		"refused\n", asking.family, POPULATION, known, passed, refused);
	need(false, "measure libecdn-xdp");
}

static void measure_kinds(const struct world *world, const struct question *questions,
			  unsigned int count, bool wait)
{
	for (enum population kind = SOURCES_REAL; kind <= SOURCES_HOT; kind++) {
		if (asking.family == 4)
			population_v4(&world->set, kind, asking.v4);
		else
			population_v6(&world->set, kind, asking.v6);
		if (kind == SOURCES_REAL)
			check();
		measure(kind, questions, count, wait);
	}
}

void bench_client(const struct world *world, char **pins)
{
	asking.passing = open_client(pins[0]);
	asking.refusing = open_client(pins[1]);
	asking.trie_v4 = trie_new(&world->set.v4, 32);
	asking.trie_v6 = trie_new(&world->set.v6, 128);
	asking.array = bpf_map_create(BPF_MAP_TYPE_ARRAY, "array", sizeof(uint32_t),
				      sizeof(uint32_t), ECDN_XDP_REGIONS_DEFAULT, NULL);
	need(asking.array >= 0, "create an array");
	for (asking.family = 4; asking.family <= 6; asking.family += 2) {
		measure_kinds(world, overlapping, sizeof(overlapping) / sizeof(*overlapping),
			      false);
		measure_kinds(world, dependent, sizeof(dependent) / sizeof(*dependent), true);
	}
	ecdn_xdp_close(asking.refusing);
	ecdn_xdp_close(asking.passing);
}

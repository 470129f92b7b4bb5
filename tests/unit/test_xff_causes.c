// SPDX-License-Identifier: BSD-2-Clause
/*
 * Logs of a made-up platform, from seeds: each cause, two at once, and none. Of 100 seeds, 99 must be
 * told rightly, with nothing added and nothing left out. XFF_FIRST, XFF_SEEDS, XFF_LINES and XFF_USERS
 * ask for other seeds and for longer logs: XFF_LINES=1000000 XFF_USERS=100000 takes half an hour.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

#include "xff/xff_verdict.h"
#include "xff_world.h"

#define SEEDS 100
#define LINES 7000
#define USERS 6000

static unsigned long from_environment(const char *name, unsigned long otherwise)
{
	const char *text = getenv(name);

	return text ? strtoul(text, NULL, 10) : otherwise;
}

static void count_lines(struct xff_counts *counts, struct world *world, unsigned long lines)
{
	static struct access_reader reader;
	struct access_fault fault;
	struct xff_record record;
	char line[WORLD_LINE_SIZE];

	for (unsigned long i = 0; i < lines; i++) {
		size_t size = world_line(world, line) - 1;

		assert_int_equal(xff_record_read(&reader, (struct text){ line, line + size },
						 &record, &fault), 0);
		assert_int_equal(xff_counts_add(counts, &record), 0);
	}
}

static struct cidr *node_list(void)
{
	struct cidr *nodes = calloc(WORLD_NODES, sizeof(*nodes));
	char text[48];

	assert_non_null(nodes);
	for (unsigned int i = 0; i < WORLD_NODES; i++) {
		world_node(text, i);
		assert_int_equal(cidr_parse(text, &nodes[i]), 0);
	}
	return nodes;
}

static bool is_name(const struct xff_names *names, int number, const char *format,
		    unsigned int of)
{
	char expected[16];

	snprintf(expected, sizeof(expected), format, of);
	return number > 0 && !strcmp(xff_names_name(names, number), expected);
}

static bool is_node(const struct xff_counts *counts, int number, unsigned int node)
{
	char expected[48], text[ADDRESS_TEXT_SIZE];

	world_node(expected, node);
	return number > 0 && number <= XFF_PEERS_MAX &&
	       !strcmp(address_format(&counts->peers.at[number].address, text), expected);
}

/* The bit of what is wrong in this world that a conclusion names rightly, with its place; 0: none. */
static unsigned int named(const struct world *world, const struct xff_counts *counts,
			  const struct xff_conclusion *at)
{
	const struct xff_scope *scope = &at->scope;

	switch (at->cause) {
	case XFF_OWN_PROXY:
		return WORLD_PROXIES;
	case XFF_REWRITTEN:
		return WORLD_REWRITTEN;
	case XFF_HIJACKED:
		if (is_name(&counts->isps, scope->isp, "AS%u", world->hijacked_isp))
			return WORLD_HIJACKED_ISP;
		return scope->isp < 0 &&
		       (is_name(&counts->regions, scope->region, "R%u", world->hijacked[0]) ||
			is_name(&counts->regions, scope->region, "R%u", world->hijacked[1])) ?
		       WORLD_HIJACKED : 0;
	case XFF_NODE_FAULT:
		if (is_node(counts, scope->peer, world->node))
			return WORLD_NODE;
		if (is_name(&counts->isps, scope->isp, "AS%u", world->strange_isp))
			return WORLD_ISP;
		return scope->isp < 0 &&
		       is_name(&counts->regions, scope->region, "R%u", world->strange_region) ?
		       WORLD_REGION : 0;
	default:
		return 0;
	}
}

/* Two regions are hijacked: both must be named. */
static bool is_right(const struct world *world, const struct xff_counts *counts,
		     const struct xff_verdict *verdict)
{
	unsigned int found = 0, hijacked = 0;

	for (unsigned int i = 0; i < verdict->count; i++) {
		unsigned int bit = named(world, counts, &verdict->at[i]);

		if (!bit || verdict->at[i].chance > -4)
			return false;
		found |= bit;
		hijacked += bit == WORLD_HIJACKED;
	}
	return found == world->wrong && hijacked == (world->wrong & WORLD_HIJACKED ? 2 : 0);
}

static void tell_wrong(const struct world *world, const struct xff_counts *counts,
		       const struct xff_verdict *verdict, unsigned long seed)
{
	print_message("seed %lu, wrong %u (R%u R%u node %u region %u isp %u %u):\n", seed,
		      world->wrong, world->hijacked[0], world->hijacked[1], world->node,
		      world->strange_region, world->strange_isp, world->hijacked_isp);
	for (unsigned int i = 0; i < verdict->count; i++) {
		const struct xff_conclusion *at = &verdict->at[i];

		print_message("  cause %d region %s isp %s peer %d: plain %.1f/%.1f tls %.1f/%.1f "
			      "rest %.1f/%.1f chance %.1f\n", at->cause,
			      at->scope.region < 0 ? "all" :
			      xff_names_name(&counts->regions, at->scope.region),
			      at->scope.isp < 0 ? "all" :
			      xff_names_name(&counts->isps, at->scope.isp), at->scope.peer,
			      at->part[0].users.k, at->part[0].users.n, at->part[1].users.k,
			      at->part[1].users.n, at->rest.users.k, at->rest.users.n, at->chance);
	}
}

struct variant {
	unsigned int wrong;
	bool rough, few;        /* as struct world has them */
	bool unlisted;          /* the list of nodes is not known */
};

static bool run(const struct variant *variant, unsigned long seed, unsigned long lines)
{
	struct xff_options options = { .seed = world_mix(seed) };
	struct xff_counts *counts;
	struct xff_verdict verdict;
	struct world world;
	bool right;

	if (!variant->unlisted)
		xff_nodes_take(&options.nodes, node_list(), WORLD_NODES);
	world_start(&world, seed, variant->wrong, from_environment("XFF_USERS", USERS),
		    variant->rough);
	world.few = variant->few;
	counts = xff_counts_new(&options);
	assert_non_null(counts);
	count_lines(counts, &world, lines);
	assert_int_equal(xff_verdict_find(&verdict, counts), 0);
	right = is_right(&world, counts, &verdict);
	if (!right)
		tell_wrong(&world, counts, &verdict, seed);
	world_end(&world);
	xff_counts_free(counts);
	xff_nodes_free(&options.nodes);
	return right;
}

static void seeds(const struct variant *variant)
{
	unsigned long count = from_environment("XFF_SEEDS", SEEDS), right = 0;
	unsigned long lines = from_environment("XFF_LINES", LINES);
	unsigned long first = from_environment("XFF_FIRST", 1);

	for (unsigned long seed = first; seed < first + count; seed++)
		right += run(variant, seed, lines);
	print_message("wrong %u%s%s: %lu of %lu\n", variant->wrong, variant->rough ? " rough" : "",
		      variant->unlisted ? " unlisted" : "", right, count);
	assert_true(right * 100 >= count * 99);
}

#define VARIANT(name, bits, ...)				\
	static void name(void **state)			\
	{						\
		(void)state;				\
		seeds(&(struct variant){ .wrong = (bits), ##__VA_ARGS__ });	\
	}

VARIANT(none, 0)
VARIANT(none_rough, 0, .rough = true)
VARIANT(proxies, WORLD_PROXIES)
VARIANT(rewritten, WORLD_REWRITTEN)
VARIANT(rewritten_unlisted, WORLD_REWRITTEN, .unlisted = true)
VARIANT(hijacked, WORLD_HIJACKED)
VARIANT(hijacked_rough, WORLD_HIJACKED, .rough = true)
VARIANT(hijacked_isp, WORLD_HIJACKED_ISP)
VARIANT(node, WORLD_NODE)
VARIANT(node_rough, WORLD_NODE, .rough = true)
VARIANT(region, WORLD_REGION)
VARIANT(isp, WORLD_ISP)
VARIANT(proxies_hijacked, WORLD_PROXIES | WORLD_HIJACKED)
VARIANT(proxies_node, WORLD_PROXIES | WORLD_NODE)
VARIANT(proxies_rewritten, WORLD_PROXIES | WORLD_REWRITTEN)
VARIANT(hijacked_node, WORLD_HIJACKED | WORLD_NODE)
VARIANT(rewritten_hijacked, WORLD_REWRITTEN | WORLD_HIJACKED)
VARIANT(rewritten_node, WORLD_REWRITTEN | WORLD_NODE)
VARIANT(rewritten_node_few, WORLD_REWRITTEN | WORLD_NODE, .few = true)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(none),
		cmocka_unit_test(none_rough),
		cmocka_unit_test(proxies),
		cmocka_unit_test(rewritten),
		cmocka_unit_test(rewritten_unlisted),
		cmocka_unit_test(hijacked),
		cmocka_unit_test(hijacked_rough),
		cmocka_unit_test(hijacked_isp),
		cmocka_unit_test(node),
		cmocka_unit_test(node_rough),
		cmocka_unit_test(region),
		cmocka_unit_test(isp),
		cmocka_unit_test(proxies_hijacked),
		cmocka_unit_test(proxies_node),
		cmocka_unit_test(proxies_rewritten),
		cmocka_unit_test(hijacked_node),
		cmocka_unit_test(rewritten_hijacked),
		cmocka_unit_test(rewritten_node),
		cmocka_unit_test(rewritten_node_few),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

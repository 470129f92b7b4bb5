/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trusted_fixture.h - trusted lists as the tests write them, compiled and looked at.
 */
#ifndef UNIT_TRUSTED_FIXTURE_H
#define UNIT_TRUSTED_FIXTURE_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "trust/trust_table.h"

static inline struct cidr cidr_of(const char *text)
{
	struct cidr cidr;

	assert_int_equal(cidr_parse(text, &cidr), 0);
	return cidr;
}

static inline struct trust_node node_of(const char *text, const char *name)
{
	struct trust_node node = { .cidr = cidr_of(text) };

	strcpy(node.name, name);
	return node;
}

static inline void allow(struct trust_list *list, const char *text, uint64_t now)
{
	struct cidr cidr = cidr_of(text);

	assert_int_equal(trust_list_allow(list, &cidr, 1, now), 0);
}

static inline void add_node(struct trust_list *list, const char *text, const char *name,
			    uint64_t now)
{
	struct trust_node node = node_of(text, name);

	assert_int_equal(trust_list_add_nodes(list, &node, 1, now), 0);
}

static inline void check_sorted(const struct trust_list *list)
{
	for (size_t i = 1; i < list->count; i++) {
		const struct ecdn_xdp_trusted_row *a = &list->row[i - 1], *b = &list->row[i];
		int order = memcmp(a->addr, b->addr, sizeof(a->addr));

		if (a->family == b->family)
			assert_true(order < 0 || (!order && a->length < b->length));
		else
			assert_true(a->family == 4 && b->family == 6);
	}
}

#endif

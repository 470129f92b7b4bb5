/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pack_list.h - which items a list of a region table has, and how many bits it is best made
 * of. Nothing is stored here.
 */
#ifndef TABLE_PACK_LIST_H
#define TABLE_PACK_LIST_H

#include <stdbool.h>

#include "table/pack_run.h"

#define PACK_FORK_BITS 4

struct pack_family {
	uint32_t root;
	size_t runs;            /* that a line holds */
	int window;             /* how many bits a line of runs compares */
	bool fixed;             /* these are an IPv4 address's last ones, wherever the line is */
	int shift;              /* in an entry: this less the list's bits */
	int least, most;        /* bits of a list */
	unsigned int cost_deep; /* of each run below a fork, as its walk is longer */
};

extern const struct pack_family pack_list_v4, pack_list_v6;

/* The addresses that begin with the first `bits` bits of base, and the runs that they are in. */
struct pack_span {
	size_t first, last;
	addr_bits base;
	int bits;
};

/* A list, and how far it has been gone through. */
struct pack_list {
	const struct pack_family *family;
	const struct pack_runs *runs;
	const struct pack_span *span;
	int bits;
	size_t at;              /* the run that the next item begins in */
	uint32_t line;          /* its first line */
};

/* Neighbouring items that lead to one line: from the one in which run first + 1 begins to
 * the one in which run `last` does. */
struct pack_piece {
	uint32_t form;          /* with ECDN_XDP_ITEM_HALVED where the line has to be */
	size_t first, last;     /* the runs that they are in */
};

/* The item in which run n begins; whether it begins with the item; and the last run that
 * begins in the same item. */
uint32_t pack_list_item(const struct pack_list *list, size_t n);
bool pack_list_begins(const struct pack_list *list, size_t n);
size_t pack_list_last(const struct pack_list *list, size_t n);

/* Finds the next items that are no ids; false if there are none. */
bool pack_list_next(struct pack_list *list, struct pack_piece *piece);

/* The addresses of a piece of one item. */
struct pack_span pack_list_span(const struct pack_list *list, const struct pack_piece *piece);

/* The form of the line that holds runs of a span, the first of which is the one around: for
 * list->bits == 0 that of all the span. */
uint32_t pack_list_form(const struct pack_list *list, size_t first, size_t last);

/* Lines of a list of so many bits; and how many the list's span is best served with. */
uint32_t pack_list_lines(int bits);
int pack_list_choose(const struct pack_list *list);

#endif

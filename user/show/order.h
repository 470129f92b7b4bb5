/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * order.h - the order of a table's lines, by one of its columns. Nothing is logged.
 */
#ifndef SHOW_ORDER_H
#define SHOW_ORDER_H

#include "show/fields.h"

/* The row whose column has that head, in upper or lower case; 0: there is none. */
const struct field *order_find(const struct fields *fields, const char *head);

/* Writes the heads of all columns, in lower case, with a comma between two. Returns room. */
const char *order_heads(const struct fields *fields, char room[FIELD_TEXT_SIZE]);

/* Below 0 if the first item comes first: the larger number, the later time, the word that comes
 * first in the alphabet; what has no value comes last. */
int order_compare(const struct field *row, const void *one, const void *other);

#endif

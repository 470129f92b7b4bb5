/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * explain_fields.h - what a packet meets, in JSON.
 */
#ifndef SHOW_EXPLAIN_FIELDS_H
#define SHOW_EXPLAIN_FIELDS_H

#include "show/fields.h"

/* Of struct explain_words_item. */
extern const struct field explain_fields[];

#endif

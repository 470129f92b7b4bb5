/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * probe_fields.h - what readers show of a probe: the rows of what an origin takes, and the keys of
 * all that it said.
 */
#ifndef SHOW_PROBE_FIELDS_H
#define SHOW_PROBE_FIELDS_H

#include "show/fields.h"

extern const struct field probe_fields[]; /* of struct probe_words_item */
extern const struct field probe_fields_rows[]; /* of struct probe_words_row */

#endif

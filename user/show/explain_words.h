/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * explain_words.h - what a packet meets, in words of which text and JSON are made.
 */
#ifndef SHOW_EXPLAIN_WORDS_H
#define SHOW_EXPLAIN_WORDS_H

#include "show/fields.h"
#include "view/view_explain.h"

struct explain_words_item {
	const struct view_explain *view;
	const struct view_explain_part *part;
};

/* Of an item as fields get it. */
static inline const struct view_explain *explain_words_view(const void *item)
{
	return ((const struct explain_words_item *)item)->view;
}

static inline const struct view_explain_part *explain_words_part(const void *item)
{
	return ((const struct explain_words_item *)item)->part;
}

/* The addresses of a part: "198.51.100.0 - 198.51.100.255", or one. Returns room. */
const char *explain_words_addresses(const struct view_explain_part *part,
				    char room[FIELD_TEXT_SIZE]);

/* What follows takes a struct explain_words_item, as fields do. Words return room, a literal, or
 * NULL where there is nothing to say. */

/* The range of the table that the first address is in. */
const char *explain_words_range(const void *item, char room[FIELD_TEXT_SIZE]);

/* "node" or "allowed"; and the prefix, which must be there. */
const char *explain_words_trusted(const void *item, char room[FIELD_TEXT_SIZE]);
const char *explain_words_trusted_prefix(const void *item, char room[FIELD_TEXT_SIZE]);

/* The region's state; when it entered it and when it ends, 0 where that is not known; what it is
 * limited or shielded by: "pps", "proven cps"; and who has blocked or exempted it. */
const char *explain_words_state(const void *item, char room[FIELD_TEXT_SIZE]);
uint64_t explain_words_since_ns(const void *item);
uint64_t explain_words_until_ns(const void *item);
const char *explain_words_measure(const void *item, char room[FIELD_TEXT_SIZE]);
const char *explain_words_set_by(const void *item, char room[FIELD_TEXT_SIZE]);

/* The prefix of a level, and its limit in packets/s; 0: none. */
const char *explain_words_prefix(const struct view_explain_part *part, enum dry_rows_level level,
				 char room[FIELD_TEXT_SIZE]);
uint64_t explain_words_limit(const struct view_explain_part *part, enum dry_rows_level level);

/* Where sockets are looked for, and whether what has none is dropped. */
const char *explain_words_armed(const void *item, char room[FIELD_TEXT_SIZE]);
const char *explain_words_armed_state(const void *item, char room[FIELD_TEXT_SIZE]);

/* "passes", "dropped: prefix_pps", ...; NULL of a packet that was not tried. */
const char *explain_words_fate(const struct view_explain_part *part, enum view_explain_case which,
			       char room[FIELD_TEXT_SIZE]);

/* The listener that gets new connections; and what proxies are told. */
const char *explain_words_steered(const void *item, char room[FIELD_TEXT_SIZE]);
const char *explain_words_answer(const void *item, char room[FIELD_TEXT_SIZE]);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * xff_class.h - what the header of one record shows, next to the address of a direct visit. Nothing
 * is logged.
 */
#ifndef XFF_XFF_CLASS_H
#define XFF_XFF_CLASS_H

#include "xff/xff_record.h"
#include "xff/xff_tally.h"

struct xff_shown {
	enum xff_class class;
	struct address address; /* that is taken for the user's; family 0: what is there is none */
	struct address direct;  /* family 0: none that can be compared */
	struct address peer;    /* whose connection brought it to this host, or to its balancer */
	bool peer_is_node;
	bool visit;             /* no header, and no node's connection: a direct visit itself */
};

/* Judges a record of a region; counts in counts->shared, and why a direct visit is none. */
void xff_class_of(struct xff_counts *counts, const struct xff_record *record, uint16_t region,
		  struct xff_shown *shown);

#endif

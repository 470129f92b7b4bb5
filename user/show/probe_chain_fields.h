/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * probe_chain_fields.h - the keys of a certificate that an origin showed to a probe.
 */
#ifndef SHOW_PROBE_CHAIN_FIELDS_H
#define SHOW_PROBE_CHAIN_FIELDS_H

#include "probe/probe_wire.h"
#include "show/fields.h"

struct probe_chain_fields_item {
	const struct probe_chain *chain;
	int64_t now;            /* seconds since the epoch */
};

/* Of struct probe_chain_fields_item. */
extern const struct field probe_chain_fields[];

#endif

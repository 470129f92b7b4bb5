/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * origin_naming.h - how a request changes the names of origins: what all of them are to be is known
 * before the first one is written.
 */
#ifndef ORIGIN_ORIGIN_NAMING_H
#define ORIGIN_ORIGIN_NAMING_H

#include "origin/origin_request.h"

/* Zeros first; freed with origin_naming_free(). */
struct origin_naming {
	struct origin_names before, after;
	bool changes;           /* they differ */
};

void origin_naming_free(struct origin_naming *naming);

/*
 * Reads the map, unless it is -1, as not there yet, and finds what the request makes of it.
 * -EEXIST if an address has another name, -ENOENT if no origin has a name that is to go, -ENOSPC;
 * logged.
 */
int origin_naming_prepare(struct origin_naming *naming, int map,
			  const struct origin_request *request);

/* Writes the map. 0 or a negative errno, logged. */
int origin_naming_write(const struct origin_naming *naming, int map);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * region_update.h - what a command makes of the regions: names get ids, what the region files hold
 * becomes a table, and is compared with the one in use. Nothing is changed here. Errors are logged.
 */
#ifndef GUARD_REGION_UPDATE_H
#define GUARD_REGION_UPDATE_H

#include "guard/guard_request.h"
#include "regions/region_change.h"

struct region_update {
	const struct guard_request *request;
	const struct guard_maps *maps; /* those in use; NULL: there are none */
	struct names *names;    /* of the maps, and after it as they are to be */
	uint64_t generation;    /* of the table in use */
	const struct ecdn_xdp_table_line *old; /* the table in use; NULL: none */
	struct ecdn_xdp_table_line *lines; /* the new one, or NULL; to be freed with lines_free() */
	struct region_change change;
	bool shrinks;           /* what region_change_refuse() has logged is all that is wrong */
};

/*
 * Gives ids to the names in the request's files and to those that only its configuration has, for
 * which ids are given back if they run out; and forgets the name that it wants forgotten. Compiles
 * the files, if there are any, and refuses a table that shrinks unless the request allows it.
 */
int region_update_prepare(struct region_update *update);

#endif

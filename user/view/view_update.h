/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * view_update.h - what a load of region files would make of what is loaded, without the lock and
 * without a change.
 */
#ifndef VIEW_VIEW_UPDATE_H
#define VIEW_VIEW_UPDATE_H

#include <stdbool.h>

#include "guard/guard_request.h"

/*
 * Reads the request's files, compiles them, and compares them with the table in use, if one is
 * loaded. 0 with request->change filled in; *refused is true if a load would be refused because of
 * what it loses, which is logged then. A negative errno, logged, for files that cannot be loaded.
 */
int view_update_read(const char *pin_dir, struct guard_request *request, bool *refused);

#endif

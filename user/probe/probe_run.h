/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * probe_run.h - asks one origin, and waits for what the child says.
 */
#ifndef PROBE_PROBE_RUN_H
#define PROBE_PROBE_RUN_H

#include "probe/probe_offer.h"
#include "probe/probe_target.h"
#include "probe/probe_wire.h"

/*
 * Some 11 seconds, and up to 2 minutes with an origin that answers slowly. Calls progress(), unless
 * it is NULL, after each connection. 0, also where the child did not come to its end: result->fault
 * then says why, and what it said before is there. A negative errno, logged, if there was no child
 * or it could not make itself ready: nothing was asked.
 */
int probe_run(const struct probe_target *target, const struct probe_offer *offer,
	      void (*progress)(unsigned int connections, void *context), void *context,
	      struct probe_result *result);

#endif

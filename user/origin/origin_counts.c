// SPDX-License-Identifier: BSD-2-Clause
#include "origin/origin_counts.h"

#include <errno.h>

#include "base/log.h"
#include "base/scoped.h"
#include "ecdn-xdp-maps.h"
#include "kernel/carry.h"
#include "kernel/mapped.h"
#include "kernel/object.h"
#include "origin.skel.h"

#define COUNTS "origin_requests"

static int make(const struct pins *pins)
{
	struct origin_bpf *object = origin_bpf__open();
	int err;

	if (!object)
		return log_error(-ENOMEM, "out of memory for map " COUNTS);
	err = object_make_map(object->obj, pins, COUNTS,
			      ECDN_XDP_ORIGIN_STRIPES * ECDN_XDP_ORIGINS);
	origin_bpf__destroy(object);
	return err;
}

int origin_counts_thaw(const struct pins *pins)
{
	scoped_fd int old = pins_get(pins->dir, COUNTS), new = -1;
	int err;

	if (old < 0 || !mapped_is_frozen(old) || pins_has(pins->next, COUNTS))
		return old < 0 ? old : 0;
	log_warning("%s/" COUNTS " is frozen, so that no proxy that is started can count what its "
		    "origins answer; a process of its group did that, or of root; it is replaced, "
		    "with all that was counted", pins->dir);
	err = make(pins);
	new = err ?: pins_get(pins->next, COUNTS);
	if (new < 0)
		return new;
	err = mapped_copy(old, new, COUNTS, sizeof(struct ecdn_xdp_origin_requests));
	return err ?: carry_mode(pins->dir, pins->next, COUNTS);
}

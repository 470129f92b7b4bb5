/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * view_layers.h - the blocks and the exemptions that have not ended, as of one read.
 */
#ifndef VIEW_VIEW_LAYERS_H
#define VIEW_VIEW_LAYERS_H

#include <stdbool.h>

#include "base/clock.h"
#include "ecdn-xdp-maps.h"

struct view_layer {
	uint32_t id;
	char region[ECDN_XDP_NAME_SIZE];
	bool holds;             /* false: a block below an exemption */
	uint64_t until_ns;      /* UINT64_MAX: it has no end */
	uint64_t since_ns;      /* 0: an earlier version has set it, and kept nothing of it */
	bool from_file;
	uint32_t login_uid;
	char user[32], reason[96]; /* NUL-terminated; empty: nothing is known */
};

struct view_layers {
	struct clock_moment moment;
	struct view_layer *at;  /* by the regions' ids */
	unsigned int count;
};

/* Reads those of one kind. 0 or a negative errno, logged. To be freed with view_layers_free(). */
int view_layers_read(struct view_layers *view, const char *pin_dir, enum ecdn_xdp_note_kind kind);
void view_layers_free(struct view_layers *view);

#endif

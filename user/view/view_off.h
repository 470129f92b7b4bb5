/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * view_off.h - since when the tool is switched off, and what is known of that.
 */
#ifndef VIEW_VIEW_OFF_H
#define VIEW_VIEW_OFF_H

#include <stdbool.h>

#include "base/clock.h"
#include "ecdn-xdp-maps.h"

struct view_off {
	bool off;
	struct clock_moment moment; /* of reading */
	struct ecdn_xdp_verb verb; /* the command `off`; its number is 0 if it is not known */
};

/* 0 or a negative errno, logged. */
int view_off_read(struct view_off *view, const char *pin_dir);

/* Bytes of what view_off_text() writes, NUL included. */
#define VIEW_OFF_TEXT_SIZE 192

/* " since 2026-11-28 14:00, by alice: REASON", or what of it is known. Returns room. */
const char *view_off_text(const struct view_off *view, char room[VIEW_OFF_TEXT_SIZE]);

#endif

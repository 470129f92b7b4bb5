/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * origin_pins.h - pins of the observer that proxies count in, without the observer: rows are what
 * a test says, and change when it says so.
 */
#ifndef RUN_ORIGIN_PINS_H
#define RUN_ORIGIN_PINS_H

#include "ecdn-xdp-maps.h"

struct origin_pins {
	int keys_fd;
	const struct ecdn_xdp_origin_place *keys; /* [ECDN_XDP_ORIGINS] */
	struct ecdn_xdp_origin_requests *requests; /* [ECDN_XDP_ORIGIN_STRIPES][ECDN_XDP_ORIGINS] */
};

/* Makes both pins in a directory that is there, or opens those of the observer, whose keys can only
 * be read. They end the test if they cannot. origin_pins_unpin() removes them; who has them open
 * keeps them. */
void origin_pins_make(struct origin_pins *pins, const char *dir);
void origin_pins_open(struct origin_pins *pins, const char *dir);
void origin_pins_unpin(const char *dir);
void origin_pins_close(struct origin_pins *pins);

/* Gives a row to ADDR:PORT, as a program does: by what the kernel takes for that row. */
void origin_pins_set(struct origin_pins *pins, unsigned int row, const char *origin);

/* What was said of a row, of all stripes. */
void origin_pins_sum(const struct origin_pins *pins, unsigned int row,
		     struct ecdn_xdp_origin_requests *sum);

#endif

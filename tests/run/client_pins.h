/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * client_pins.h - pins like those that the agent makes, for libecdn-xdp: made and
 * changed thousands of times in a second, as no agent does, so that rare states are
 * met.
 */
#ifndef RUN_CLIENT_PINS_H
#define RUN_CLIENT_PINS_H

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ecdn-xdp-maps.h"
#include "base/address.h"

#define PINS_TABLES 4
#define PINS_REGIONS 512
#define PINS_BORDERS 10000

struct client_pins {
	char dir[64];           /* "DIR", with "DIR-next" beside it */
	int fd[3];              /* public_config, region_state, request_stats */
	struct ecdn_xdp_public_config *public;
	struct ecdn_xdp_region_state *state;   /* [PINS_REGIONS] */
	struct ecdn_xdp_requests *requests;    /* [cpus][PINS_REGIONS] */
	int cpus;
	/* Tables of random ranges over all addresses. Region N of table T is named "T.N"
	 * and never 0. */
	int table_fd[PINS_TABLES];
	struct ecdn_xdp_table_line *table[PINS_TABLES];
	int trusted_fd;
	struct ecdn_xdp_table_line *trusted;   /* random prefixes that lie in one another */
	/* The first addresses of ranges and prefixes, where a walk is most likely to go
	 * wrong. */
	struct address border[PINS_BORDERS];
	unsigned int borders;
	__u64 generation;
};

/* Ends the test if something cannot be set up. */
static inline void need(bool done, const char *what)
{
	if (done)
		return;
	printf("not ok - %s: %s\n0 passed, 1 failed\n", what, strerror(errno));
	exit(1);
}

/* Makes the tables, and a path in a bpffs for the pins. */
void client_pins_open(struct client_pins *pins);
void client_pins_close(struct client_pins *pins);

/* Makes the pins as `load` does if nothing is loaded; every region is limited. */
void client_pins_load(struct client_pins *pins, int table);
/* Replaces the region table as `region load` does. */
void client_pins_swap(struct client_pins *pins, int table);
/* Announces a table that is pinned only by client_pins_catch_up(): what a reader finds is a
 * generation behind the slot. */
void client_pins_lag(struct client_pins *pins, bool trusted);
void client_pins_catch_up(struct client_pins *pins, int table);
/* Removes the pins as `unload --all` does. */
void client_pins_unload(struct client_pins *pins);
/* Puts the trusted table in place, or removes it, as `allow` does. */
void client_pins_trust(struct client_pins *pins, bool trust);

#endif

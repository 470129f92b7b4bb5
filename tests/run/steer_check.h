/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * steer_check.h - where connections come to: the port's own listener, or the one that
 * says 513; and what is counted of them.
 */
#ifndef RUN_STEER_CHECK_H
#define RUN_STEER_CHECK_H

#include "steer_fixture.h"

#define LISTENER_PORT 8513

enum place {
	NORMAL,
	REFUSING,
	PLACES,
	NOBODY = -1,
};

struct protocol {
	const char *name;
	uint8_t number;
};

struct family {
	const char *name;
	int number;
	const char *surging, *quiet, *other, *to; /* addresses */
};

extern const struct protocol tcp, udp;
extern const struct family v4, v6;

extern const struct ecdn_xdp_steer_stats nothing, one_steered, one_without_socket, one_refused,
	one_would;

/* Opens both, the listener for one address of the family. */
void open_places(const struct protocol *protocol, const struct family *family,
		 int places[PLACES]);
void close_places(const int places[PLACES]);

/* One connection or datagram; which place it came to. */
int try_from(const struct protocol *protocol, const char *from, const char *to,
	     const int *places, unsigned int count);

/* Reports whether one came to `wanted` and was counted as `counted` says, and no other
 * count moved. */
void check(const struct world *world, const char *what, const struct protocol *protocol,
	   const struct family *family, const char *from, const int places[PLACES], int wanted,
	   const struct ecdn_xdp_steer_stats *counted);

void check_number(const char *what, const struct protocol *protocol, const struct family *family,
		  unsigned int wanted, unsigned int number);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * steer_check.h - checks where connections arrive, at the port's own listener or at the
 * one that answers 513, and which counters move.
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

/* Opens the port's own listener, on all addresses of the family, and the one that
 * answers 513, on one of them. */
void open_places(const struct protocol *protocol, const struct family *family,
		 int places[PLACES]);
void close_places(const int places[PLACES]);

/* Makes one connection, or sends one datagram; returns the place where it arrived. */
int try_from(const struct protocol *protocol, const char *from, const char *to,
	     const int *places, unsigned int count);

/* Reports whether a connection arrived at `wanted`, `counted` was counted, and no other
 * counter moved. */
void check(const struct world *world, const char *what, const struct protocol *protocol,
	   const struct family *family, const char *from, const int places[PLACES], int wanted,
	   const struct ecdn_xdp_steer_stats *counted);

void check_number(const char *what, const struct protocol *protocol, const struct family *family,
		  unsigned int wanted, unsigned int number);

#endif

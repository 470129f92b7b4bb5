// SPDX-License-Identifier: BSD-2-Clause
#include "steer_check.h"

#include <stdio.h>
#include <unistd.h>

#include "harness.h"

const struct protocol tcp = { "TCP", IPPROTO_TCP }, udp = { "UDP", IPPROTO_UDP };
const struct family v4 = { "IPv4", 4, "127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.1" };
const struct family v6 = { "IPv6", 6, "fd00::2", "fd00::3", "::1", "::1" };

const struct ecdn_xdp_steer_stats nothing, one_steered = { .steered = 1 },
	one_without_socket = { .no_socket = 1 }, one_refused = { .refused = 1 },
	one_would = { .would_steer = 1 };

void open_places(const struct protocol *protocol, const struct family *family,
		 int places[PLACES])
{
	const char *any = family->number == 4 ? "0.0.0.0" : "::";

	places[NORMAL] = wait_on(protocol->number, any, STEERED_PORT, V6_ONLY);
	places[REFUSING] = wait_on(protocol->number, family->to, LISTENER_PORT, V6_ONLY);
}

void close_places(const int places[PLACES])
{
	close(places[NORMAL]);
	close(places[REFUSING]);
}

int try_from(const struct protocol *protocol, const char *from, const char *to,
	     const int *places, unsigned int count)
{
	int fd = knock(protocol->number, from, to, STEERED_PORT);
	int place = fd < 0 ? NOBODY : answered_by(protocol->number, places, count, NULL);
	char none;

	/* A reset that meets another on its way finds no connection, but the listener. */
	if (protocol == &tcp && place != NOBODY)
		recv(fd, &none, 1, 0);
	if (fd >= 0)
		hang_up(fd);
	return place;
}

void check(const struct world *world, const char *what, const struct protocol *protocol,
	   const struct family *family, const char *from, const int places[PLACES], int wanted,
	   const struct ecdn_xdp_steer_stats *counted)
{
	static const char *const names[] = { "the port's own", "the listener" };
	struct ecdn_xdp_steer_stats before, after;
	char name[160], why[256] = "";
	int place;

	world_stats(world, protocol->number, family->number, &before);
	place = try_from(protocol, from, family->to, places, PLACES);
	world_stats(world, protocol->number, family->number, &after);
	snprintf(name, sizeof(name), "%s %s: %s", family->name, protocol->name, what);
	if (place != wanted)
		snprintf(why, sizeof(why), "came to %s", place < 0 ? "nobody" : names[place]);
	else if (after.steered - before.steered != counted->steered ||
		 after.no_socket - before.no_socket != counted->no_socket ||
		 after.refused - before.refused != counted->refused ||
		 after.would_steer - before.would_steer != counted->would_steer)
		snprintf(why, sizeof(why), "steered %llu, no_socket %llu, refused %llu, "
			 "would_steer %llu", after.steered - before.steered,
			 after.no_socket - before.no_socket, after.refused - before.refused,
			 after.would_steer - before.would_steer);
	report(name, why);
}

void check_number(const char *what, const struct protocol *protocol, const struct family *family,
		  unsigned int wanted, unsigned int number)
{
	char name[160], why[64] = "";

	snprintf(name, sizeof(name), "%s %s: %s", family->name, protocol->name, what);
	if (number != wanted)
		snprintf(why, sizeof(why), "%u instead of %u", number, wanted);
	report(name, why);
}

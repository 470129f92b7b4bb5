// SPDX-License-Identifier: BSD-2-Clause
/*
 * steer with real sockets: who is given to the 513 listener, who is not, and what is
 * counted. test_steer.sh has the commands.
 */
#include <unistd.h>

#include "harness.h"
#include "steer_check.h"

static struct world world;

static void set_state(enum ecdn_xdp_state state, uint64_t until_ns)
{
	world_set_state(&world, REGION_SURGING, state, until_ns, ECDN_XDP_STATE_NORMAL);
}

static void test_states(const struct protocol *protocol, const struct family *family)
{
	int places[PLACES];

	open_places(protocol, family, places);
	set_state(ECDN_XDP_STATE_LIMITED, FOR_EVER);
	check(&world, "without a listener", protocol, family, family->surging, places, NORMAL, &nothing);
	world_steer(&world, protocol->number, family->number, &places[REFUSING], 1);
	check(&world, "limited", protocol, family, family->surging, places, REFUSING, &one_steered);
	check(&world, "another region", protocol, family, family->quiet, places, NORMAL, &nothing);
	check(&world, "no region", protocol, family, family->other, places, NORMAL, &nothing);
	set_state(ECDN_XDP_STATE_LIMITED, now_ns() - 1);
	check(&world, "limited until now", protocol, family, family->surging, places, NORMAL, &nothing);
	set_state(ECDN_XDP_STATE_LIMITED, now_ns() + 3600 * 1000000000ULL);
	check(&world, "limited for an hour", protocol, family, family->surging, places, REFUSING,
	      &one_steered);
	set_state(ECDN_XDP_STATE_NORMAL, FOR_EVER);
	check(&world, "normal", protocol, family, family->surging, places, NORMAL, &nothing);
	set_state(ECDN_XDP_STATE_EXEMPT, FOR_EVER);
	check(&world, "exempt", protocol, family, family->surging, places, NORMAL, &nothing);
	world_set_state(&world, REGION_SURGING, ECDN_XDP_STATE_EXEMPT, now_ns() - 1,
			ECDN_XDP_STATE_BLOCKED);
	check(&world, "exempt until now, then blocked", protocol, family, family->surging, places,
	      REFUSING, &one_steered);
	world_set_next(&world, REGION_SURGING, now_ns() - 1);
	check(&world, "exempt, then blocked until now", protocol, family, family->surging, places,
	      NORMAL, &nothing);
	set_state(ECDN_XDP_STATE_BLOCKED, now_ns() - 1);
	check(&world, "blocked until now", protocol, family, family->surging, places, NORMAL,
	      &nothing);
	set_state(ECDN_XDP_STATE_BLOCKED, FOR_EVER);
	check(&world, "blocked", protocol, family, family->surging, places, REFUSING, &one_steered);
	world_steer_end(&world, protocol->number);
	check(&world, "no listener any more", protocol, family, family->surging, places, NORMAL, &nothing);
	close_places(places);
}

static void test_settings(const struct protocol *protocol, const struct family *family)
{
	int places[PLACES];

	open_places(protocol, family, places);
	set_state(ECDN_XDP_STATE_BLOCKED, FOR_EVER);
	world_steer(&world, protocol->number, family->number, &places[REFUSING], 1);
	world.config.monitor = 1;
	world_configure(&world);
	check(&world, "monitor mode", protocol, family, family->surging, places, NORMAL, &one_would);
	check(&world, "monitor mode, another region", protocol, family, family->quiet, places, NORMAL,
	      &nothing);
	world.config.monitor = 0;
	world.config.unguarded = 1;
	world_configure(&world);
	check(&world, "no interface has the guard", protocol, family, family->surging, places,
	      NORMAL, &one_would);
	world.config.unguarded = 0;
	world_protect(&world, protocol == &udp, protocol == &tcp);
	check(&world, "a port protected for the other protocol", protocol, family, family->surging, places,
	      NORMAL, &nothing);
	world_protect(&world, false, false);
	world.config.protect = ECDN_XDP_PROTECT_ALL;
	world_configure(&world);
	check(&world, "all protected", protocol, family, family->surging, places, REFUSING, &one_steered);
	world_protect(&world, true, true);
	world_trust(&world, family->number == 4 ? "127.0.0.2/32" : "fd00::2/128");
	check(&world, "trusted", protocol, family, family->surging, places, NORMAL, &nothing);
	world_trust(&world, family->number == 4 ? "127.0.0.3/32" : "fd00::3/128");
	check(&world, "another is trusted", protocol, family, family->surging, places, REFUSING,
	      &one_steered);
	world_trust(&world, NULL);
	world_steer_end(&world, protocol->number);
	close_places(places);
}

/* A listener of one family, and connections of the other. */
static void test_other_family(const struct protocol *protocol)
{
	int v4_places[PLACES], v6_places[PLACES], dual;

	open_places(protocol, &v4, v4_places);
	open_places(protocol, &v6, v6_places);
	set_state(ECDN_XDP_STATE_LIMITED, FOR_EVER);
	world_steer(&world, protocol->number, 4, &v4_places[REFUSING], 1);
	check(&world, "to an IPv4 listener", protocol, &v6, v6.surging, v6_places, NORMAL, &one_refused);
	world_steer(&world, protocol->number, 6, &v6_places[REFUSING], 1);
	check(&world, "each family has its own", protocol, &v6, v6.surging, v6_places, REFUSING,
	      &one_steered);
	check(&world, "each family has its own", protocol, &v4, v4.surging, v4_places, REFUSING,
	      &one_steered);
	world_steer_end(&world, protocol->number);

	world_steer(&world, protocol->number, 6, &v6_places[REFUSING], 1);
	check(&world, "to an IPv6 listener", protocol, &v4, v4.surging, v4_places, NORMAL, &one_refused);

	dual = wait_on(protocol->number, "::", LISTENER_PORT + 1, 0);
	close(v4_places[REFUSING]);
	close(v6_places[REFUSING]);
	v4_places[REFUSING] = v6_places[REFUSING] = dual;
	world_steer(&world, protocol->number, 6, &dual, 1);
	check(&world, "to a listener of both families", protocol, &v6, v6.surging, v6_places, REFUSING,
	      &one_steered);
	check(&world, "to a listener of both families", protocol, &v4, v4.surging, v4_places, REFUSING,
	      &one_steered);
	world_steer(&world, protocol->number, 4, NULL, 0);
	check(&world, "its own listener is gone", protocol, &v4, v4.surging, v4_places, REFUSING,
	      &one_steered);
	world_steer_end(&world, protocol->number);
	close(v4_places[NORMAL]);
	close_places(v6_places);
}

/* A connection stays with whom it was made. */
static void test_established(const struct family *family)
{
	int places[PLACES], client, server = -1;
	bool echoed = false;
	char room = 0;

	open_places(&tcp, family, places);
	set_state(ECDN_XDP_STATE_NORMAL, FOR_EVER);
	world_steer(&world, IPPROTO_TCP, family->number, &places[REFUSING], 1);
	client = knock(IPPROTO_TCP, family->surging, family->to, STEERED_PORT);
	must(client >= 0 && answered_by(IPPROTO_TCP, places, PLACES, &server) == NORMAL,
	     "connect while all is normal");
	set_state(ECDN_XDP_STATE_LIMITED, FOR_EVER);
	if (write(client, "a", 1) == 1 && read(server, &room, 1) == 1 && room == 'a' &&
	    write(server, "b", 1) == 1 && read(client, &room, 1) == 1)
		echoed = room == 'b';
	report(family == &v4 ? "IPv4: a connection that is open goes on" :
	       "IPv6: a connection that is open goes on", echoed ? "" : "it is broken");
	hang_up(client);
	hang_up(server);
	world_steer_end(&world, IPPROTO_TCP);
	close_places(places);
}

static void test_no_table(void)
{
	int places[PLACES];

	open_places(&tcp, &v4, places);
	set_state(ECDN_XDP_STATE_BLOCKED, FOR_EVER);
	world_steer(&world, IPPROTO_TCP, 4, &places[REFUSING], 1);
	world_drop_table(&world);
	check(&world, "no table", &tcp, &v4, v4.surging, places, NORMAL, &nothing);
	world_steer_end(&world, IPPROTO_TCP);
	close_places(places);
}

int main(void)
{
	world_open(&world);
	test_states(&tcp, &v4);
	test_states(&tcp, &v6);
	test_states(&udp, &v4);
	test_states(&udp, &v6);
	test_settings(&tcp, &v4);
	test_settings(&tcp, &v6);
	test_settings(&udp, &v4);
	test_settings(&udp, &v6);
	test_other_family(&tcp);
	test_other_family(&udp);
	test_established(&v4);
	test_established(&v6);
	test_no_table();
	world_close(&world);
	return report_end();
}

// SPDX-License-Identifier: BSD-2-Clause
/*
 * The listener's sockets: some die, some come, several share; and thousands of
 * connections, each counted once.
 */
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"
#include "steer_check.h"

static struct world world;

static void set_state(enum ecdn_xdp_state state, uint64_t until_ns)
{
	world_set_state(&world, REGION_SURGING, state, until_ns, ECDN_XDP_STATE_NORMAL);
}

static void test_death(const struct protocol *protocol, const struct family *family)
{
	int places[PLACES];

	open_places(protocol, family, places);
	set_state(ECDN_XDP_STATE_LIMITED, FOR_EVER);
	world_steer(&world, protocol->number, family->number, &places[REFUSING], 1);
	/* Again, as a refresh does that finds nothing new. */
	world_steer(&world, protocol->number, family->number, &places[REFUSING], 1);
	check(&world, "put twice", protocol, family, family->surging, places, REFUSING, &one_steered);
	close(places[REFUSING]);
	places[REFUSING] = places[NORMAL];
	check(&world, "the listener's death", protocol, family, family->surging, places, NORMAL,
	      &one_without_socket);
	check_number("its socket has left", protocol, family, 0,
		      world_sockets(&world, protocol->number, family->number));
	places[REFUSING] = wait_on(protocol->number, family->to, LISTENER_PORT, V6_ONLY);
	check(&world, "back, but not found yet", protocol, family, family->surging, places, NORMAL,
	      &one_without_socket);
	world_steer(&world, protocol->number, family->number, &places[REFUSING], 1);
	check(&world, "found again", protocol, family, family->surging, places, REFUSING, &one_steered);
	world_steer_end(&world, protocol->number);
	close_places(places);
}

/* One that is shut down listens no more, and is open all the same. */
static void test_pause(const struct family *family)
{
	int places[PLACES], other;

	open_places(&tcp, family, places);
	set_state(ECDN_XDP_STATE_LIMITED, FOR_EVER);
	world_steer(&world, IPPROTO_TCP, family->number, &places[REFUSING], 1);
	must(!shutdown(places[REFUSING], SHUT_RD), "shut down");
	check(&world, "the listener is shut down", &tcp, family, family->surging, places, NORMAL,
	      &one_without_socket);
	other = wait_on(IPPROTO_TCP, family->to, LISTENER_PORT, V6_ONLY);
	world_steer(&world, IPPROTO_TCP, family->number, (int[]){ places[REFUSING], other }, 2);
	close(places[REFUSING]);
	places[REFUSING] = other;
	check(&world, "another takes its place", &tcp, family, family->surging, places, REFUSING,
	      &one_steered);
	world_steer_end(&world, IPPROTO_TCP);
	close_places(places);
}

/* In a row the first that waits is taken, whatever is before it. */
static void test_first(const struct family *family)
{
	int places[PLACES], paused, listener;

	open_places(&tcp, family, places);
	close(places[REFUSING]);
	paused = wait_on(IPPROTO_TCP, family->to, LISTENER_PORT, V6_ONLY | REUSE_PORT);
	listener = wait_on(IPPROTO_TCP, family->to, LISTENER_PORT, V6_ONLY | REUSE_PORT);
	set_state(ECDN_XDP_STATE_LIMITED, FOR_EVER);
	world_steer(&world, IPPROTO_TCP, family->number, (int[]){ paused, listener }, 2);
	must(!shutdown(paused, SHUT_RD), "shut down");
	places[REFUSING] = listener;
	check(&world, "the first of two is shut down", &tcp, family, family->surging, places,
	      REFUSING, &one_steered);
	world_steer_end(&world, IPPROTO_TCP);
	close(paused);
	close_places(places);
}

#define WORKERS 4

static void test_workers(const struct protocol *protocol, const struct family *family)
{
	enum { KNOCKS = 200 };
	int workers[WORKERS], share[WORKERS] = {}, own, lost = 0;
	struct ecdn_xdp_steer_stats before, after;
	char name[80], why[160] = "";

	own = wait_on(protocol->number, family->number == 4 ? "0.0.0.0" : "::", STEERED_PORT,
		      V6_ONLY);
	for (int i = 0; i < WORKERS; i++)
		workers[i] = wait_on(protocol->number, family->to, LISTENER_PORT,
				     V6_ONLY | REUSE_PORT);
	set_state(ECDN_XDP_STATE_LIMITED, FOR_EVER);
	world_steer(&world, protocol->number, family->number, workers, WORKERS);
	world_stats(&world, protocol->number, family->number, &before);
	for (int i = 0; i < KNOCKS; i++) {
		int worker = try_from(protocol, family->surging, family->to, workers, WORKERS);

		if (worker < 0)
			lost++;
		else
			share[worker]++;
	}
	world_stats(&world, protocol->number, family->number, &after);
	snprintf(name, sizeof(name), "%s %s: four workers share", family->name, protocol->name);
	if (lost || !share[0] || !share[1] || !share[2] || !share[3] ||
	    after.steered - before.steered != KNOCKS)
		snprintf(why, sizeof(why), "%d, %d, %d, %d and %d lost, %llu counted", share[0],
			 share[1], share[2], share[3], lost, after.steered - before.steered);
	report(name, why);

	/* The first in the row dies. */
	close(workers[0]);
	lost = 0;
	for (int i = 0; i < KNOCKS / 4; i++)
		lost += try_from(protocol, family->surging, family->to, workers + 1,
				 WORKERS - 1) < 0;
	check_number("a worker's death leaves the others", protocol, family, 0, lost);
	world_steer_end(&world, protocol->number);
	for (int i = 1; i < WORKERS; i++)
		close(workers[i]);
	close(own);
}

/* Clients come all the time while one worker after the other is replaced. */
static void test_replacement(void)
{
	enum { KNOCKS = 3000, PAIR = 2 }; /* fewer than a backlog holds */
	int workers[2 * PAIR], own = wait_on(IPPROTO_TCP, "0.0.0.0", STEERED_PORT, 0), status;
	struct ecdn_xdp_steer_stats before, after;
	char why[160] = "";
	pid_t client;

	for (int i = 0; i < 2 * PAIR; i++)
		workers[i] = wait_on(IPPROTO_TCP, v4.to, LISTENER_PORT, REUSE_PORT);
	set_state(ECDN_XDP_STATE_LIMITED, FOR_EVER);
	world_steer(&world, IPPROTO_TCP, 4, workers, PAIR);
	world_stats(&world, IPPROTO_TCP, 4, &before);
	client = fork();
	must(client >= 0, "fork");
	if (!client) {
		int failed = 0;

		for (int i = 0; i < KNOCKS; i++) {
			int fd = knock(IPPROTO_TCP, v4.surging, v4.to, STEERED_PORT);

			failed += fd < 0;
			hang_up(fd);
		}
		_exit(!!failed);
	}
	for (int i = 0; !waitpid(client, &status, WNOHANG); i++)
		world_steer(&world, IPPROTO_TCP, 4, workers + i % (PAIR + 1), PAIR);
	world_stats(&world, IPPROTO_TCP, 4, &after);
	if (status || after.steered - before.steered != KNOCKS ||
	    after.no_socket != before.no_socket)
		snprintf(why, sizeof(why), "status %d, %llu of %d steered, %llu found no socket",
			 status, after.steered - before.steered, KNOCKS,
			 after.no_socket - before.no_socket);
	report("a listener is replaced without a moment in which there is none", why);
	check_number("no socket stays that was replaced", &tcp, &v4, PAIR,
		      world_sockets(&world, IPPROTO_TCP, 4));
	world_steer_end(&world, IPPROTO_TCP);
	for (int i = 0; i < 2 * PAIR; i++)
		close(workers[i]);
	close(own);
}

/* What a command has read of the row is old: a socket was closed since, and another came into
 * its place by itself. */
static void test_stale(const struct protocol *protocol)
{
	uint64_t before[ECDN_XDP_STEER_SOCKETS] = {};
	int sockets[4];

	for (int i = 0; i < 4; i++)
		sockets[i] = wait_on(protocol->number, v4.to, LISTENER_PORT, REUSE_PORT);
	before[0] = cookie_of(sockets[0]);
	close(sockets[0]);
	world_steer(&world, protocol->number, 4, &sockets[1], 1);
	world_steer_late(&world, protocol->number, 4, before, &sockets[1], 1);
	check_number("what came since and is known stays", protocol, &v4, 1,
		     world_sockets(&world, protocol->number, 4));
	world_steer_late(&world, protocol->number, 4, before, &sockets[2], 1);
	check_number("what came since is not put over", protocol, &v4, 2,
		     world_sockets(&world, protocol->number, 4));
	close(sockets[1]);
	check_number("the new one is there too", protocol, &v4, 1,
		     world_sockets(&world, protocol->number, 4));
	/* In another place than where it was read. */
	before[0] = cookie_of(sockets[2]);
	world_steer_late(&world, protocol->number, 4, before, &sockets[3], 1);
	world_steer_unknown(&world, protocol->number, 4);
	check_number("what cannot be looked for stays", protocol, &v4, 1,
		     world_sockets(&world, protocol->number, 4));
	close(sockets[3]);
	check_number("what leaves has left", protocol, &v4, 0,
		     world_sockets(&world, protocol->number, 4));
	close(sockets[2]);
	world_steer_end(&world, protocol->number);
}

static void test_counts(const struct family *family)
{
	enum { KNOCKS = 1000 };
	struct ecdn_xdp_steer_stats before, after;
	int places[PLACES], refused = 0, normal = 0;
	char name[80], why[160] = "";

	open_places(&tcp, family, places);
	set_state(ECDN_XDP_STATE_LIMITED, FOR_EVER);
	world_steer(&world, IPPROTO_TCP, family->number, &places[REFUSING], 1);
	world_stats(&world, IPPROTO_TCP, family->number, &before);
	for (int i = 0; i < KNOCKS; i++) {
		refused += try_from(&tcp, family->surging, family->to, places, PLACES) == REFUSING;
		if (i % 4 == 0)
			normal += try_from(&tcp, family->quiet, family->to, places, PLACES) == NORMAL;
	}
	world_stats(&world, IPPROTO_TCP, family->number, &after);
	snprintf(name, sizeof(name), "%s: every one of %d connections is counted", family->name,
		 KNOCKS);
	if (refused != KNOCKS || normal != KNOCKS / 4 || after.steered - before.steered != KNOCKS ||
	    after.no_socket != before.no_socket || after.refused != before.refused)
		snprintf(why, sizeof(why), "%d refused, %llu counted; %d of %d normal", refused,
			 after.steered - before.steered, normal, KNOCKS / 4);
	report(name, why);
	world_steer_end(&world, IPPROTO_TCP);
	close_places(places);
}

int main(void)
{
	world_open(&world);
	test_death(&tcp, &v4);
	test_death(&tcp, &v6);
	test_death(&udp, &v4);
	test_death(&udp, &v6);
	test_pause(&v4);
	test_pause(&v6);
	test_first(&v4);
	test_first(&v6);
	test_workers(&tcp, &v4);
	test_workers(&tcp, &v6);
	test_workers(&udp, &v4);
	test_workers(&udp, &v6);
	test_replacement();
	test_stale(&tcp);
	test_stale(&udp);
	test_counts(&v4);
	test_counts(&v6);
	world_close(&world);
	return report_end();
}

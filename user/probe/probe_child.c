// SPDX-License-Identifier: BSD-2-Clause
#include "probe/probe_child.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "probe/probe_chain.h"
#include "probe/probe_hand.h"
#include "probe/probe_jail.h"
#include "probe/probe_wire.h"

#define PACE_NS NS_PER_SECOND   /* from one connection to the next */

struct child {
	const struct probe_child *given;
	X509_STORE *authorities;
	int level;              /* OpenSSL's security level of the offer */
	int sockets[PROBE_CONNECTIONS];
	struct probe_rows rows;
	uint8_t seen[PROBE_CHAINS][8]; /* certificates that were told of */
	unsigned int chains;
	bool has_wanted;
};

static struct probe_wire record(enum probe_wire_type type)
{
	return (struct probe_wire){ .magic = PROBE_WIRE_MAGIC, .version = PROBE_WIRE_VERSION,
				    .type = type };
}

/* A pipe takes a record at once, or waits. Without a reader there is nothing left to do. */
static int say(const struct probe_wire *wire)
{
	return write(PROBE_JAIL_PIPE, wire, sizeof(*wire)) == sizeof(*wire) ? 0 : -EPIPE;
}

static int fail(const char *what, int err)
{
	struct probe_wire wire = record(PROBE_WIRE_FAULT);

	snprintf(wire.fault.text, sizeof(wire.fault.text), "its process cannot %s: %s", what,
		 strerror(-err));
	say(&wire);
	return 1;
}

/* What OpenSSL reads from files when it is first used is read here. */
static int prepare(struct child *child, struct probe_begin *begin)
{
	SSL_CTX *context;

	child->rows.whole_13 = probe_offer_whole_13(child->given->offer);
	context = probe_offer_context(child->given->offer, PROBE_ASK_OFFER);
	if (!context)
		return -ENOMEM;
	child->level = SSL_CTX_get_security_level(context);
	SSL_CTX_free(context);
	child->authorities = probe_chain_authorities(&begin->authorities);
	return child->authorities ? 0 : -ENOMEM;
}

static int say_chain(struct child *child, SSL *ssl, const uint8_t id[8])
{
	struct probe_wire wire = record(PROBE_WIRE_CHAIN);

	if (child->chains >= PROBE_CHAINS)
		return 0;
	for (unsigned int i = 0; i < child->chains; i++)
		if (!memcmp(child->seen[i], id, 8))
			return 0;
	memcpy(child->seen[child->chains++], id, 8);
	probe_chain_read(ssl, child->authorities, child->level, child->given->target->host,
			 &wire.chain);
	return say(&wire);
}

static int say_wanted(struct child *child, const SSL *ssl)
{
	struct probe_wire wire = record(PROBE_WIRE_WANTED);

	if (child->has_wanted)
		return 0;
	child->has_wanted = true;
	probe_chain_wanted(ssl, &wire.wanted);
	return say(&wire);
}

static int tell(struct child *child, struct probe_hand *hand)
{
	static const uint8_t none[8];
	struct probe_wire wire = record(PROBE_WIRE_STEP);
	struct probe_step *step = &hand->step;
	int err;

	if (hand->ssl)
		probe_chain_id(hand->ssl, step->certificate);
	wire.step = *step;
	err = say(&wire);
	if (!err && memcmp(step->certificate, none, sizeof(none)) != 0)
		err = say_chain(child, hand->ssl, step->certificate);
	if (!err && step->wants)
		err = say_wanted(child, hand->ssl);
	return err;
}

/* A row that OpenSSL cannot ask for is answered like one that the origin rejects, with the
 * reason. */
static void ask(struct child *child, struct probe_hand *hand)
{
	SSL_CTX *context = probe_offer_context(child->given->offer, hand->step.ask);
	int socket = child->sockets[child->rows.connections];

	if (context) {
		probe_hand_shake(hand, socket, child->given->target, context);
	} else {
		hand->step.outcome = PROBE_REJECTED;
		hand->step.alert = hand->step.own_alert = PROBE_ALERT_NONE;
		snprintf(hand->step.reason, sizeof(hand->step.reason), "OpenSSL here has none");
	}
	SSL_CTX_free(context);
}

static int ask_all(struct child *child)
{
	uint64_t next_ns = clock_monotonic_ns();
	int wanted, err = 0;

	while (!err && (wanted = probe_rows_next(&child->rows)) >= 0) {
		struct probe_hand hand = { .step.ask = wanted };
		struct timespec at = { next_ns / NS_PER_SECOND, next_ns % NS_PER_SECOND };

		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL);
		next_ns = clock_monotonic_ns() + PACE_NS;
		ask(child, &hand);
		err = tell(child, &hand);
		SSL_free(hand.ssl);
		close(child->sockets[child->rows.connections]);
		probe_rows_add(&child->rows, &hand.step);
	}
	return err;
}

int probe_child_main(void *given)
{
	struct child child = { .given = given };
	struct probe_wire begin = record(PROBE_WIRE_BEGIN), end = record(PROBE_WIRE_END);
	const char *what = "be set up";
	int err;

	signal(SIGPIPE, SIG_IGN);
	if (probe_jail_close(child.given->pipe))
		return 1;
	err = prepare(&child, &begin.begin);
	if (err)
		return fail("set OpenSSL up", err);
	err = probe_jail_sockets(child.given->target->address.family, child.sockets,
				 &begin.begin.mark_error);
	if (err)
		return fail("make its sockets", err);
	err = probe_jail_enter(&what);
	if (err)
		return fail(what, err);
	return say(&begin) || ask_all(&child) || say(&end);
}

// SPDX-License-Identifier: BSD-2-Clause
#include "steer/steer_sockets.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "net/listener.h"
#include "control/session.h"
#include "guard/ports.h"
#include "steer/steer_part.h"

/* Times that sockets which vanish between being found and taken are looked for anew. */
#define ATTEMPTS 5

/* A listener's sockets, open here as long as they are needed. */
struct taken {
	struct steer_socket socket[ECDN_XDP_STEER_SOCKETS];
	unsigned int count;
};

static void release(struct taken *taken)
{
	for (unsigned int i = 0; i < taken->count; i++)
		close(taken->socket[i].fd);
	taken->count = 0;
}

/* -ESTALE, not said: they are not what they were. */
static int take(const struct listeners *listeners, const struct steer_rule *rule,
		struct taken *taken)
{
	const struct listener *found[ECDN_XDP_STEER_SOCKETS];
	unsigned int count = steer_rule_find(rule, listeners, found, ECDN_XDP_STEER_SOCKETS);

	taken->count = 0;
	for (unsigned int i = 0; i < count; i++) {
		int fd = listener_take(found[i]);

		if (fd < 0) {
			release(taken);
			return fd;
		}
		taken->socket[taken->count++] = (struct steer_socket){ found[i]->cookie, fd };
	}
	return 0;
}

/* Looks again where a process went between the one and the other. No sockets, no error. */
static int take_steadily(struct listeners *listeners, const struct steer_rule *rule,
			 struct taken *taken)
{
	char text[LISTENER_TEXT_SIZE];
	int err = take(listeners, rule, taken);

	for (int i = 1; err == -ESTALE && i < ATTEMPTS; i++) {
		listeners_free(listeners);
		err = listeners_read(listeners) ?: take(listeners, rule, taken);
	}
	if (err == -ESTALE)
		log_error(err, "cannot take the sockets of %s: they come and go",
			  listener_format(&rule->listener, rule->listener_port, text));
	return err;
}

static int put(const struct maps *maps, const struct steer_rule *rule, const struct taken *taken)
{
	struct ecdn_xdp_steer_key key = steer_rule_key(rule);
	char port[STEER_PORT_TEXT_SIZE], text[LISTENER_TEXT_SIZE];
	struct ecdn_xdp_steer value;
	int err;

	steer_rule_value(rule, &value);
	err = steer_table_put(maps, &key, &value, taken->socket, taken->count);
	if (!err)
		log_info("port %s: %u sockets of %s", steer_format_port(rule->port, rule->protocol, port),
			 taken->count, listener_format(&rule->listener, rule->listener_port, text));
	return err;
}

static void warn_gone(const struct steer_rule *rule)
{
	char port[STEER_PORT_TEXT_SIZE], text[LISTENER_TEXT_SIZE];

	log_warning("port %s: nobody listens on %s, so its connections stay where they are; "
		    "`ecdn-xdp steer refresh` once somebody does",
		    steer_format_port(rule->port, rule->protocol, port),
		    listener_format(&rule->listener, rule->listener_port, text));
}

static void warn_unprotected(const struct protection *protection, const struct steer_rule *rule)
{
	char port[STEER_PORT_TEXT_SIZE];

	if (protection_covers(protection, rule->port, rule->protocol))
		return;
	steer_format_port(rule->port, rule->protocol, port);
	log_warning("port %s is not protected, so nobody is steered; `ecdn-xdp load --protect` "
		    "names the ports that are", port);
}

/* Of a TCP connection the port that was asked is its own; a datagram leaves from the
 * socket's. */
static void warn_answers(const struct steer_rule *rule)
{
	if (rule->protocol == IPPROTO_UDP && rule->port != rule->listener_port)
		log_warning("port %u/udp: what the listener answers leaves from its port %u, which "
			    "clients of port %u do not take; have it wait on port %u of 127.0.0.1 or "
			    "[::1], and answer from the address that was asked", rule->port,
			    rule->listener_port, rule->port, rule->port);
}

/* What there is instead, for whoever mistook the address or the protocol. */
static int refuse_absent(const struct listeners *listeners, const struct steer_rule *rule)
{
	char wanted[LISTENER_TEXT_SIZE], text[LISTENER_TEXT_SIZE], others[512] = "";

	listener_format(&rule->listener, rule->listener_port, wanted);
	for (unsigned int i = 0; i < listeners->count; i++) {
		const struct listener *other = &listeners->listener[i];
		const struct holder *holder = other->holder_count ? &other->holders[0] : NULL;
		size_t used = strlen(others);

		if (other->port != rule->listener_port || used + 128 > sizeof(others))
			continue;
		sprintf(others + used, "%s%s %s", used ? ", " : "",
			other->protocol == IPPROTO_TCP ? "TCP" : "UDP",
			listener_format(&other->address, other->port, text));
		if (holder)
			sprintf(others + strlen(others), " of %s[%d]", holder->name, holder->pid);
	}
	if (!*others)
		return log_error(-ENOENT, "no %s socket listens on %s in this network namespace; "
				 "start it first", rule->protocol == IPPROTO_TCP ? "TCP" : "UDP",
				 wanted);
	return log_error(-ENOENT, "no %s socket listens on %s in this network namespace; on that "
			 "port there is %s", rule->protocol == IPPROTO_TCP ? "TCP" : "UDP", wanted,
			 others);
}

static int add(const struct loaded *loaded, const struct steer_rule *rule)
{
	struct protection protection;
	struct listeners listeners;
	struct taken taken = {};
	int err = protection_read(&loaded->maps, &protection);

	err = err ?: listeners_read(&listeners);
	if (err)
		return err;
	err = take_steadily(&listeners, rule, &taken);
	if (!err && !taken.count)
		err = refuse_absent(&listeners, rule);
	err = err ?: steering_start(loaded->pins.dir);
	err = err ?: put(&loaded->maps, rule, &taken);
	if (!err) {
		warn_unprotected(&protection, rule);
		warn_answers(rule);
	}
	release(&taken);
	listeners_free(&listeners);
	return err;
}

int guard_steer_add(const char *pin_dir, const struct steer_rule *rule)
{
	struct loaded loaded;
	int err = loaded_open(&loaded, pin_dir);

	if (err)
		return err;
	err = add(&loaded, rule);
	loaded_close(&loaded);
	return err;
}

static int del(const struct maps *maps, uint16_t port, uint8_t protocol)
{
	struct ecdn_xdp_steer_key v4 = { port, protocol, 4 }, v6 = { port, protocol, 6 };
	char text[STEER_PORT_TEXT_SIZE];
	struct steer_table table;
	int err = steer_table_read(maps, &table);

	if (err)
		return err;
	if (!steer_table_find(&table, &v4) && !steer_table_find(&table, &v6))
		return log_error(-ENOENT, "port %s has no listener; `ecdn-xdp steer` lists those "
				 "that have", steer_format_port(port, protocol, text));
	err = steer_table_remove(maps, &v4);
	return err ?: steer_table_remove(maps, &v6);
}

int guard_steer_del(const char *pin_dir, uint16_t port, uint8_t protocol)
{
	struct loaded loaded;
	int err = loaded_open(&loaded, pin_dir);

	if (err)
		return err;
	err = del(&loaded.maps, port, protocol);
	loaded_close(&loaded);
	return err;
}

/*
 * Puts each rule's sockets in place, of a listener that is not there, or whose cannot be
 * taken, none. *untaken is the first error of those that cannot.
 */
static int put_all(const struct maps *maps, const struct steer_rules *rules, int *untaken)
{
	struct listeners listeners;
	int err = listeners_read(&listeners);

	*untaken = 0;
	if (err)
		return err;
	for (unsigned int i = 0; i < rules->count && !err; i++) {
		const struct steer_rule *rule = &rules->rule[i];
		struct taken taken = {};
		int missed = take_steadily(&listeners, rule, &taken);

		if (!missed && !taken.count)
			warn_gone(rule);
		err = put(maps, rule, &taken);
		release(&taken);
		*untaken = *untaken ?: missed;
	}
	listeners_free(&listeners);
	return err;
}

/* A proxy that steers nobody is no reason to be without a guard. */
int steer_apply(const struct maps *maps, const struct steer_rules *rules)
{
	struct protection protection;
	int err, untaken = 0;

	if (!rules->count)
		return 0;
	err = protection_read(maps, &protection);
	for (unsigned int i = 0; i < rules->count && !err; i++) {
		warn_unprotected(&protection, &rules->rule[i]);
		warn_answers(&rules->rule[i]);
	}
	err = err ?: put_all(maps, rules, &untaken);
	if (!err && untaken)
		log_warning("loaded all the same; `ecdn-xdp steer` tells which ports have no "
			    "listener, `ecdn-xdp steer refresh` looks again");
	return err;
}

static int rules_of(const struct steer_table *table, struct steer_rules *rules)
{
	int err = 0;

	for (unsigned int i = 0; i < table->count && !err; i++) {
		struct steer_rule rule;

		steer_rule_from(&rule, &table->entry[i].key, &table->entry[i].value);
		err = steer_rules_add(rules, &rule);
	}
	return err ? log_error(err, "out of memory") : 0;
}

static int refresh(const struct loaded *loaded)
{
	struct steer_rules rules = {};
	struct steer_table table;
	int err = steer_table_read(&loaded->maps, &table), untaken = 0;

	err = err ?: rules_of(&table, &rules);
	if (!err && rules.count)
		err = steering_start(loaded->pins.dir);
	if (!err && rules.count)
		err = put_all(&loaded->maps, &rules, &untaken);
	steer_rules_free(&rules);
	return err ?: untaken;
}

int guard_steer_refresh(const char *pin_dir)
{
	struct loaded loaded;
	int err = loaded_open(&loaded, pin_dir);

	if (err)
		return err;
	err = refresh(&loaded);
	loaded_close(&loaded);
	return err;
}

// SPDX-License-Identifier: BSD-2-Clause
#include "steer/steer_sockets.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "net/listeners.h"

/* How often sockets are looked up again if they were closed before they could be taken. */
#define ATTEMPTS 5

void steer_sockets_release(struct steer_taken *taken)
{
	for (unsigned int i = 0; i < taken->count; i++)
		close(taken->socket[i].fd);
	taken->count = 0;
}

/* Takes the sockets of a rule. -ESTALE, silent, if one of them was closed or changed since
 * it was found. */
static int take(const struct listeners *listeners, const struct steer_rule *rule,
		struct steer_taken *taken)
{
	const struct listener *found[ECDN_XDP_STEER_SOCKETS];
	unsigned int count = steer_rule_find(rule, listeners, found, ECDN_XDP_STEER_SOCKETS);

	taken->count = 0;
	for (unsigned int i = 0; i < count; i++) {
		int fd = listener_take(found[i]);

		if (fd < 0) {
			steer_sockets_release(taken);
			return fd;
		}
		taken->socket[taken->count++] = (struct steer_socket){ found[i]->cookie, fd };
	}
	return 0;
}

/* As take(), several times if need be. It is no error if there are no sockets. */
static int take_steadily(struct listeners *listeners, const struct steer_rule *rule,
			 struct steer_taken *taken)
{
	char text[LISTENER_TEXT_SIZE];
	int err = take(listeners, rule, taken);

	for (int i = 1; err == -ESTALE && i < ATTEMPTS; i++) {
		listeners_free(listeners);
		err = listeners_read(listeners) ?: take(listeners, rule, taken);
	}
	if (err == -ESTALE)
		log_error(err, "cannot take the sockets of %s: they keep being opened and closed",
			  listener_format(&rule->listener, rule->listener_port, text));
	return err;
}

int steer_sockets_put(const struct steer_maps *maps, const struct steer_rule *rule,
		      const struct steer_taken *taken)
{
	struct ecdn_xdp_steer_key key = steer_rule_key(rule);
	char port[STEER_PORT_TEXT_SIZE], text[LISTENER_TEXT_SIZE];
	struct ecdn_xdp_steer value;
	int err;

	steer_rule_value(rule, &value);
	err = steer_maps_put(maps, &key, &value, taken->socket, taken->count);
	if (!err)
		log_info("port %s: steered to %u sockets of %s",
			 steer_rule_format_port(rule->port, rule->protocol, port), taken->count,
			 listener_format(&rule->listener, rule->listener_port, text));
	return err;
}

static void warn_gone(const struct steer_rule *rule)
{
	char port[STEER_PORT_TEXT_SIZE], text[LISTENER_TEXT_SIZE];

	log_warning("port %s: no socket listens on %s, so its connections stay where they "
		    "are; run `ecdn-xdp steer refresh` once one does",
		    steer_rule_format_port(rule->port, rule->protocol, port),
		    listener_format(&rule->listener, rule->listener_port, text));
}

/* The error names what listens instead, as the address or the protocol may be mistaken. */
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
				 "start the listener first",
				 rule->protocol == IPPROTO_TCP ? "TCP" : "UDP", wanted);
	return log_error(-ENOENT, "no %s socket listens on %s in this network namespace; on that "
			 "port there is %s", rule->protocol == IPPROTO_TCP ? "TCP" : "UDP", wanted,
			 others);
}

int steer_sockets_take(const struct steer_rule *rule, struct steer_taken *taken)
{
	struct listeners listeners;
	int err = listeners_read(&listeners);

	taken->count = 0;
	if (err)
		return err;
	err = take_steadily(&listeners, rule, taken);
	if (!err && !taken->count)
		err = refuse_absent(&listeners, rule);
	listeners_free(&listeners);
	return err;
}

int steer_sockets_put_all(const struct steer_maps *maps, const struct steer_rules *rules,
			  int *untaken)
{
	struct listeners listeners;
	int err = listeners_read(&listeners);

	*untaken = 0;
	if (err)
		return err;
	for (unsigned int i = 0; i < rules->count && !err; i++) {
		const struct steer_rule *rule = &rules->rule[i];
		struct steer_taken taken = {};
		int missed = take_steadily(&listeners, rule, &taken);

		if (!missed && !taken.count)
			warn_gone(rule);
		err = steer_sockets_put(maps, rule, &taken);
		steer_sockets_release(&taken);
		*untaken = *untaken ?: missed;
	}
	listeners_free(&listeners);
	return err;
}

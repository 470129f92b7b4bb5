// SPDX-License-Identifier: BSD-2-Clause
#include "steer/steer_sockets.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/scoped.h"
#include "net/listeners.h"
#include "net/netns.h"
#include "steer/steer_owner.h"

/* How often sockets are looked up again if they were closed before they could be taken. */
#define ATTEMPTS 5

/* The sockets of a listener. */
struct taken {
	struct steer_socket socket[ECDN_XDP_STEER_SOCKETS];
	unsigned int count;
	const struct listener *foreign; /* one that belongs to another user, or NULL */
};

static void release(struct taken *taken)
{
	for (unsigned int i = 0; i < taken->count; i++)
		scoped_close(&taken->socket[i].fd);
	taken->count = 0;
}

static void describe(const struct listener *listener, struct ecdn_xdp_steer_mark *mark)
{
	uint8_t bytes[16] = {};

	memset(mark, 0, sizeof(*mark));
	if (listener->address.bits)
		address_to_bytes(&listener->address, bytes);
	memcpy(mark->addr_be, bytes, sizeof(mark->addr_be));
	mark->port = listener->port;
	mark->family = address_version(listener->address.family);
}

/* Takes the sockets of a rule. -ESTALE, silent, if one of them was closed or changed since
 * it was found. After other errors those which cannot be taken are there without an fd. */
static int take(const struct listeners *listeners, const struct steer_rule *rule,
		uint32_t port_user, struct taken *taken)
{
	const struct listener *found[ECDN_XDP_STEER_SOCKETS];
	unsigned int count = steer_rule_find(rule, listeners, found, ECDN_XDP_STEER_SOCKETS);
	int err = 0;

	memset(taken, 0, sizeof(*taken));
	for (unsigned int i = 0; i < count; i++) {
		struct steer_socket *socket = &taken->socket[taken->count];

		if (!steer_owner_allows(rule, port_user, found[i])) {
			taken->foreign = found[i];
			continue;
		}
		socket->cookie = found[i]->cookie;
		describe(found[i], &socket->mark);
		socket->fd = listener_take(found[i]);
		taken->count++;
		if (socket->fd >= 0)
			continue;
		err = err ?: socket->fd;
		socket->fd = -1;
		if (err == -ESTALE)
			break;
	}
	if (err == -ESTALE)
		release(taken);
	return err;
}

/* As take(), several times if need be. It is no error if there are no sockets. */
static int take_steadily(struct listeners *listeners, const struct steer_rule *rule,
			 uint32_t *port_user, struct taken *taken)
{
	char text[LISTENER_TEXT_SIZE];
	int err;

	*port_user = steer_owner_of_port(rule, listeners);
	err = take(listeners, rule, *port_user, taken);
	for (int i = 1; err == -ESTALE && i < ATTEMPTS; i++) {
		listeners_free(listeners);
		err = listeners_read(listeners);
		*port_user = steer_owner_of_port(rule, listeners);
		err = err ?: take(listeners, rule, *port_user, taken);
	}
	if (err == -ESTALE)
		log_error(err, "cannot take the sockets of %s: they keep being opened and closed",
			  listener_format(&rule->listener, rule->listener_port, text));
	return err;
}

static void warn_gone(const struct steer_rule *rule, bool hooked)
{
	char port[STEER_PORT_TEXT_SIZE], text[LISTENER_TEXT_SIZE];

	log_warning("port %s: no socket listens on %s, so its connections stay where they "
		    "are%s",
		    steer_rule_format_port(rule->port, rule->protocol, port),
		    listener_format(&rule->listener, rule->listener_port, text),
		    hooked && rule->protocol == IPPROTO_TCP ? " until one does" :
		    "; run `ecdn-xdp steer refresh` once one does");
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

int steer_sockets_check(const struct steer_rule *rule)
{
	struct listeners listeners;
	struct taken taken = {};
	uint32_t port_user;
	int err = listeners_read(&listeners);

	if (err)
		return err;
	err = take_steadily(&listeners, rule, &port_user, &taken);
	if (!err && taken.foreign)
		err = steer_owner_refuse(rule, taken.foreign);
	else if (!err && !taken.count)
		err = refuse_absent(&listeners, rule);
	release(&taken);
	listeners_free(&listeners);
	return err;
}

static void entry_of(const struct steer_rule *rule, struct steer_entry *entry)
{
	memset(entry, 0, sizeof(*entry));
	entry->key = steer_rule_key(rule);
	steer_rule_value(rule, &entry->value);
	entry->rule.netns = netns_own();
	entry->rule.user = rule->user;
}

/* Whether a row has a socket that was not there yet when the listeners were read. */
static bool is_newer(const struct listeners *listeners,
		     const uint64_t row[ECDN_XDP_STEER_SOCKETS])
{
	for (int i = 0; i < ECDN_XDP_STEER_SOCKETS; i++)
		if (row[i] && !listeners_by_cookie(listeners, row[i]))
			return true;
	return false;
}

/* What the program listen has put into the row meanwhile has to be known, to be kept. */
static int read_row(const struct steer_maps *maps, const struct steer_entry *entry,
		    struct listeners *listeners, uint64_t row[ECDN_XDP_STEER_SOCKETS])
{
	steer_maps_read_row(maps, entry->value.first_socket, row);
	if (!is_newer(listeners, row))
		return 0;
	listeners_free(listeners);
	return listeners_read(listeners);
}

static int put(const struct steer_maps *maps, const struct steer_rule *rule,
	       struct listeners *listeners, bool hooked, struct steer_entry *entry, int *untaken)
{
	uint64_t row[ECDN_XDP_STEER_SOCKETS];
	char port[STEER_PORT_TEXT_SIZE], text[LISTENER_TEXT_SIZE];
	struct taken taken = {};
	int err = read_row(maps, entry, listeners, row);

	if (err)
		return err;
	*untaken = take_steadily(listeners, rule, &entry->rule.port_user, &taken);
	if (!*untaken && taken.foreign)
		*untaken = steer_owner_refuse(rule, taken.foreign);
	else if (!*untaken && !taken.count)
		warn_gone(rule, hooked);
	err = steer_maps_put(maps, entry, row, taken.socket, taken.count);
	if (!err && taken.count)
		log_info("port %s: steered to %u sockets of %s",
			 steer_rule_format_port(rule->port, rule->protocol, port), taken.count,
			 listener_format(&rule->listener, rule->listener_port, text));
	release(&taken);
	return err;
}

int steer_sockets_put_all(const struct steer_maps *maps, const struct steer_rules *rules,
			  bool hooked, int *untaken)
{
	scoped_free struct steer_entry *entries = calloc(rules->count + 1, sizeof(*entries));
	struct listeners listeners = {};
	int err = entries ? 0 : log_error(-ENOMEM, "out of memory");

	*untaken = 0;
	for (unsigned int i = 0; i < rules->count && !err; i++) {
		entry_of(&rules->rule[i], &entries[i]);
		err = steer_maps_prepare(maps, &entries[i]);
	}
	err = err ?: listeners_read(&listeners);
	for (unsigned int i = 0; i < rules->count && !err; i++) {
		int missed = 0;

		err = put(maps, &rules->rule[i], &listeners, hooked, &entries[i], &missed);
		*untaken = *untaken ?: missed;
	}
	listeners_free(&listeners);
	return err;
}

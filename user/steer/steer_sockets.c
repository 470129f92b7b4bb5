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
#include "steer/steer_take.h"

/* How often sockets are looked up again if they were closed before they could be taken. */
#define ATTEMPTS 5

/* The sockets of a listener. */
struct taken {
	struct steer_socket socket[ECDN_XDP_STEER_SOCKETS];
	unsigned int count;
	bool known;             /* these are all; else nobody knows what there is */
	const struct listener *foreign; /* another user's that waits where none is, or NULL */
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

/* What a rule's sockets are looked for by. */
struct search {
	const struct steer_rule *rule;
	struct listeners *listeners;
	bool finds;             /* the program listen finds such sockets, too */
	uint32_t port_user;
	uint64_t row[ECDN_XDP_STEER_SOCKETS]; /* what the rule has already */
};

static bool finds(const struct steer_rule *rule, bool hooked)
{
	return hooked && rule->protocol == IPPROTO_TCP;
}

/* A socket that is in the row needs no fd, but to be marked if an earlier version has put it
 * there. That its holder is gone may mean that another listens, which has to be looked for where
 * the program listen does not. */
static int take_one(const struct search *search, const struct listener *listener,
		    struct steer_socket *socket)
{
	bool stays = search->finds && steer_maps_row_has(search->row, listener->cookie);
	int fd = listener_try_take(listener);

	socket->cookie = listener->cookie;
	socket->protocol = listener->protocol;
	describe(listener, &socket->mark);
	socket->by_cookie = (fd == -EPERM || fd == -EACCES || fd == -ESRCH) && !stays &&
			    steer_take_can(listener->protocol);
	/* Once more, to be told why. */
	if (fd < 0 && !stays && !socket->by_cookie)
		fd = listener_take(listener);
	socket->fd = fd < 0 ? -1 : fd;
	return fd < 0 && !stays && !socket->by_cookie ? fd : 0;
}

static int by_preference(const void *one, const void *other, void *context)
{
	const struct listener *a = *(const struct listener *const *)one;
	const struct listener *b = *(const struct listener *const *)other;
	const struct search *search = context;
	bool a_stays = steer_maps_row_has(search->row, a->cookie);
	bool b_stays = steer_maps_row_has(search->row, b->cookie);

	return a_stays != b_stays ? b_stays - a_stays :
	       a->cookie < b->cookie ? -1 : a->cookie > b->cookie;
}

/* Those that are in the row come first. */
static unsigned int find(const struct search *search, const struct listener **found)
{
	unsigned int all = search->listeners->count;
	unsigned int count = steer_owner_find(search->rule, search->port_user,
					      search->listeners, found, all);

	qsort_r(found, count, sizeof(*found), by_preference, (void *)search);
	return count;
}

/*
 * Which of the sockets found comes next. A row has not room for all sockets of some listeners.
 * Those that are in it stay, as the program listen has chosen them; then come the oldest and the
 * newest in turns: a proxy that reloads with fewer sockets keeps the oldest, and while one hands
 * over to another, the newest are the other's. Before the hook was on, the kernel may have numbered
 * them in the reverse order.
 */
static unsigned int next_of(unsigned int stay, unsigned int count, unsigned int i)
{
	if (i < stay)
		return i;
	i -= stay;
	return i % 2 ? count - 1 - i / 2 : stay + i / 2;
}

/* How many of those found are in the row. */
static unsigned int staying(const struct search *search, const struct listener **found,
			    unsigned int count)
{
	unsigned int stay = 0;

	while (stay < count && steer_maps_row_has(search->row, found[stay]->cookie))
		stay++;
	return stay;
}

/* Takes the sockets of a rule. -ESTALE, silent, if one of them was closed or changed since
 * it was found. After other errors those which cannot be taken are there without an fd. */
static int take(const struct search *search, struct taken *taken)
{
	unsigned int all = search->listeners->count, count, stay;
	scoped_free const struct listener **found = calloc(all + 1, sizeof(*found));
	int err = 0;

	memset(taken, 0, sizeof(*taken));
	if (!found)
		return log_error(-ENOMEM, "out of memory");
	count = find(search, found);
	stay = staying(search, found, count);
	if (!count)
		taken->foreign = steer_owner_foreign(search->rule, search->listeners);
	for (unsigned int i = 0; i < count && taken->count < ECDN_XDP_STEER_SOCKETS; i++) {
		const struct listener *next = found[next_of(stay, count, i)];
		int missed = take_one(search, next, &taken->socket[taken->count++]);

		err = err ?: missed;
		if (err == -ESTALE)
			break;
	}
	taken->known = err != -ESTALE;
	if (!taken->known)
		release(taken);
	return err;
}

/* After an error the listeners are those that were known before. */
static int look_again(struct search *search)
{
	struct listeners again;
	int err = listeners_read(&again);

	if (err)
		return err;
	listeners_free(search->listeners);
	*search->listeners = again;
	return 0;
}

/* As take(), several times if need be. It is no error if there are no sockets. */
static int take_steadily(struct search *search, struct taken *taken)
{
	char text[LISTENER_TEXT_SIZE];
	int err;

	search->port_user = steer_owner_of_port(search->rule, search->listeners);
	err = take(search, taken);
	for (int i = 1; err == -ESTALE && i < ATTEMPTS; i++) {
		err = look_again(search);
		search->port_user = steer_owner_of_port(search->rule, search->listeners);
		err = err ?: take(search, taken);
	}
	if (err == -ESTALE)
		log_error(err, "cannot take the sockets of %s: they keep being opened and closed",
			  listener_format(&search->rule->listener, search->rule->listener_port,
					  text));
	return err;
}

static void warn_gone(const struct search *search)
{
	const struct steer_rule *rule = search->rule;
	char port[STEER_PORT_TEXT_SIZE], text[LISTENER_TEXT_SIZE], users[STEER_OWNER_TEXT_SIZE];

	log_warning("port %s: no socket listens on %s, so its connections stay where they "
		    "are%s one of %s does",
		    steer_rule_format_port(rule->port, rule->protocol, port),
		    listener_format(&rule->listener, rule->listener_port, text),
		    search->finds ? " until" : "; run `ecdn-xdp steer refresh` once",
		    steer_owner_format(rule, search->port_user, users));
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
	struct search search = { .rule = rule, .listeners = &listeners };
	struct taken taken = {};
	int err = listeners_read(&listeners);

	if (err)
		return err;
	err = take_steadily(&search, &taken);
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
		    struct search *search)
{
	int err = steer_maps_read_row(maps, entry->value.first_socket, search->row);

	return !err && is_newer(search->listeners, search->row) ? look_again(search) : err;
}

static bool has_socket(const struct taken *taken, uint64_t cookie)
{
	for (unsigned int i = 0; i < taken->count; i++)
		if (taken->socket[i].cookie == cookie)
			return true;
	return false;
}

/* Takes out what the program listen has put into the row while other users were allowed there
 * than are now. */
static int sift(const struct steer_maps *maps, const struct steer_entry *entry,
		struct search *search, const struct taken *taken)
{
	uint64_t row[ECDN_XDP_STEER_SOCKETS];
	unsigned int unknown = 0;
	int err = steer_maps_read_row(maps, entry->value.first_socket, row);

	for (int i = 0; i < ECDN_XDP_STEER_SOCKETS && !err; i++)
		unknown += row[i] && !has_socket(taken, row[i]);
	if (unknown)
		err = look_again(search);
	for (int i = 0; i < ECDN_XDP_STEER_SOCKETS && unknown && !err; i++) {
		const struct listener *listener = listeners_by_cookie(search->listeners, row[i]);

		if (listener && !steer_owner_allows(search->rule, search->port_user, listener))
			err = steer_maps_take_out(maps, entry->value.first_socket, row[i]);
	}
	return err;
}

/* What a failed search has not found is not known to be gone. */
static int put_sockets(const struct steer_maps *maps, struct steer_entry *entry,
		       struct search *search, const struct taken *taken)
{
	int err;

	entry->rule.port_user = search->port_user;
	if (!taken->known)
		return steer_maps_keep(maps, entry);
	err = steer_maps_put(maps, entry, search->row, taken->socket, taken->count);
	return err ?: sift(maps, entry, search, taken);
}

static int put(const struct steer_maps *maps, struct search *search, struct steer_entry *entry,
	       int *untaken)
{
	const struct steer_rule *rule = search->rule;
	char port[STEER_PORT_TEXT_SIZE], text[LISTENER_TEXT_SIZE];
	struct taken taken = {};
	int err = read_row(maps, entry, search), missed;

	if (err)
		return err;
	missed = take_steadily(search, &taken);
	if (untaken && !missed && taken.foreign)
		missed = steer_owner_refuse(rule, taken.foreign);
	else if (untaken && !missed && !taken.count)
		warn_gone(search);
	if (untaken)
		*untaken = *untaken ?: missed;
	err = put_sockets(maps, entry, search, &taken);
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

	if (untaken)
		*untaken = 0;
	for (unsigned int i = 0; i < rules->count && !err; i++) {
		entry_of(&rules->rule[i], &entries[i]);
		err = steer_maps_prepare(maps, &entries[i]);
	}
	err = err ?: listeners_read(&listeners);
	for (unsigned int i = 0; i < rules->count && !err; i++) {
		struct search search = {
			.rule = &rules->rule[i], .listeners = &listeners,
			.finds = finds(&rules->rule[i], hooked),
		};

		err = put(maps, &search, &entries[i], untaken);
	}
	steer_take_end();
	listeners_free(&listeners);
	return err;
}

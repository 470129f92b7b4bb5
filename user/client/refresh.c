// SPDX-License-Identifier: BSD-2-Clause
#include "refresh.h"

#include <errno.h>
#include <string.h>

#include "pins.h"
#include "say.h"
#include "set.h"
#include "view.h"

#define LOOK_NS 1000000000ULL
/* Where a look changes nothing although something is new, the pins are just being replaced
 * or privileges are missing; that must not become a system call per request. */
#define RETRY_NS 100000000ULL
/* So many of these in a row, then once a second: what is awaited may never come. */
#define RETRIES 20

/* How often the pins are opened again when they are replaced meanwhile. */
#define TRIES 3

/* Shows `next` and takes over its open pins; those that are no longer needed are closed. */
static int show(struct ecdn_xdp_client *client, struct set *next)
{
	int err = view_show(client, next);

	if (err) {
		set_close(next, &client->set);
		return err;
	}
	set_close(&client->set, next);
	client->set = *next;
	return 0;
}

static void show_nothing(struct ecdn_xdp_client *client, int error)
{
	struct set nothing;

	if (client->set.error == error)
		return;
	set_without_guard(client, error, &nothing);
	show(client, &nothing);
}

/* Opens everything, as the pins are another guard's than before or there were none. */
static void start_over(struct ecdn_xdp_client *client, const char *via, const struct stat *found)
{
	struct stat now = *found;
	char again[VIA_SIZE];
	struct set next;
	int err = 0;

	/* By the other way the directory is one that was root's when it was kept open. */
	if (!strcmp(via, client->dir) && !pins_are_roots(client))
		err = -EKEYREJECTED;
	strcpy(again, via);
	for (int i = 0; i < TRIES && !err; i++) {
		set_open(client, again, &now, &next);
		if (next.error != -EAGAIN)
			break;
		err = pins_find(client, PINS_GUARD, &now, again);
	}
	if (!err)
		err = next.error;
	if (!err)
		err = show(client, &next);
	if (err)
		show_nothing(client, err == -EAGAIN ? -ENOENT : err);
	else if (!strcmp(again, client->dir))
		pins_keep_dir(client);
	client->kept = client->told_kept = 0;
}

static bool differ(const struct set *a, const struct set *b)
{
	for (int part = 0; part < PARTS; part++)
		if (a->pin[part].serial != b->pin[part].serial)
			return true;
	return a->counts_error != b->counts_error || a->origins_error != b->origins_error;
}

static void read_public(const struct ecdn_xdp_client *client,
			struct ecdn_xdp_public_config *public)
{
	memcpy(public, client_memory(client, client->sequence) + AT_PUBLIC, sizeof(*public));
}

/* Logs a table that cannot be opened when it could not twice, and nothing new has come in
 * between. A pin that is another generation than public_config names is about to be replaced,
 * unless it stays so. */
static void tell_kept(struct ecdn_xdp_client *client, int err,
		      const struct ecdn_xdp_public_config *before)
{
	struct ecdn_xdp_public_config now;

	read_public(client, &now);
	if (err && memcmp(&now, before, sizeof(now)))
		err = -EAGAIN;
	else if (err == -EAGAIN && client->retries >= RETRIES)
		err = -ESTALE;
	if (err != -EAGAIN && err == client->kept)
		say_kept(client, err);
	client->kept = err;
}

static void follow(struct ecdn_xdp_client *client, const char *via,
		   const struct ecdn_xdp_public_config *public)
{
	struct set next = client->set;
	int err = set_follow(client, via, public, &next);

	if (differ(&client->set, &next)) {
		int failed = show(client, &next);

		err = err ? err : failed;
	}
	tell_kept(client, err, public);
}

static bool is_other(const struct set *set, const struct ecdn_xdp_public_config *public,
		     const struct stat *found)
{
	return set->error || public->gone || public->abi != ECDN_XDP_ABI ||
	       set->inode != found->st_ino || set->device != found->st_dev;
}

/* After the guard's, whose ABI is the observer's, too. */
static void look_at_observer(struct ecdn_xdp_client *client)
{
	struct set next = client->set;

	set_follow_observer(client, &next);
	if (differ(&client->set, &next))
		show(client, &next);
	say_origins(client, next.origins_error);
}

static void look(struct ecdn_xdp_client *client)
{
	struct ecdn_xdp_public_config public;
	char via[VIA_SIZE];
	struct stat found;
	int err = pins_find(client, PINS_GUARD, &found, via);

	read_public(client, &public);
	if (err)
		show_nothing(client, err);
	else if (is_other(&client->set, &public, &found))
		start_over(client, via, &found);
	else
		follow(client, via, &public);
	look_at_observer(client);
	say_ready(client, client->set.error);
}

/* When the pins are to be looked at again, although the last look came a moment ago. */
static uint64_t retry_at(struct ecdn_xdp_client *client, uint64_t now_ns)
{
	if (!has_news(client)) {
		client->retries = 0;
		return 0;
	}
	if (client->retries < RETRIES) {
		client->retries++;
		return now_ns + RETRY_NS;
	}
	return now_ns + LOOK_NS;
}

void refresh(struct ecdn_xdp_client *client, uint64_t now_ns)
{
	if (__atomic_exchange_n(&client->busy, 1, __ATOMIC_ACQUIRE))
		return;
	look(client);
	__atomic_store_n(&client->look_ns, now_ns + LOOK_NS, __ATOMIC_RELAXED);
	__atomic_store_n(&client->retry_ns, retry_at(client, now_ns), __ATOMIC_RELAXED);
	__atomic_store_n(&client->busy, 0, __ATOMIC_RELEASE);
}

// SPDX-License-Identifier: BSD-2-Clause
#include "net/listeners.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/log.h"
#include "net/inet_diag.h"
#include "net/inode_index.h"

static int add_listener(const struct listener *listener, void *context)
{
	struct listeners *listeners = context;

	return array_append(listeners->listener, listeners->count, listener);
}

static int by_cookie(const void *one, const void *other)
{
	uint64_t a = ((const struct listener *)one)->cookie;
	uint64_t b = ((const struct listener *)other)->cookie;

	return a < b ? -1 : a > b;
}

/* A socket can be listed twice, if it moved in the kernel's hash table meanwhile. */
static void sort(struct listeners *listeners)
{
	struct listener *all = listeners->listener;
	unsigned int kept = 0;

	if (listeners->count)
		qsort(all, listeners->count, sizeof(*all), by_cookie);
	for (unsigned int i = 0; i < listeners->count; i++)
		if (!kept || all[kept - 1].cookie != all[i].cookie)
			all[kept++] = all[i];
	listeners->count = kept;
}

static int dump_all(struct listeners *listeners)
{
	static const uint8_t protocols[] = { IPPROTO_TCP, IPPROTO_UDP };
	static const uint8_t families[] = { AF_INET, AF_INET6 };
	int err = 0;

	for (int i = 0; i < 4 && !err; i++)
		err = inet_diag_listeners(protocols[i / 2], families[i % 2], add_listener,
					  listeners);
	return err;
}

static bool wants(uint32_t inode, void *context)
{
	return inode_index_find(context, inode);
}

/* A process that has the socket open more than once is listed once. */
static int add_holder(uint32_t inode, const struct holder *holder, void *context)
{
	struct listener *listener = inode_index_find(context, inode);
	unsigned int count = listener->holder_count;

	if (count && listener->holders[count - 1].pid == holder->pid)
		return 0;
	if (array_append(listener->holders, listener->holder_count, holder))
		return log_error(-ENOMEM, "out of memory");
	return 0;
}

int listeners_read_sockets(struct listeners *listeners)
{
	int err;

	memset(listeners, 0, sizeof(*listeners));
	err = dump_all(listeners);
	sort(listeners);
	if (err)
		listeners_free(listeners);
	return err;
}

int listeners_read(struct listeners *listeners)
{
	struct inode_index index = {};
	const struct holder_search search = { wants, add_holder, &index };
	int err = listeners_read_sockets(listeners);

	if (!err && inode_index_make(&index, listeners->listener, listeners->count))
		err = log_error(-ENOMEM, "out of memory");
	err = err ?: holders_find(&search);
	inode_index_free(&index);
	if (err)
		listeners_free(listeners);
	return err;
}

void listeners_free(struct listeners *listeners)
{
	for (unsigned int i = 0; i < listeners->count; i++)
		free(listeners->listener[i].holders);
	free(listeners->listener);
	memset(listeners, 0, sizeof(*listeners));
}

const struct listener *listeners_by_cookie(const struct listeners *listeners, uint64_t cookie)
{
	const struct listener key = { .cookie = cookie };

	return listeners->count ? bsearch(&key, listeners->listener, listeners->count,
					  sizeof(key), by_cookie) : NULL;
}

enum match {
	MATCH_NONE,
	MATCH_OTHER_FAMILY,
	MATCH_ANY_ADDRESS,
	MATCH_ADDRESS,
};

/* In the order in which the kernel prefers one socket to another. */
static enum match match(const struct listener *listener, const struct address *address)
{
	bool same_family = listener->address.family == address->family;

	if (same_family && listener->address.bits == address->bits)
		return MATCH_ADDRESS;
	if (listener->address.bits)
		return MATCH_NONE;
	if (same_family)
		return MATCH_ANY_ADDRESS;
	return address->family == AF_INET && listener->serves_v4 ? MATCH_OTHER_FAMILY : MATCH_NONE;
}

/* 0 if the socket does not match. One that is bound to an interface ranks below one that is not. */
static int rank(const struct listener *listener, const struct listener_search *search)
{
	const struct listener_filter *filter = search->filter;
	int matched;

	if (listener->protocol != search->protocol || listener->port != search->port ||
	    (filter && !filter->passes(listener, filter->context)))
		return 0;
	matched = match(listener, search->address);
	return matched ? 2 * matched + !listener->ifindex : 0;
}

unsigned int listeners_find(const struct listeners *listeners,
			    const struct listener_search *search,
			    const struct listener **found, unsigned int max)
{
	unsigned int count = 0;
	int best = 0;

	for (unsigned int i = 0; i < listeners->count; i++) {
		int ranked = rank(&listeners->listener[i], search);

		if (ranked > best) {
			best = ranked;
			count = 0;
		}
		if (ranked && ranked == best && count < max)
			found[count++] = &listeners->listener[i];
	}
	return count;
}

// SPDX-License-Identifier: BSD-2-Clause
#include "view.h"

#include <errno.h>
#include <sys/mman.h>

static size_t part_at(enum part part)
{
	static const size_t at[PARTS] = {
		[PART_TABLE] = 0,
		[PART_TRUSTED] = AT_TRUSTED,
		[PART_STATE] = AT_STATE,
		[PART_PUBLIC] = AT_PUBLIC,
		[PART_ORIGINS] = AT_ORIGINS,
		[PART_SAID] = AT_SAID,
		[PART_COUNTS] = AT_COUNTS,
	};

	return at[part];
}

static size_t part_room(const struct ecdn_xdp_client *client, enum part part)
{
	return (part == PART_COUNTS ? client->room : part_at(part + 1)) - part_at(part);
}

static int protection(enum part part)
{
	return part == PART_COUNTS || part == PART_SAID ? PROT_READ | PROT_WRITE : PROT_READ;
}

void *view_try(enum part part, const struct pin *pin)
{
	void *memory = mmap(NULL, pin->bytes, protection(part), MAP_SHARED, pin->fd, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

static int map_zeros(char *at, size_t room, enum part part)
{
	return mmap(at, room, protection(part), MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS |
		    MAP_NORESERVE, -1, 0) == MAP_FAILED ? -errno : 0;
}

/*
 * Maps zeros over the whole part, then the map over its beginning. A thread that reads
 * there meanwhile waits in the kernel, or finds the old map, zeros or the new map. A late
 * thread may still write counts, so their part is never read-only.
 */
static int map_part(const struct ecdn_xdp_client *client, unsigned int sequence, enum part part,
		    const struct pin *pin)
{
	char *at = (char *)client_memory(client, sequence) + part_at(part);
	size_t room = part_room(client, part);
	int err = map_zeros(at, room, part);

	if (err || !pin->serial)
		return err;
	if (mmap(at, pin->bytes, protection(part), MAP_FIXED | MAP_SHARED, pin->fd, 0) !=
	    MAP_FAILED)
		return 0;
	/* A mapping that fails late leaves a hole. */
	err = -errno;
	map_zeros(at, room, part);
	return err;
}

/* A map that is there already stays as it is, and with it what late threads count. */
static int fill(const struct ecdn_xdp_client *client, unsigned int sequence, struct view *view,
		const struct set *set)
{
	for (int part = 0; part < PARTS; part++) {
		const struct pin *pin = &set->pin[part];
		int err;

		if (view->serial[part] == pin->serial)
			continue;
		err = map_part(client, sequence, part, pin);
		/* No pin has this serial: whatever is there now, it will be mapped again. */
		view->serial[part] = err ? UINT64_MAX : pin->serial;
		if (err)
			return err;
	}
	return 0;
}

static void describe(struct view *view, const struct set *set)
{
	__atomic_store_n(&view->error, set->error, __ATOMIC_RELAXED);
	__atomic_store_n(&view->counts_error, set->counts_error, __ATOMIC_RELAXED);
	__atomic_store_n(&view->origins_error, set->origins_error, __ATOMIC_RELAXED);
	__atomic_store_n(&view->abi, set->error ? 0 : ECDN_XDP_ABI, __ATOMIC_RELAXED);
	__atomic_store_n(&view->max_regions, set->max_regions, __ATOMIC_RELAXED);
	__atomic_store_n(&view->generation, set->generation, __ATOMIC_RELAXED);
	__atomic_store_n(&view->trusted_generation, set->trusted_generation, __ATOMIC_RELAXED);
}

/* Unmaps from the view that was in use what is not in the set, so that the memory of a
 * replaced table is free at once and not with the next table. */
static void retire(const struct ecdn_xdp_client *client, unsigned int sequence, struct view *old,
		   const struct set *set)
{
	static const struct pin none;

	for (int part = 0; part < PARTS; part++)
		if (old->serial[part] != set->pin[part].serial)
			old->serial[part] = map_part(client, sequence, part, &none) ?
					    UINT64_MAX : 0;
}

int view_show(struct ecdn_xdp_client *client, const struct set *set)
{
	unsigned int now = client->sequence, next = now + 1;
	int err;

	/*
	 * A thread that can see the writes below still holds the old sequence and notices
	 * when it checks it after this fence.
	 */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	err = fill(client, next, &client->view[next & 1], set);
	if (err)
		return err;
	describe(&client->view[next & 1], set);
	__atomic_store_n(&client->sequence, next, __ATOMIC_RELEASE);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	retire(client, now, &client->view[now & 1], set);
	return 0;
}

/* Makes what proxies count in writable, as a late thread may find no map there. */
static int reserve_counts(const struct ecdn_xdp_client *client, unsigned int sequence)
{
	static const struct pin none;
	int err = map_part(client, sequence, PART_COUNTS, &none);

	return err ? err : map_part(client, sequence, PART_SAID, &none);
}

int view_reserve(struct ecdn_xdp_client *client)
{
	size_t counts = client->cpus * ECDN_XDP_REGIONS_MAX * sizeof(struct ecdn_xdp_requests);

	client->room = AT_COUNTS + (counts + ROOM_UNIT - 1) / ROOM_UNIT * ROOM_UNIT;
	client->memory = mmap(NULL, 2 * client->room, PROT_READ,
			      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (client->memory == MAP_FAILED)
		return -ENOMEM;
	client->view[0].origins_error = client->view[1].origins_error = -ENOENT;
	if (!reserve_counts(client, 0) && !reserve_counts(client, 1))
		return 0;
	view_release(client);
	return -ENOMEM;
}

void view_release(struct ecdn_xdp_client *client)
{
	munmap(client->memory, 2 * client->room);
}

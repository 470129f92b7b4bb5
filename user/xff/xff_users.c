// SPDX-License-Identifier: BSD-2-Clause
#include "xff/xff_users.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SLOTS_AT_FIRST 8

/* Keys are below the bound, so that their lower bits are the ones that differ. */
static struct xff_user *find(const struct xff_users *users, uint32_t key)
{
	uint32_t at = key & (users->slots - 1);

	while (users->slot[at].key && users->slot[at].key != key)
		at = (at + 1) & (users->slots - 1);
	return &users->slot[at];
}

/* A table of so many slots with those users who are still below the bound. */
static int rebuild(struct xff_users *users, uint32_t slots)
{
	struct xff_users fresh = { calloc(slots, sizeof(*fresh.slot)), slots, 0, users->halved };

	if (!fresh.slot)
		return -ENOMEM;
	for (uint32_t i = 0; i < users->slots; i++) {
		const struct xff_user *user = &users->slot[i];

		if (!user->key || user->key > UINT32_MAX >> users->halved)
			continue;
		*find(&fresh, user->key) = *user;
		fresh.count++;
	}
	free(users->slot);
	*users = fresh;
	return 0;
}

static int make_room(struct xff_users *users)
{
	int err = 0;

	if (2 * users->count < users->slots)
		return 0;
	if (users->slots < XFF_USERS_SLOTS)
		return rebuild(users, users->slots ? 2 * users->slots : SLOTS_AT_FIRST);
	while (!err && users->count == XFF_USERS_MAX && users->halved < 31) {
		users->halved++;
		err = rebuild(users, users->slots);
	}
	return err;
}

static void count_record(uint8_t records[XFF_CLASSES], enum xff_class class)
{
	if (++records[class] < UINT8_MAX)
		return;
	for (int i = 0; i < XFF_CLASSES; i++)
		records[i] = (records[i] + 1) / 2;
}

int xff_users_count(struct xff_users *users, uint64_t hash, enum xff_scheme scheme,
		    enum xff_class class)
{
	uint32_t key = (uint32_t)(hash >> 32) ?: 1;
	struct xff_user *user;
	int err;

	if (key > UINT32_MAX >> users->halved)
		return 0;
	user = users->slots ? find(users, key) : NULL;
	if (!user || !user->key) {
		err = make_room(users);
		if (err || key > UINT32_MAX >> users->halved)
			return err;
		user = find(users, key);
		user->key = key;
		users->count++;
	}
	count_record(user->records[scheme], class);
	return 0;
}

void xff_users_free(struct xff_users *users)
{
	free(users->slot);
	*users = (struct xff_users){};
}

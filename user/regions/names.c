// SPDX-License-Identifier: BSD-2-Clause
#include "regions/names.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

/* Stands for the limits of all other regions where a command takes the name of a region. */
#define RESERVED_NAME "default"

/* A name that is filled up with zeros, so that two words can be compared and hashed. */
union name {
	char text[ECDN_XDP_NAME_SIZE];
	uint64_t word[2];
};

struct names {
	uint32_t capacity;
	uint32_t count;         /* one more than the highest id in use */
	uint32_t free_from;     /* no lower id is free */
	uint32_t slot_mask;
	uint32_t *slot;         /* id + 1, found by the hash of the name; 0: empty */
	union name *name;       /* by id; empty: the id is not in use */
	bool *changed;          /* by id: since names_new(), but for names_set() */
};

static bool is_reserved(const char *name, size_t length)
{
	return length == strlen(RESERVED_NAME) && !memcmp(name, RESERVED_NAME, length);
}

/* Nothing that a shell, a terminal or a format of ours takes for more than itself. */
static bool is_plain(unsigned char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	       (c && strchr("-_.+/:@", c));
}

bool names_valid(const char *name, size_t length)
{
	if (!length || length >= ECDN_XDP_NAME_SIZE || is_reserved(name, length))
		return false;
	for (size_t i = 0; i < length; i++)
		if (!is_plain(name[i]))
			return false;
	return true;
}

/* What an earlier version took, and may have left in the maps. */
static bool was_valid(const char *name, size_t length)
{
	if (!length || length >= ECDN_XDP_NAME_SIZE || is_reserved(name, length))
		return false;
	for (size_t i = 0; i < length; i++)
		if (!isgraph((unsigned char)name[i]) || strchr("\"',#", name[i]))
			return false;
	return true;
}

static bool name_pack(union name *packed, const char *text, size_t length)
{
	if (!length || length >= ECDN_XDP_NAME_SIZE)
		return false;
	memset(packed, 0, sizeof(*packed));
	memcpy(packed->text, text, length);
	return true;
}

static bool name_equal(const union name *a, const union name *b)
{
	return a->word[0] == b->word[0] && a->word[1] == b->word[1];
}

/* The slot of a name, or the empty slot where the name belongs. There always is one, as there are
 * twice as many slots as ids. */
static uint32_t *name_slot(const struct names *names, const union name *name)
{
	uint64_t hash = (name->word[0] ^ name->word[1] * 0x9e3779b97f4a7c15ULL) *
			0xd6e8feb86659fd93ULL;
	uint32_t i = hash >> 32 & names->slot_mask;

	while (names->slot[i] && !name_equal(&names->name[names->slot[i] - 1], name))
		i = (i + 1) & names->slot_mask;
	return &names->slot[i];
}

static void name_put(struct names *names, uint32_t *slot, uint32_t id, const union name *name)
{
	names->name[id] = *name;
	*slot = id + 1;
	if (id >= names->count)
		names->count = id + 1;
}

struct names *names_new(uint32_t capacity)
{
	struct names *names = calloc(1, sizeof(*names));
	uint32_t slots = 2;

	if (!names)
		return NULL;
	if (!capacity)
		capacity = 1;
	while (slots < 2 * (uint64_t)capacity)
		slots *= 2;
	names->capacity = capacity;
	names->slot_mask = slots - 1;
	names->slot = calloc(slots, sizeof(*names->slot));
	names->name = calloc(capacity, sizeof(*names->name));
	names->changed = calloc(capacity, sizeof(*names->changed));
	if (!names->slot || !names->name || !names->changed) {
		names_free(names);
		return NULL;
	}
	names_set(names, ECDN_XDP_REGION_NONE, ECDN_XDP_REGION_NONE_NAME);
	return names;
}

void names_free(struct names *names)
{
	if (!names)
		return;
	free(names->slot);
	free(names->name);
	free(names->changed);
	free(names);
}

int names_set(struct names *names, uint32_t id, const char *name)
{
	size_t length = strnlen(name, ECDN_XDP_NAME_SIZE);
	union name packed;
	uint32_t *slot;

	if (id >= names->capacity)
		return -ERANGE;
	if (!was_valid(name, length) || !name_pack(&packed, name, length))
		return -EINVAL;
	slot = name_slot(names, &packed);
	if (*slot)
		return *slot == id + 1 ? 0 : -EEXIST;
	if (names->name[id].text[0])
		return -EEXIST;
	name_put(names, slot, id, &packed);
	return 0;
}

int names_find(const struct names *names, const char *name, size_t length)
{
	union name packed;
	uint32_t slot;

	if (!name_pack(&packed, name, length))
		return -ENOENT;
	slot = *name_slot(names, &packed);
	return slot ? (int)slot - 1 : -ENOENT;
}

void names_guess(const struct names *names, struct words_guess *guess)
{
	for (uint32_t id = 0; id < names->count; id++)
		if (names->name[id].text[0])
			words_guess_add(guess, names->name[id].text);
}

char *names_missing(const struct words_guess *guess, char text[NAMES_MISSING_SIZE])
{
	char near[WORDS_GUESS_SIZE];

	words_guess_text(guess, "", near);
	snprintf(text, NAMES_MISSING_SIZE, "not in the table; %s%s`ecdn-xdp region` lists what is",
		 near, *near ? " " : "");
	return text;
}

int names_unknown(const struct words_guess *guess)
{
	char text[NAMES_MISSING_SIZE];

	return log_error(WORDS_WRONG, "region \"%s\": %s", guess->word,
			 names_missing(guess, text));
}

int names_intern(struct names *names, const char *name, size_t length)
{
	union name packed;
	uint32_t *slot, id;

	if (!name_pack(&packed, name, length))
		return -EINVAL;
	slot = name_slot(names, &packed);
	if (*slot)
		return *slot - 1;
	if (!names_valid(name, length))
		return -EINVAL;
	id = names->free_from;
	while (id < names->capacity && names->name[id].text[0])
		id++;
	names->free_from = id;
	if (id == names->capacity)
		return -ENOSPC;
	name_put(names, slot, id, &packed);
	names->changed[id] = true;
	return id;
}

void names_forget(struct names *names, uint32_t id)
{
	memset(&names->name[id], 0, sizeof(*names->name));
	names->changed[id] = true;
	if (id < names->free_from)
		names->free_from = id;
	while (names->count && !names->name[names->count - 1].text[0])
		names->count--;
	memset(names->slot, 0, (names->slot_mask + 1) * sizeof(*names->slot));
	for (uint32_t i = 0; i < names->count; i++)
		if (names->name[i].text[0])
			*name_slot(names, &names->name[i]) = i + 1;
}

bool names_changed(const struct names *names, uint32_t id)
{
	return id < names->capacity && names->changed[id];
}

const char *names_of(const struct names *names, uint32_t id)
{
	if (id >= names->count || !names->name[id].text[0])
		return NULL;
	return names->name[id].text;
}

uint32_t names_count(const struct names *names)
{
	return names->count;
}

uint32_t names_capacity(const struct names *names)
{
	return names->capacity;
}

uint32_t names_used(const struct names *names)
{
	uint32_t used = 0;

	for (uint32_t id = 0; id < names->count; id++)
		used += !!names->name[id].text[0];
	return used;
}

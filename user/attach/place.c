// SPDX-License-Identifier: BSD-2-Clause
#include "attach/place.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "kernel/pins.h"
#include "net/netns.h"

#define NOTE_SIZE 64

static void name_of(int ifindex, char now[IF_NAMESIZE])
{
	if (!ifindex || !if_indextoname(ifindex, now))
		now[0] = 0;
}

void place_attached(struct place *place, int ifindex, bool here)
{
	place->state = here ? PLACE_HERE : PLACE_ELSEWHERE;
	name_of(here ? ifindex : 0, place->now);
}

void place_lost_at(struct place *place, int ifindex, const char *iface)
{
	name_of(ifindex, place->now);
	place->state = place->now[0] ? PLACE_DETACHED : PLACE_VANISHED;
	if (place->now[0] || !if_nametoindex(iface))
		return;
	place->state = PLACE_BACK;
	snprintf(place->now, sizeof(place->now), "%s", iface);
}

static char *path_of(const char *dir, const char *notes, const char *iface,
		     char path[PINS_PATH_SIZE])
{
	char name[PINS_NAME_SIZE];

	return pins_path(dir, pins_interface(notes, iface, name), path);
}

bool place_noted(const char *dir, const char *notes, const char *iface)
{
	char path[PINS_PATH_SIZE], text[NOTE_SIZE];

	return readlink(path_of(dir, notes, iface, path), text, sizeof(text)) >= 0;
}

/* Returns the index that a note of this network namespace has; 0: there is no such note. */
static int read_note(const char *dir, const char *notes, const char *iface,
		     char how[PLACE_HOW_SIZE])
{
	char path[PINS_PATH_SIZE], text[NOTE_SIZE] = "";
	unsigned int netns;
	int ifindex;

	_Static_assert(PLACE_HOW_SIZE == 16, "the format below has one less");
	*how = 0;
	if (readlink(path_of(dir, notes, iface, path), text, sizeof(text) - 1) < 0 ||
	    sscanf(text, "%u:%d:%15s", &netns, &ifindex, how) < 2 || netns != netns_own())
		return 0;
	return ifindex;
}

bool place_noted_here(const char *dir, const char *notes, const char *iface,
		      char how[PLACE_HOW_SIZE])
{
	return read_note(dir, notes, iface, how);
}

void place_lost(struct place *place, const char *dir, const char *notes, const char *iface)
{
	char how[PLACE_HOW_SIZE];

	place_lost_at(place, read_note(dir, notes, iface, how), iface);
}

int place_note(const char *dir, const char *notes, const char *iface, int ifindex,
	       const char *how)
{
	char name[PINS_NAME_SIZE], path[PINS_PATH_SIZE], text[NOTE_SIZE];
	int err = place_forget(dir, notes, iface);

	err = err ?: pins_make_folder(dir, pins_interface(notes, iface, name));
	if (err)
		return err;
	snprintf(text, sizeof(text), "%u:%d%s%s", netns_own(), ifindex, how ? ":" : "", how ?: "");
	if (symlink(text, pins_path(dir, name, path)))
		return log_error(-errno, "cannot make %s: %s", path, strerror(errno));
	return 0;
}

int place_forget(const char *dir, const char *notes, const char *iface)
{
	char name[PINS_NAME_SIZE];

	return pins_drop(dir, pins_interface(notes, iface, name));
}

/* Of several pins that an interface of this name was loaded by, what is attached comes first. */
static int find_now(const char *dir, const char *pins, place_read *read, const void *context,
		    const char *word, char pin[IF_NAMESIZE])
{
	bool found = false, attached = false;
	unsigned int count;
	char **names;
	int err = pins_names(dir, pins, &names, &count);

	if (err)
		return err;
	for (unsigned int i = 0; i < count && !err && !attached; i++) {
		struct place place;

		err = read(&place, context, dir, names[i]);
		if (!err && !strcmp(place.now, word)) {
			attached = place.state == PLACE_HERE;
			found = true;
			snprintf(pin, IF_NAMESIZE, "%s", names[i]);
		}
		err = err == -ENOENT ? 0 : err;
	}
	pins_free_names(names, count);
	return err ?: found ? 0 : -ENOENT;
}

int place_find(const char *dir, const char *pins, place_read *read, const void *context,
	       const char *word, char pin[IF_NAMESIZE])
{
	char name[PINS_NAME_SIZE];
	struct place place;
	int err;

	if (strlen(word) >= IF_NAMESIZE)
		return log_error(-ENODEV, "there is no interface %s: its name is too long", word);
	err = find_now(dir, pins, read, context, word, pin);
	if (err != -ENOENT || !pins_has(dir, pins_interface(pins, word, name)))
		return err;
	err = read(&place, context, dir, word);
	if (err)
		return err;
	if (place.state == PLACE_HERE && if_nametoindex(word)) {
		strcpy(pin, place.now);
		return -EEXIST;
	}
	strcpy(pin, word);
	return 0;
}

const char *place_former(const struct place *place, const char *pin)
{
	return place->now[0] && strcmp(place->now, pin) ? pin : NULL;
}

char *place_name(const struct place *place, const char *pin, char text[PLACE_TEXT_SIZE])
{
	if (place_former(place, pin))
		snprintf(text, PLACE_TEXT_SIZE, "%s (was %s)", place->now, pin);
	else
		snprintf(text, PLACE_TEXT_SIZE, "%s", pin);
	return text;
}

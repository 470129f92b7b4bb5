// SPDX-License-Identifier: BSD-2-Clause
#include "attach/tc_find.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "attach/place.h"
#include "attach/tc_link.h"
#include "base/log.h"

static int read_place(struct place *place, const void *hook, const char *dir, const char *iface)
{
	struct tc_link of;
	int err = tc_link_read(&of, hook, dir, iface);

	*place = of.place;
	tc_link_close(&of);
	return err;
}

static int find(const struct tc_hook *hook, const char *dir, const char *iface,
		char pin[IF_NAMESIZE])
{
	return place_find(dir, hook->pins, read_place, hook, iface, pin);
}

int tc_find(const struct tc_hook *hook, const char *dir, const char *iface,
	    char pin[IF_NAMESIZE])
{
	int err = find(hook, dir, iface, pin);

	if (err != -EEXIST)
		return err;
	log_warning("%s does not have %s: by that name %s was loaded before it was renamed; "
		    "`ecdn-xdp unload %s` if that is meant", iface, hook->program, pin, pin);
	return -ENOENT;
}

int tc_find_new(const struct tc_hook *hook, const char *dir, const char *iface,
		char pin[IF_NAMESIZE])
{
	int err = find(hook, dir, iface, pin);

	if (err == -EEXIST)
		return log_error(err, "cannot attach %s to %s: by that name %s was loaded before "
				 "it was renamed; `ecdn-xdp unload %s`, then load both",
				 hook->program, iface, pin, pin);
	if (err == -ENOENT)
		snprintf(pin, IF_NAMESIZE, "%s", iface);
	return err == -ENOENT ? 0 : err;
}

int tc_find_among(const struct tc_hook *hook, const char *dir, char **ifaces,
		  unsigned int count, const char *pin)
{
	for (unsigned int i = 0; i < count; i++) {
		char found[IF_NAMESIZE];
		int err = find(hook, dir, ifaces[i], found);

		if (!err && !strcmp(found, pin))
			return 1;
		if (err && err != -ENOENT && err != -EEXIST)
			return err;
	}
	return 0;
}

// SPDX-License-Identifier: BSD-2-Clause
/*
 * change.c - a loaded guard gets another table, other settings, fewer interfaces.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/scoped.h"
#include "kernel/slot.h"
#include "control/load.h"
#include "control/session.h"
#include "guard/publish.h"
#include "kernel/tc_note.h"
#include "trust/trust_store.h"

static int replace_table(const struct loaded *loaded, const struct sources *sources)
{
	const struct maps *maps = &loaded->maps;
	uint32_t known = names_count(loaded->names);
	uint64_t generation;
	scoped_fd int table = -1;
	int err = generation_number(maps, &generation);

	if (err)
		return err;
	table = generation_make(sources, loaded->names, generation + 1);
	if (table < 0)
		return table;
	err = maps_set_names(maps, loaded->names, known);
	err = err ?: lines_put(&lines_region, maps, loaded->pins.dir, table);
	return err ?: publish_config(loaded->publish);
}

int guard_load_regions(const char *pin_dir, const struct sources *sources)
{
	struct loaded loaded;
	int err = loaded_open(&loaded, pin_dir);

	if (err)
		return err;
	err = replace_table(&loaded, sources);
	loaded_close(&loaded);
	return err;
}

static int apply(const struct settings *settings, const struct loaded *loaded)
{
	int err = settings_apply(settings, &loaded->maps, loaded->names, loaded->pins.dir);

	return err ?: settings_publish(settings, loaded->names, loaded->publish);
}

int guard_change(const char *pin_dir, const struct settings *settings)
{
	struct trusted_list trusted = {};
	struct loaded loaded;
	int err = loaded_open(&loaded, pin_dir);

	if (err)
		return err;
	err = trusted_read(&loaded.maps, &trusted);
	err = err ?: settings_check(settings, loaded.names, &trusted);
	trusted_free(&trusted);
	if (!err) {
		settings_warn_ssh(settings, &loaded.maps);
		err = apply(settings, &loaded);
	}
	loaded_close(&loaded);
	return err;
}

int guard_change_trusted(const char *pin_dir, trusted_change *change, void *context)
{
	struct settings none;
	struct loaded loaded;
	size_t count;
	int err = loaded_open(&loaded, pin_dir);

	if (err)
		return err;
	settings_init(&none);
	err = trusted_change_apply(change, context, &loaded.maps, loaded.pins.dir, &count);
	err = err ?: apply(&none, &loaded);
	loaded_close(&loaded);
	return err;
}

static bool has_guard(const char *dir, const char *iface)
{
	char name[PINS_NAME_SIZE], path[PINS_PATH_SIZE];

	return !access(pins_path(dir, pins_interface(PINS_LINKS, iface, name), path), F_OK);
}

/* Something of ours is there, can be read and is within reach. */
static int check(const char *dir, const char *iface)
{
	bool ping = tc_is_pinned(dir, iface);
	int err = ping ? tc_can_remove(dir, iface) : 0;
	struct attachment guard;

	if (err || (ping && !has_guard(dir, iface)))
		return err;
	err = attach_read(&guard, dir, iface);
	attach_close(&guard);
	return err;
}

static int detach_one(const char *dir, const char *iface)
{
	int err = tc_is_pinned(dir, iface) ? tc_remove(dir, iface) : 0;

	return err || !has_guard(dir, iface) ? err : attach_remove(dir, iface);
}

static int detach(const char *dir, char **ifaces, unsigned int count)
{
	int err = 0;

	for (unsigned int i = 0; i < count && !err; i++)
		err = check(dir, ifaces[i]);
	for (unsigned int i = 0; i < count && !err; i++)
		err = detach_one(dir, ifaces[i]);
	return err;
}

int guard_unload(const char *pin_dir, char **ifaces, unsigned int count)
{
	struct loaded loaded;
	int err = loaded_open(&loaded, pin_dir);

	if (err)
		return err;
	err = detach(loaded.pins.dir, ifaces, count);
	loaded_close(&loaded);
	return err;
}

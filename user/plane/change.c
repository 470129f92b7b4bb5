// SPDX-License-Identifier: BSD-2-Clause
/*
 * change.c - a loaded guard gets another table, other settings, fewer interfaces.
 */
#include <errno.h>
#include <string.h>

#include "core/log.h"
#include "core/scoped.h"
#include "plane/load.h"

/* What is loaded, for one writer alone. */
struct loaded {
	struct pins pins;
	struct maps maps;
	struct names *names;
};

static void close_loaded(struct loaded *loaded)
{
	names_free(loaded->names);
	maps_close(&loaded->maps);
	pins_unlock(&loaded->pins);
}

static int open_loaded(struct loaded *loaded, const char *pin_dir)
{
	int err = pins_init(&loaded->pins, pin_dir);

	loaded->names = NULL;
	maps_init(&loaded->maps);
	/* Looked at before the lock, which would mount and make what it needs. */
	err = err ?: maps_open(&loaded->maps, loaded->pins.dir);
	maps_close(&loaded->maps);
	err = err ?: pins_lock(&loaded->pins);
	err = err ?: maps_open(&loaded->maps, loaded->pins.dir);
	err = err ?: maps_names(&loaded->maps, &loaded->names);
	if (err)
		close_loaded(loaded);
	return err;
}

static int replace_table(const struct maps *maps, const struct sources *sources,
			 struct names *names)
{
	uint32_t known = names_count(names);
	uint64_t generation;
	scoped_fd int table = -1;
	int err = generation_number(maps, &generation);

	if (err)
		return err;
	table = generation_make(sources, names, generation + 1);
	if (table < 0)
		return table;
	err = maps_set_names(maps, names, known);
	return err ?: generation_swap(maps->region_table, table);
}

int guard_load_regions(const char *pin_dir, const struct sources *sources)
{
	struct loaded loaded;
	int err = open_loaded(&loaded, pin_dir);

	if (err)
		return err;
	err = replace_table(&loaded.maps, sources, loaded.names);
	close_loaded(&loaded);
	return err;
}

int guard_change(const char *pin_dir, const struct settings *settings)
{
	struct ecdn_xdp_config config;
	struct loaded loaded;
	int err = open_loaded(&loaded, pin_dir);

	if (err)
		return err;
	err = maps_config(&loaded.maps, &config);
	err = err ?: settings_check(settings, loaded.names, config.allow_entries);
	if (!err) {
		settings_warn_ssh(settings, &loaded.maps);
		err = settings_apply(settings, &loaded.maps, loaded.names);
	}
	close_loaded(&loaded);
	return err;
}

static int disallow(const struct maps *maps, const struct cidr *cidrs, unsigned int count)
{
	char text[CIDR_TEXT_SIZE];
	int err = 0;

	for (unsigned int i = 0; i < count; i++)
		if (!maps_lists(maps, &cidrs[i]))
			return log_error(-ENOENT, "%s is not on the list, which `ecdn-xdp allow` "
					 "prints; nothing was changed",
					 format_cidr(&cidrs[i], text));
	for (unsigned int i = 0; i < count && !err; i++) {
		err = maps_disallow(maps, &cidrs[i]);
		if (err == -ENOENT) /* named twice */
			err = 0;
		if (err)
			log_error(err, "cannot take %s off the list: %s",
				  format_cidr(&cidrs[i], text), strerror(-err));
	}
	return err;
}

int guard_disallow(const char *pin_dir, const struct cidr *cidrs, unsigned int count)
{
	struct settings none;
	struct loaded loaded;
	int err = open_loaded(&loaded, pin_dir);

	if (err)
		return err;
	settings_init(&none);
	err = disallow(&loaded.maps, cidrs, count);
	err = err ?: settings_apply(&none, &loaded.maps, loaded.names);
	close_loaded(&loaded);
	return err;
}

static int detach(const char *dir, char **ifaces, unsigned int count)
{
	struct attachment found;
	int err = 0;

	for (unsigned int i = 0; i < count && !err; i++) {
		err = attach_read(&found, dir, ifaces[i]);
		attach_close(&found);
	}
	for (unsigned int i = 0; i < count && !err; i++)
		err = attach_remove(dir, ifaces[i]);
	return err;
}

int guard_unload(const char *pin_dir, char **ifaces, unsigned int count)
{
	struct loaded loaded;
	int err = open_loaded(&loaded, pin_dir);

	if (err)
		return err;
	err = detach(loaded.pins.dir, ifaces, count);
	close_loaded(&loaded);
	return err;
}

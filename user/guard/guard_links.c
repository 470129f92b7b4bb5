// SPDX-License-Identifier: BSD-2-Clause
#include "guard/guard_links.h"

#include <errno.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/scoped.h"
#include "base/words.h"
#include "guard/publish.h"
#include "kernel/config_map.h"

/* Interfaces of an earlier load get the new program, too. */
static int attach_again(struct guard_links *links, const struct pins *pins,
			const struct guard_request *request, int program, char **old,
			unsigned int old_count)
{
	int err = 0;

	for (unsigned int i = 0; i < old_count && !err; i++) {
		if (words_have(request->ifaces, request->iface_count, old[i]))
			continue;
		err = xdp_link_attach_again(&links->at[links->count], pins, old[i], program);
		links->count += !err;
	}
	return err;
}

/* Attaches to those wanted interfaces that have the guard already, or to the others. */
static int attach_wanted(struct guard_links *links, const struct pins *pins,
			 const struct guard_request *request, int program, bool again)
{
	int err = 0;

	for (unsigned int i = 0; i < request->iface_count && !err; i++) {
		struct xdp_link *to = &links->at[links->count];
		char pin[PINS_NAME_SIZE];

		pins_interface(PINS_LINKS, request->ifaces[i], pin);
		if (words_have(request->ifaces, i, request->ifaces[i]) ||
		    pins_has(pins->dir, pin) != again)
			continue;
		err = xdp_link_attach(to, pins, request->ifaces[i], request->mode, program);
		links->count += !err;
		if (!err)
			log_info("%s: %s in %s mode", to->iface,
				 to->created ? "attached" : "upgraded",
				 xdp_link_mode_name(to->mode));
	}
	return err;
}

int guard_links_attach(struct guard_links *links, const struct pins *pins,
		       const struct guard_request *request, int program)
{
	unsigned int old_count;
	char **old;
	int err = xdp_link_names(pins->dir, &old, &old_count);

	if (err)
		return err;
	links->at = calloc(old_count + request->iface_count + 1, sizeof(*links->at));
	if (!links->at)
		err = log_error(-ENOMEM, "out of memory");
	/* What fails most fails first, as long as no packet has met the new program. */
	err = err ?: attach_wanted(links, pins, request, program, false);
	err = err ?: attach_wanted(links, pins, request, program, true);
	err = err ?: attach_again(links, pins, request, program, old, old_count);
	pins_free_names(old, old_count);
	return err;
}

void guard_links_end(struct guard_links *links, int err, int old_program)
{
	for (unsigned int i = 0; i < links->count; i++) {
		if (err)
			xdp_link_undo(&links->at[i], old_program);
		else
			xdp_link_close(&links->at[i]);
	}
	free(links->at);
}

int guard_links_check(const char *dir, const char *iface)
{
	struct xdp_link link;
	int err = xdp_link_read(&link, dir, iface);

	xdp_link_close(&link);
	return err;
}

int guard_links_stop(const char *dir)
{
	unsigned int count;
	char **names;
	int err = xdp_link_names(dir, &names, &count);

	for (unsigned int i = 0; i < count && !err; i++)
		err = xdp_link_remove(dir, names[i]);
	pins_free_names(names, count);
	return err;
}

/* An interface that has vanished counts as long as its link is pinned: it may come back. */
int guard_links_tell(const char *dir, unsigned int to_come, struct ecdn_xdp_config *config)
{
	unsigned int count;
	char **names;
	int err = xdp_link_names(dir, &names, &count);

	if (err)
		return err;
	pins_free_names(names, count);
	config->unguarded = !count && !to_come;
	return 0;
}

int guard_links_follow(const char *dir)
{
	struct ecdn_xdp_config config;
	struct pins pins;
	scoped_fd int program = -1;
	__u32 before;
	int err = pins_init(&pins, dir);

	err = err ?: config_map_read(&pins, &config);
	before = config.unguarded;
	err = err ?: guard_links_tell(dir, 0, &config);
	if (!err && config.unguarded != before)
		err = config_map_write(&pins, &config);
	program = err ?: pins_get(dir, PUBLISH_PIN);
	return program < 0 ? program : publish_config(program);
}

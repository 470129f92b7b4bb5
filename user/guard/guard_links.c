// SPDX-License-Identifier: BSD-2-Clause
#include "guard/guard_links.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/bpf.h>

#include "base/log.h"
#include "base/scoped.h"
#include "base/words.h"
#include "guard/publish.h"
#include "kernel/config_map.h"
#include "kernel/pin_check.h"

/* An interface of the request, and what its link is pinned as if it has one. */
struct wanted {
	const char *iface;
	char pin[IF_NAMESIZE];  /* empty: it has no link */
};

static bool is_wanted(const struct wanted *wanted, unsigned int count, const char *pin)
{
	for (unsigned int i = 0; i < count; i++)
		if (!strcmp(wanted[i].pin, pin))
			return true;
	return false;
}

/* Interfaces of an earlier load get the new program, too. */
static int attach_again(struct guard_links *links, const struct pins *pins,
			const struct wanted *wanted, unsigned int count, int program)
{
	unsigned int old_count;
	char **old;
	int err = xdp_link_names(pins->dir, &old, &old_count);

	for (unsigned int i = 0; i < old_count && !err; i++) {
		if (is_wanted(wanted, count, old[i]))
			continue;
		err = xdp_link_attach_again(&links->at[links->count], pins, old[i], program);
		links->count += !err;
	}
	pins_free_names(old, old_count);
	return err;
}

/* Attaches to those wanted interfaces that have the guard already, or to the others. */
static int attach_wanted(struct guard_links *links, const struct pins *pins,
			 const struct wanted *wanted, unsigned int count, enum xdp_mode mode,
			 int program, bool again)
{
	int err = 0;

	for (unsigned int i = 0; i < count && !err; i++) {
		struct xdp_link *to = &links->at[links->count];
		char text[PLACE_TEXT_SIZE];

		if (!*wanted[i].pin == again)
			continue;
		err = xdp_link_attach(to, pins, wanted[i].iface, mode, program);
		links->count += !err;
		if (!err)
			log_info("%s: %s in %s mode", place_name(&to->place, to->iface, text),
				 to->created ? "attached" : "upgraded",
				 xdp_link_mode_name(to->mode));
	}
	return err;
}

/* An interface that is named twice is wanted once. */
static int read_wanted(const struct pins *pins, const struct guard_request *request,
		       struct wanted *wanted, unsigned int *count)
{
	int err = 0;

	for (unsigned int i = 0; i < request->iface_count && !err; i++) {
		struct wanted *to = &wanted[*count];

		if (words_have(request->ifaces, i, request->ifaces[i]))
			continue;
		to->iface = request->ifaces[i];
		err = xdp_link_find(pins->dir, to->iface, to->pin);
		if (err == -EEXIST)
			err = xdp_link_make_way(pins->dir, to->iface) ?: -ENOENT;
		if (err == -ENOENT) {
			to->pin[0] = 0;
			err = 0;
		}
		*count += !err;
	}
	return err;
}

/* What fails most fails first, as long as no packet has met the new program. */
static int attach_all(struct guard_links *links, const struct pins *pins,
		      const struct guard_request *request, int program)
{
	scoped_free struct wanted *wanted = calloc(request->iface_count + 1, sizeof(*wanted));
	unsigned int count = 0;
	int err = wanted ? read_wanted(pins, request, wanted, &count) :
			   log_error(-ENOMEM, "out of memory");

	err = err ?: attach_wanted(links, pins, wanted, count, request->mode, program, false);
	err = err ?: attach_wanted(links, pins, wanted, count, request->mode, program, true);
	return err ?: attach_again(links, pins, wanted, count, program);
}

int guard_links_attach(struct guard_links *links, const struct pins *pins,
		       const struct guard_request *request, int program)
{
	unsigned int old_count;
	char **old;
	int err = xdp_link_names(pins->dir, &old, &old_count);

	if (err)
		return err;
	pins_free_names(old, old_count);
	links->at = calloc(old_count + request->iface_count + 1, sizeof(*links->at));
	return links->at ? attach_all(links, pins, request, program) :
			   log_error(-ENOMEM, "out of memory");
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

int guard_links_find(const char *dir, const char *iface, char pin[IF_NAMESIZE])
{
	int err = xdp_link_find(dir, iface, pin);

	if (err != -EEXIST)
		return err;
	log_warning("%s does not have the guard: by that name %s was loaded before it was renamed; "
		    "`ecdn-xdp unload %s` if that is meant", iface, pin, pin);
	return -ENOENT;
}

int guard_links_check(const char *dir, const char *iface)
{
	char pin[IF_NAMESIZE];

	return guard_links_find(dir, iface, pin);
}

int guard_links_stop(const char *dir)
{
	unsigned int count;
	char **names;
	int err = xdp_link_names(dir, &names, &count);

	for (unsigned int i = 0; i < count && !err; i++) {
		char pin[PINS_NAME_SIZE];

		err = pin_check_link(dir, pins_interface(PINS_LINKS, names[i], pin),
				     BPF_LINK_TYPE_XDP);
		/* What somebody has put there holds no program of ours. */
		err = err == -EPROTO ? 0 : err ?: xdp_link_remove(dir, names[i]);
	}
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
	struct ecdn_xdp_config config = {};
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

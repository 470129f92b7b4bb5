/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * guard_links.h - the interfaces that have the guard, in a command that loads its program.
 * Errors are logged.
 */
#ifndef GUARD_GUARD_LINKS_H
#define GUARD_GUARD_LINKS_H

#include "attach/xdp_link.h"
#include "guard/guard_request.h"

struct guard_links {
	struct xdp_link *at;
	unsigned int count;
};

/* Attaches the program where a loaded one is, and to the interfaces of the request. */
int guard_links_attach(struct guard_links *links, const struct pins *pins,
		       const struct guard_request *request, int program);

/* Frees the links. After an error those that were changed get old_program back, an fd. */
void guard_links_end(struct guard_links *links, int err, int old_program);

/* Finds the pin of an interface by today's name or the former one, as place_find() does. -ENOENT
 * if there is none; a warning if another interface was loaded by that name. */
int guard_links_find(const char *dir, const char *iface, char pin[IF_NAMESIZE]);

/* Whether the guard can be taken off an interface, and takes it off all: as struct part has it. */
int guard_links_check(const char *dir, const char *iface);
int guard_links_stop(const char *dir);

/* Sets config.unguarded: whether no interface has the guard, and a command gives it to none. In a
 * first load the links follow. */
int guard_links_tell(const char *dir, unsigned int to_come, struct ecdn_xdp_config *config);

/* The same when links have gone, and proxies are told; they are told too what else has changed in
 * the configuration. As struct part has it. */
int guard_links_follow(const char *dir);

#endif

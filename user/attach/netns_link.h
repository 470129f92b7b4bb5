/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * netns_link.h - a program on the network namespace of this process, held by a pinned link.
 * A pin directory has one such link, to one namespace. Errors are logged.
 */
#ifndef ATTACH_NETNS_LINK_H
#define ATTACH_NETNS_LINK_H

#include "attach/pinned_link.h"

/* Replaces the program of the link pinned in pins->dir, wherever that is attached; without
 * a link attaches the program to this namespace, and pins the new link in pins->next. */
int netns_link_attach(struct pinned_link *link, const struct pinned_link_hook *hook,
		      const struct pins *pins, int program);

/* Attaches the program pinned in dir to this namespace, if it is not attached yet. -EBUSY
 * if it is attached to another namespace. */
int netns_link_start(const struct pinned_link_hook *hook, const char *dir);

/* Returns 1 if the program is attached to this namespace, 0 if it is attached nowhere;
 * -EBUSY if it is attached to another namespace, whose connections cannot go to sockets
 * here. */
int netns_link_check(const struct pinned_link_hook *hook, const char *dir);

/* Sets *attached, and *here if the program is attached to this namespace. */
int netns_link_read(const struct pinned_link_hook *hook, const char *dir, bool *attached,
		    bool *here);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * netns_link.h - a program on the network namespace of this process, held by a pinned
 * link. A pin directory has it on one namespace at a time. Errors are logged.
 */
#ifndef ATTACH_NETNS_LINK_H
#define ATTACH_NETNS_LINK_H

#include "attach/pinned_link.h"

/* Puts program into the link pinned in pins->dir, wherever it is attached; without one
 * attaches it to this namespace, with the link pinned in pins->next. */
int netns_link_attach(struct pinned_link *link, const struct pinned_link_hook *hook,
		      const struct pins *pins, int program);

/* Attaches the program pinned in dir to this namespace, unless it is. -EBUSY if it is
 * attached to another one. */
int netns_link_start(const struct pinned_link_hook *hook, const char *dir);

/* 1 if it is attached to this namespace, 0 if it is attached nowhere; -EBUSY if it is
 * attached to another one, whose connections cannot go to sockets here. */
int netns_link_check(const struct pinned_link_hook *hook, const char *dir);

/* Tells if it is attached, and if so, if to this namespace. */
int netns_link_read(const struct pinned_link_hook *hook, const char *dir, bool *attached,
		    bool *here);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tc_link.h - a program at TC on an interface: held by a pinned link where the kernel has
 * tcx (Linux 6.6), by a clsact filter elsewhere. Neither touches what others have there.
 *
 * A filter has no owner and no pin. What is pinned in its place is its program, by which it
 * is found again, and beside that a note: DIR/NOTES/IFACE, a symbolic link to
 * "NETNS:IFINDEX", or "NETNS:IFINDEX:made" where the qdisc is ours too. The note comes
 * before the filter and goes after it, so that no filter is forgotten when a command is
 * killed.
 *
 * Errors are logged, if not said otherwise.
 */
#ifndef ATTACH_TC_LINK_H
#define ATTACH_TC_LINK_H

#include <net/if.h>
#include <stdbool.h>

#include "kernel/pins.h"
#include "attach/tc_clsact.h"
#include "attach/tc_hook.h"

enum tc_kind {
	TC_AUTO,                /* tcx, or where the kernel has none, clsact */
	TC_TCX,
	TC_CLSACT,
};

enum tc_state {
	TC_HERE,
	TC_GONE,                /* the interface vanished, or somebody took the program off */
	TC_ELSEWHERE,           /* in another network namespace, or so it was */
};

struct tc_link {
	const struct tc_hook *hook;
	char iface[IF_NAMESIZE];
	int ifindex;
	enum tc_kind kind;      /* TC_AUTO: there is none */
	enum tc_state state;
	int fd;                 /* the link, or for clsact the program that is pinned */
	struct tc_clsact_filter filter;
	bool made_qdisc;
	bool created;           /* by tc_link_attach(): it is pinned in next alone */
	bool replaced;          /* by tc_link_attach(): the program of what was there */
};

/* Attaches program to iface: in the place of what is pinned in pins->dir, or as the first.
 * What is new is pinned in pins->next. */
int tc_link_attach(struct tc_link *to, const struct tc_hook *hook, const struct pins *pins,
		   const char *iface, enum tc_kind kind, int program);

/* Replaces the program of what is pinned in pins->dir, wherever it can be reached. */
int tc_link_attach_again(struct tc_link *to, const struct tc_hook *hook,
			 const struct pins *pins, const char *iface, int program);

/* Takes tc_link_attach() back; old_program was there before. */
void tc_link_undo(struct tc_link *of, int old_program);
void tc_link_close(struct tc_link *of);

/* Once the pins are published: drops the note of a filter whose place a link has taken. */
int tc_link_settle(const struct tc_link *of, const struct pins *pins);

/* Reads what is pinned as dir/PINS/IFACE, with its fd open. No pin: -ENOENT, silent. */
int tc_link_read(struct tc_link *of, const struct tc_hook *hook, const char *dir,
		 const char *iface);

const char *tc_link_kind_name(enum tc_kind kind);

/* 0, or -EINVAL, silent. */
int tc_link_kind_parse(const char *text, enum tc_kind *kind);

#endif

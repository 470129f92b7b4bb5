/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tc_link.h - a program at TC on an interface: held by a pinned link where the kernel has
 * tcx (Linux 6.6), by a clsact filter elsewhere. Neither touches the programs of others
 * there.
 *
 * A filter has no owner and no pin. What is pinned in its place is its program, by which it
 * is found again, and beside that a note: DIR/NOTES/IFACE, a symbolic link to
 * "NETNS:IFINDEX", or "NETNS:IFINDEX:made" where ecdn-xdp has also made the qdisc. The note
 * is written before the filter is added and removed after it, so that no filter is
 * forgotten when a command is killed.
 *
 * Errors are logged unless a comment says "silent".
 */
#ifndef ATTACH_TC_LINK_H
#define ATTACH_TC_LINK_H

#include <net/if.h>
#include <stdbool.h>

#include "kernel/pins.h"
#include "attach/place.h"
#include "attach/tc_clsact.h"
#include "attach/tc_hook.h"

enum tc_kind {
	TC_AUTO,                /* tcx, or clsact where the kernel has no tcx */
	TC_TCX,
	TC_CLSACT,
};

enum tc_state {
	TC_HERE,
	TC_GONE,                /* the interface vanished, or another tool removed the program */
	TC_ELSEWHERE,           /* in another network namespace, as far as can be read here */
};

struct tc_link {
	const struct tc_hook *hook;
	char iface[IF_NAMESIZE]; /* what its pin is called: its name when it was loaded */
	int ifindex;
	struct place place;
	enum tc_kind kind;      /* TC_AUTO: nothing is attached */
	enum tc_state state;
	int fd;                 /* fd of the link, or for clsact of the program that is pinned */
	struct tc_clsact_filter filter;
	bool made_qdisc;
	bool created;           /* tc_link_attach() made it: it is pinned in next only */
	bool replaced;          /* tc_link_attach() replaced the program of what was there */
};

/* Attaches program to the interface that is called iface today: in the place of what is pinned
 * in pins->dir if there is anything, else for the first time. What is new is pinned in
 * pins->next. pin: from tc_find_new(). */
int tc_link_attach(struct tc_link *to, const struct tc_hook *hook, const struct pins *pins,
		   const char *pin, const char *iface, enum tc_kind kind, int program);

/* Replaces the program of what is pinned in pins->dir, unless that cannot be reached from
 * here. */
int tc_link_attach_again(struct tc_link *to, const struct tc_hook *hook,
			 const struct pins *pins, const char *iface, int program);

/* Undoes tc_link_attach(). old_program: fd of the program that was attached before. */
void tc_link_undo(struct tc_link *of, int old_program);
void tc_link_close(struct tc_link *of);

/* Removes the note of a filter whose place a link has taken, once the pins are published. */
int tc_link_settle(const struct tc_link *of, const struct pins *pins);

/* Reads what is pinned as dir/PINS/IFACE and leaves its fd open. -ENOENT, silent, if
 * nothing is. */
int tc_link_read(struct tc_link *of, const struct tc_hook *hook, const char *dir,
		 const char *iface);

/* Whether what was read of dir has lost its program, though the interface that it was loaded on, or
 * one that has come in its place, is in this network namespace. Silent. */
bool tc_link_is_back(const struct tc_link *of, const char *dir);

const char *tc_link_kind_name(enum tc_kind kind);

/* Reads a kind's name. Returns 0, or -EINVAL, silent. */
int tc_link_kind_parse(const char *text, enum tc_kind *kind);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tc.h - ping at an interface's TC ingress: held by a pinned link where the kernel has tcx
 * (Linux 6.6), by a clsact filter elsewhere. Neither touches what others have there.
 *
 * A filter has no owner and no pin. What is pinned in its place is its program, by which
 * it is found again, and beside that a note: DIR/clsact/IFACE, a symbolic link to
 * "NETNS:IFINDEX", or "NETNS:IFINDEX:made" where the qdisc is ours too. The note comes
 * before the filter and goes after it, so that none is forgotten when a command is killed.
 */
#ifndef KERNEL_TC_LINK_H
#define KERNEL_TC_LINK_H

#include <net/if.h>
#include <stdbool.h>
#include <sys/types.h>

#include "kernel/tc_clsact.h"
#include "kernel/pins.h"

enum tc_kind {
	TC_AUTO,                /* tcx, or where the kernel has none, clsact */
	TC_TCX,
	TC_CLSACT,
};

enum tc_state {
	TC_HERE,
	TC_GONE,                /* the interface vanished, or somebody took it off */
	TC_ELSEWHERE,           /* in another network namespace, or so it was */
};

struct tc_attachment {
	char iface[IF_NAMESIZE];
	int ifindex;
	enum tc_kind kind;      /* TC_AUTO: there is none */
	enum tc_state state;
	int fd;                 /* the link, or for clsact the program that is pinned */
	struct clsact_filter filter;
	bool made_qdisc;
	bool created;           /* by tc_attach(): it is pinned in next alone */
	bool replaced;          /* by tc_attach(): the program of what was there */
};

/*
 * Attaches program to iface: in the place of what is pinned in dir, or anew. What is new
 * is pinned in next. Errors are said.
 */
int tc_attach(struct tc_attachment *to, const struct pins *pins, const char *iface,
	      enum tc_kind kind, int program);

/* Replaces the program of what is pinned in dir, wherever it can be reached. Errors are
 * said. */
int tc_attach_again(struct tc_attachment *to, const struct pins *pins, const char *iface,
		    int program);

/* Takes tc_attach() back; old_program was there before. */
void tc_undo(struct tc_attachment *of, int old_program);
void tc_close(struct tc_attachment *of);

/* Moves what was pinned in next to dir, which was there before. Errors are said. */
int tc_move(const struct tc_attachment *of, const struct pins *pins);

/* Reads what is pinned as dir/ping/iface, with its fd open. No pin: -ENOENT, not said. */
int tc_read(struct tc_attachment *of, const char *dir, const char *iface);

/* Detaches at once and removes the pin. No pin: -ENOENT, not said. Errors are said. */
int tc_remove(const char *dir, const char *iface);

/* What tc_remove() would say before it changes anything. */
int tc_can_remove(const char *dir, const char *iface);

/* What is attached elsewhere and out of reach is given up, with a warning. */
int tc_remove_all(const char *dir);

/* Before next is removed: takes off the filters that a load which was killed had put on,
 * and adopts those that it had replaced. Errors are said. */
int tc_recover(const struct pins *pins);

const char *tc_kind_name(enum tc_kind kind);

/* 0, or -EINVAL with nothing said. */
int tc_kind_parse(const char *text, enum tc_kind *kind);

#endif

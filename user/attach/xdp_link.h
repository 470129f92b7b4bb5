/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * xdp_link.h - an XDP program on an interface, held by the link that is pinned as
 * DIR/link/IFACE: the program stays when the command ends, and can be replaced between two
 * packets. Errors are logged unless a comment says "silent".
 */
#ifndef ATTACH_XDP_LINK_H
#define ATTACH_XDP_LINK_H

#include <net/if.h>
#include <stdbool.h>

#include "attach/place.h"
#include "kernel/pins.h"

/* Folder of the notes of where links are, by the names of their pins (attach/place.h). */
#define XDP_LINK_NOTES "link-index"

enum xdp_mode {
	XDP_MODE_AUTO,          /* native, or skb where the driver has no native mode */
	XDP_MODE_NATIVE,
	XDP_MODE_SKB,
};

struct xdp_link {
	char iface[IF_NAMESIZE]; /* what its pin is called: its name when it was loaded */
	int ifindex;            /* 0: it is gone, or the program was detached */
	struct place place;
	int fd;
	bool created;           /* xdp_link_attach() made it: it is pinned in next only */
	bool replaced;          /* xdp_link_attach() replaced the program of an existing link */
	enum xdp_mode mode;     /* XDP_MODE_AUTO where it cannot be read */
};

/*
 * Attaches program to the interface that is called iface today: through the link pinned in
 * pins->dir if it has one, else by a new link, which is pinned in pins->next. If another program
 * is in the way, the error names it.
 */
int xdp_link_attach(struct xdp_link *to, const struct pins *pins, const char *iface,
		    enum xdp_mode mode, int program);

/* Replaces the program of the link pinned in pins->dir; if the interface is gone, the link
 * is left as it is. */
int xdp_link_attach_again(struct xdp_link *to, const struct pins *pins, const char *iface,
			  int program);

/* Undoes xdp_link_attach(): the link gets old_program back, an fd, or goes if it is new. */
void xdp_link_undo(struct xdp_link *of, int old_program);
void xdp_link_close(struct xdp_link *of);

/* Reads what is pinned as dir/link/IFACE and leaves its link open. -ENOENT, silent, if
 * nothing is pinned. */
int xdp_link_read(struct xdp_link *of, const char *dir, const char *iface);

/* place_find() for the pinned links. */
int xdp_link_find(const char *dir, const char *word, char pin[IF_NAMESIZE]);

/* Gives the pin of another interface, which is called iface no more, that one's name of today, so
 * that iface can be pinned. */
int xdp_link_make_way(const char *dir, const char *iface);

/* Detaches at once and removes the pin. -ENOENT, silent, if there is no pin. */
int xdp_link_remove(const char *dir, const char *iface);

/* Whether what was read of dir has lost its program, though the interface that it was loaded on, or
 * one that has come in its place, is in this network namespace. *mode: in which it was to be
 * attached. Silent. */
bool xdp_link_is_back(const struct xdp_link *of, const char *dir, enum xdp_mode *mode);

/* Names of the pinned links, sorted; freed with pins_free_names(). */
int xdp_link_names(const char *dir, char ***names, unsigned int *count);

const char *xdp_link_mode_name(enum xdp_mode mode);

/* Reads a mode's name. Returns 0, or -EINVAL, silent. */
int xdp_link_mode_parse(const char *text, enum xdp_mode *mode);

#endif

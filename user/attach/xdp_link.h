/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * xdp_link.h - an XDP program on an interface, held by the link that is pinned as
 * DIR/link/IFACE: it stays when the command ends, and its program can be replaced between
 * two packets. Errors are logged, if not said otherwise.
 */
#ifndef ATTACH_XDP_LINK_H
#define ATTACH_XDP_LINK_H

#include <net/if.h>
#include <stdbool.h>

#include "kernel/pins.h"

enum xdp_mode {
	XDP_MODE_AUTO,          /* native, or where the driver cannot, skb */
	XDP_MODE_NATIVE,
	XDP_MODE_SKB,
};

struct xdp_link {
	char iface[IF_NAMESIZE];
	int ifindex;            /* 0: the interface is gone */
	int fd;
	bool created;           /* by xdp_link_attach(): it is pinned in next alone */
	bool replaced;          /* by xdp_link_attach(): the program of an existing link */
	enum xdp_mode mode;     /* XDP_MODE_AUTO where it cannot be told */
};

/*
 * Attaches program to iface: through the link pinned in pins->dir if there is one, else by
 * a new one, which is pinned in pins->next. An error names the program that is in the way
 * where one is.
 */
int xdp_link_attach(struct xdp_link *to, const struct pins *pins, const char *iface,
		    enum xdp_mode mode, int program);

/* Replaces the program of the link pinned in pins->dir; a link whose interface is gone is
 * left as it is. */
int xdp_link_attach_again(struct xdp_link *to, const struct pins *pins, const char *iface,
			  int program);

/* Takes xdp_link_attach() back: the link's old program, or no link. */
void xdp_link_undo(struct xdp_link *of, int old_program);
void xdp_link_close(struct xdp_link *of);

/* Reads what is pinned as dir/link/IFACE, with its link open. No pin: -ENOENT, silent. */
int xdp_link_read(struct xdp_link *of, const char *dir, const char *iface);

/* Detaches at once and removes the pin. No pin: -ENOENT, silent. */
int xdp_link_remove(const char *dir, const char *iface);

/* Names of the pinned links, sorted; freed with pins_free_names(). */
int xdp_link_names(const char *dir, char ***names, unsigned int *count);

const char *xdp_link_mode_name(enum xdp_mode mode);

/* 0, or -EINVAL, silent. */
int xdp_link_mode_parse(const char *text, enum xdp_mode *mode);

#endif

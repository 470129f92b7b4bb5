/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * attach.h - the guard on an interface, held by a pinned link: it stays when
 * the loader ends, and its program can be replaced between two packets.
 */
#ifndef KERNEL_XDP_LINK_H
#define KERNEL_XDP_LINK_H

#include <net/if.h>
#include <stdbool.h>

#include "kernel/pins.h"

enum attach_mode {
	ATTACH_AUTO,            /* native, or where the driver cannot, skb */
	ATTACH_NATIVE,
	ATTACH_SKB,
};

struct attachment {
	char iface[IF_NAMESIZE];
	int ifindex;            /* 0: the interface is gone */
	int link;
	bool created;           /* by attach(): it is not pinned in dir yet */
	bool replaced;          /* by attach(): the program of an existing link */
	enum attach_mode mode;  /* ATTACH_AUTO where it cannot be told */
};

/*
 * Attaches program to iface: through the link pinned in dir if there is one,
 * else by a new one. Nothing is pinned. Errors are said, with the program that
 * is in the way where one is.
 */
int attach(struct attachment *to, const char *dir, const char *iface, enum attach_mode mode,
	   int program);

/* Replaces the program of a link pinned in dir; a link whose interface is gone
 * is left as it is. Errors are said. */
int attach_again(struct attachment *to, const char *dir, const char *iface, int program);

/* Takes attach() back: the link's old program, or no link. */
void attach_undo(struct attachment *of, int old_program);

/* Closes the link's fd. */
void attach_close(struct attachment *of);

/* Reads what is pinned as dir/link/iface, with its link open. Errors are said. */
int attach_read(struct attachment *of, const char *dir, const char *iface);

/* Detaches at once and removes the pin. -ENOENT, said, if there is none. */
int attach_remove(const char *dir, const char *iface);

/* Names of the pinned links, sorted; to be freed with pins_free_names(). Errors are said. */
int attach_names(const char *dir, char ***names, unsigned int *count);

/* Whether frames on iface can be parsed. */
bool attach_has_ethernet(const char *iface);

const char *attach_mode_name(enum attach_mode mode);

/* 0, or -EINVAL with nothing said. */
int attach_mode_parse(const char *text, enum attach_mode *mode);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * steering.h - the program steer in a network namespace, held by a pinned link.
 * steer/steer_sockets.h has what it works on.
 */
#ifndef STEER_STEER_PART_H
#define STEER_STEER_PART_H

#include <stdbool.h>

#include "kernel/pins.h"

struct steering {
	int program;
	int link;               /* -1: not attached */
	bool created;           /* it is not pinned in dir yet */
	bool replaced;          /* the program of an existing link */
};

#define STEERING_NONE { .program = -1, .link = -1 }

/*
 * Loads the program on the maps pinned in map_dir, where its own are pinned too if
 * they are new, and pins it in dir. Errors are said.
 */
int steering_open(struct steering *steering, const char *map_dir, const char *dir);

/*
 * Puts the program into the link pinned in dir, or if there is none and it is wanted
 * attaches it to this network namespace, with the link pinned in next_dir. Errors
 * are said.
 */
int steering_attach(struct steering *steering, const char *dir, const char *next_dir, bool wanted);

/* Takes steering_attach() back: the program pinned in dir, or no link. */
void steering_undo(struct steering *steering, const char *dir);
void steering_close(struct steering *steering);

/* 1 if it is attached to this network namespace, 0 if it is attached nowhere; -EBUSY, said,
 * if it is in another, whose connections cannot go to sockets here. Errors are said. */
int steering_check(const char *dir);

/* Attaches the program pinned in dir to this network namespace, unless it is. Errors are
 * said, as one is where it is attached in another. */
int steering_start(const char *dir);

/* Whether it is attached; *here, whether to this network namespace. Errors are said. */
int steering_read(const char *dir, bool *attached, bool *here);

/* Detaches and removes the pin; not attached, no error. */
int steering_stop(const char *dir);

#endif

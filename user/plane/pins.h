/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pins.h - the pin directory: where it is, who may change it now, and how it
 * comes and goes as a whole.
 *
 *	DIR/MAP         each map by name
 *	DIR/prog/guard  the program
 *	DIR/link/IFACE  what holds it to an interface; bpffs takes no '.' in a
 *	                name, so eth0.7 is eth0:7 here
 *	DIR/regions     an iterator: cat it
 */
#ifndef PLANE_PINS_H
#define PLANE_PINS_H

#include <limits.h>
#include <stdbool.h>

#define PINS_PROGRAMS "prog"
#define PINS_PROGRAM PINS_PROGRAMS "/guard"
#define PINS_LINKS "link"
#define PINS_ITERATOR "regions"

/* A directory and the longest name below it. */
#define PINS_PATH_SIZE (PATH_MAX + 64)

struct pins {
	char dir[PATH_MAX];     /* what readers use */
	char next[PATH_MAX];    /* "DIR-next": what a load builds */
	int lock;               /* -1: not locked */
};

/* Takes note of the directory; opens nothing. Errors are said. */
int pins_init(struct pins *pins, const char *dir);

/*
 * For writers: mounts bpffs at /sys/fs/bpf if dir is below it and nothing is
 * mounted there, makes the directories above dir, and waits until no other
 * writer holds the lock. What a writer that died had begun is removed. Errors
 * are said.
 */
int pins_lock(struct pins *pins);
void pins_unlock(struct pins *pins);

/* Whether dir holds a loaded guard. */
bool pins_exist(const struct pins *pins);

/* "DIR/name" into path; returns path. */
char *pins_path(const char *dir, const char *name, char path[PINS_PATH_SIZE]);

/* Makes dir with prog/ and link/ below it. Errors are said. */
int pins_make(const char *dir);

/* Whether dir, if there is one, was made by pins_make(). Errors are said. */
int pins_check(const char *dir);

/* Removes dir and all that is in it, unless pins_check() refuses it; a pin's
 * object lives on while it is in use elsewhere. No dir, no error. */
int pins_remove(const char *dir);

/* Removes a loaded guard's pins: out of the readers' sight first, then one by one,
 * so that one who is interrupted leaves what pins_lock() removes. */
int pins_discard(const struct pins *pins);

/* Pins fd as dir/name. Errors are said. */
int pins_put(const char *dir, const char *name, int fd);

/* The object pinned as dir/name: an fd, or a negative errno, said. */
int pins_get(const char *dir, const char *name);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pins.h - the pin directory: where it is, who may change it now, and how it
 * comes and goes as a whole.
 *
 *	DIR/MAP            each map by name
 *	DIR/region_lines   the region table in use, DIR/trusted_lines that of prefixes
 *	                   that are never limited: replaced by every new one
 *	DIR/prog/PROGRAM   guard, steer, ping, publish
 *	DIR/link/IFACE     what holds the guard to an interface; bpffs takes no '.' in
 *	                   a name, so eth0.7 is eth0:7 here
 *	DIR/steer          what holds steer to a network namespace
 *	DIR/ping/IFACE     what holds ping to an interface: a link, or before Linux 6.6 the
 *	                   program, whose filter is found by it
 *	DIR/clsact/IFACE   for a filter, a note of where it is (kernel/tc_link.h)
 *	DIR/regions        an iterator: cat it
 *
 * They are root's alone but for what proxies read: public_config, region_state,
 * region_lines and trusted_lines, which are frozen, so that whoever opens them for
 * writing cannot write; and request_stats, which proxies write.
 */
#ifndef KERNEL_PINS_H
#define KERNEL_PINS_H

#include <limits.h>
#include <net/if.h>
#include <stdbool.h>
#include <sys/types.h>

#define PINS_PROGRAMS "prog"
#define PINS_PROGRAM PINS_PROGRAMS "/guard"
#define PINS_STEER_PROGRAM PINS_PROGRAMS "/steer"
#define PINS_STEER "steer"
#define PINS_PING_PROGRAM PINS_PROGRAMS "/ping"
#define PINS_PINGS "ping"
#define PINS_NOTES "clsact"
#define PINS_PUBLISH_PROGRAM PINS_PROGRAMS "/publish"
#define PINS_REGION_LINES "region_lines"
#define PINS_TRUSTED_LINES "trusted_lines"
#define PINS_LINKS "link"
#define PINS_ITERATOR "regions"

/* A directory and the longest name below it. */
#define PINS_PATH_SIZE (PATH_MAX + 64)

/* An interface's pin: a subdirectory's name and its own. */
#define PINS_NAME_SIZE (sizeof(PINS_NOTES) + IF_NAMESIZE)

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
 * writer holds the lock. What a writer that died had begun is removed. -EPERM if
 * somebody else than root has made what is there. Errors are said.
 */
int pins_lock(struct pins *pins);
void pins_unlock(struct pins *pins);

/* Whether dir holds a loaded guard. */
bool pins_exist(const struct pins *pins);

/* "DIR/name" into path; returns path. */
char *pins_path(const char *dir, const char *name, char path[PINS_PATH_SIZE]);

/* "SUB/IFACE", as a pin can be named, into name; returns name. */
char *pins_interface(const char *sub, const char *iface, char name[PINS_NAME_SIZE]);

/* The interfaces that are pinned in dir/sub, sorted; to be freed with pins_free_names().
 * No dir, no names. Errors are said. */
int pins_names(const char *dir, const char *sub, char ***names, unsigned int *count);
void pins_free_names(char **names, unsigned int count);

/* Makes dir with what is below it. Errors are said. */
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

/* Pins fd as dir/name with a mode, in the place of what was pinned there. Errors are
 * said. */
int pins_replace(const char *dir, const char *name, int fd, mode_t mode);

/* Moves a pin from pins->next to pins->dir, over what is there. Errors are said. */
int pins_move(const struct pins *pins, const char *name);

/* Removes the pin dir/name, if there is one. Errors are said. */
int pins_drop(const char *dir, const char *name);

/* Mode and group of the pin dir/name; group -1: as it is. Errors are said. */
int pins_permit(const char *dir, const char *name, mode_t mode, gid_t group);

/* The object pinned as dir/name: an fd, or a negative errno, said. */
int pins_get(const char *dir, const char *name);

#endif

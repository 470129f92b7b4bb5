/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pins.h - the pin directory: where it is, who may change it now, and how it comes and goes
 * as a whole.
 *
 *	DIR/MAP            each map by name
 *	DIR/region_lines   the region table in use, and
 *	DIR/trusted_lines  the trusted table in use: each new table replaces the pin, and is
 *	                   pinned as TABLE-next before it is in use
 *	DIR/prog/PART      each part's program; a part is loaded if this is there
 *	DIR/link/IFACE     the link that holds an XDP program to an interface; bpffs takes
 *	                   no '.' in a name, so eth0.7 is eth0:7 here
 *	DIR/link-index/IFACE  a note of where that interface is (attach/place.h)
 *	DIR/proven         the link that holds the program proven to a cgroup
 *	DIR/steer          the link that holds steer to a network namespace
 *	DIR/listen         the link that holds listen, steer's second program, to a cgroup
 *	DIR/ping/IFACE     what holds ping to an interface: a link, or before Linux 6.6 the
 *	                   program, by which its filter is found
 *	DIR/ping-index/IFACE  for a link, a note of where it is (attach/place.h)
 *	DIR/clsact/IFACE   for a filter, the same (attach/tc_link.h)
 *	DIR/origin         the link that holds origin to a cgroup, and where content is read
 *	DIR/origin_in      and
 *	DIR/origin_out     those of the programs that see packets of the cgroup
 *	DIR/origin_error   the link that holds origin_error to a tracepoint, where there is one
 *	DIR/regions        an iterator, which prints the regions when it is read
 *	DIR-next/ready     a folder: programs with larger maps are being put in place of those
 *	                   in DIR, and a command that was killed is finished by the next
 *
 * Only root can open them, except for what proxies use and what a group may read
 * (kernel/permits.h). Proxies read public_config, region_state, region_lines and trusted_lines,
 * which are frozen, so that a process that opens them for writing cannot write. They write
 * request_stats.
 *
 * A command builds new pins in "DIR-next" and publishes them at its end. Where DIR has pins of
 * an earlier ABI, "DIR-next" becomes a whole directory, with the same links, and takes its place
 * (kernel/pins_exchange.h). All functions that
 * return int log their errors, unless their comment says "silent". Not thread-safe.
 */
#ifndef KERNEL_PINS_H
#define KERNEL_PINS_H

#include <limits.h>
#include <net/if.h>
#include <stdbool.h>
#include <sys/types.h>

#define PINS_PROGRAMS "prog"
#define PINS_LINKS "link"

/* A directory and the longest name below it. */
#define PINS_PATH_SIZE (PATH_MAX + 64)

/* An interface's pin: a folder's name, at most 15 bytes, and the interface's. */
#define PINS_NAME_SIZE (16 + IF_NAMESIZE)

struct pins {
	char dir[PATH_MAX];     /* what readers use */
	char next[PATH_MAX];    /* "DIR-next": what a command builds */
	int lock;               /* -1: not locked (kernel/pins_lock.h) ... */
	char lock_name[160];    /* ... else what its file is called */
	bool building;          /* next is this command's own, which looks for pins there too */
	bool finishes;          /* next is a killed command's, some of whose pins may have moved to
				   dir already */
	bool shared;            /* the reader is no root, and opens in dir what the group of
				   --stats-group may, to read alone */
	bool carries;           /* dir has pins of an earlier ABI, which next is to replace: pins
				   are looked for in next alone */
};

/* Sets the two paths, and opens nothing. -EINVAL or -ENAMETOOLONG if dir cannot be used, as when
 * it has the name of a directory that another pin directory has beside it for a while. */
int pins_init(struct pins *pins, const char *dir);

/* Writes "dir/name" into path; returns path. */
char *pins_path(const char *dir, const char *name, char path[PINS_PATH_SIZE]);

/* Writes "SUB/IFACE" into name, with ":" for "." as pins need it; returns name. */
char *pins_interface(const char *sub, const char *iface, char name[PINS_NAME_SIZE]);

/* True if the pin dir/name is there. */
bool pins_has(const char *dir, const char *name);

/* The interfaces that are pinned in dir/sub, sorted; freed with pins_free_names(). There
 * are none if dir is not there. */
int pins_names(const char *dir, const char *sub, char ***names, unsigned int *count);
void pins_free_names(char **names, unsigned int count);

/* Makes dir with the folders that mark it as a pin directory of ecdn-xdp. */
int pins_make(const char *dir);

/* Makes pins->next, which must not be there: what the command pins is found there too. */
int pins_begin(struct pins *pins);

/* Makes the folder of "FOLDER/NAME" in dir if it is not there. */
int pins_make_folder(const char *dir, const char *name);

/* Whether dir has the marks of pins_make(). */
bool pins_are_ours(const char *dir);

/* Whether dir has no more than those marks, as a crash may leave it, or is not there. */
bool pins_are_remnant(const char *dir);

/* 0 if dir was made by pins_make(), or is not there. */
int pins_check(const char *dir);

/* Removes dir and all that is in it, unless pins_check() refuses it; a pin's object lives
 * on while it is in use elsewhere. If dir is not there, that is no error. */
int pins_remove(const char *dir);

/* Removes pins->dir: renames it first, out of readers' sight, then removes pin by pin, so
 * that a command that is killed meanwhile leaves only a "DIR-next", which the next command
 * removes. */
int pins_discard(const struct pins *pins);

/* Pins fd as dir/name; makes the folder of the name if it is not there. */
int pins_put(const char *dir, const char *name, int fd);

/* Moves a pin from pins->next to pins->dir, over what is there. */
int pins_move(const struct pins *pins, const char *name);

/* Removes the pin dir/name, if there is one. */
int pins_drop(const char *dir, const char *name);

/* Sets mode and group of the pin dir/name; group -1 leaves the group as it is. */
int pins_permit(const char *dir, const char *name, mode_t mode, gid_t group);

/* Opens what is pinned as dir/name: an fd, or a negative errno. pins_read() does so to read a
 * map alone, which it can then not map into memory. */
int pins_get(const char *dir, const char *name);
int pins_read(const char *dir, const char *name);

/* Whether a pin is in pins->dir, or in what this command builds; and the same pin opened, what
 * is built first: an fd, or a negative errno. */
bool pins_exist(const struct pins *pins, const char *name);
int pins_open(const struct pins *pins, const char *name);

#endif

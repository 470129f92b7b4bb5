/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * part.h - a part: a program with its maps and pins, as the commands that load, change and
 * unload see it. control/parts.c lists all parts; a command loops over them and names none.
 *
 * A command calls the steps below in their order, each for all parts before the next one.
 * Steps that a part does not need are NULL. A step returns 0 or a negative errno, logged,
 * which ends the command; end() then takes back what the part did.
 */
#ifndef KERNEL_PART_H
#define KERNEL_PART_H

#include <stdbool.h>
#include <stddef.h>

#include "kernel/maps.h"
#include "kernel/pins.h"

/* A part in a command that is under way. */
struct part_run {
	const struct pins *pins;  /* locked */
	const void *request;    /* the part's own request */
	void *state;            /* the part's own: state_size bytes, zeros before prepare() */
	bool loaded;            /* it was loaded before this command */
	bool opens;             /* this command loads its program, for the first time or again */
};

struct part {
	const char *name;       /* of its program's pin, prog/NAME */
	const char *helper;     /* pin of a second program, which it needs, or NULL */
	const char *label;      /* what messages call it: "the guard" */
	const char *load;       /* the command that loads it */
	bool by_change;         /* a command that changes it may also load it */
	const struct map_row *maps; /* those of its maps that no other part makes */
	size_t state_size;

	/* Whether the request names this part. */
	bool (*wanted)(const void *request);

	/* Opens what is loaded and checks the request. Changes nothing. */
	int (*prepare)(struct part_run *run);

	/* Loads the program; what is new is pinned in pins->next. */
	int (*open)(struct part_run *run);

	/* Attaches the program where the old one is, and where the request wants it. */
	int (*attach)(struct part_run *run);

	/* Writes the maps as the request says: of a part that is loaded for the first time
	 * before attach(), so that no packet meets empty maps; else after it, so that an attach
	 * that fails has changed nothing. */
	int (*configure)(struct part_run *run);

	/* Tells other processes, once all parts are configured. */
	int (*announce)(struct part_run *run);

	/* Once the pins are published: removes what they have replaced. */
	int (*settle)(struct part_run *run);

	/* Frees the state; after an error takes back what was done first. Never fails. */
	void (*end)(struct part_run *run, int err);

	/* Takes off, or finishes, what a command that was killed has left in pins->next. */
	int (*recover)(const struct pins *pins);

	/* One interface: the error that detach() would return before it changes anything; and
	 * the part comes off it. -ENOENT, silent, if the part is not on it. */
	int (*check)(const char *dir, const char *iface);
	int (*detach)(const char *dir, const char *iface);

	/* The part comes off everything, for good; then other processes are told. */
	int (*stop)(const char *dir);
	int (*retire)(const char *dir);
};

/* Bytes of "prog/NAME". */
#define PART_PIN_SIZE 32

/* The name of the program's pin into name; returns name. */
char *part_pin(const struct part *part, char name[PART_PIN_SIZE]);

/* Whether the part is loaded: its programs are pinned in dir, which a load does after its
 * maps. A part without a program is loaded wherever there are pins. */
bool part_is_loaded(const struct part *part, const char *dir);

/* -ENOENT, logged, if the part is not loaded. */
int part_require(const struct part *part, const char *dir);

/* Where a part's new pins go, and where its maps are: pins->next until they are published. */
static inline const char *part_dir(const struct part_run *run)
{
	return run->loaded ? run->pins->dir : run->pins->next;
}

#endif

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
#include "kernel/rooms.h"

enum part_fit {
	PART_FULL,              /* the maps must be made anew before they can hold that */
	PART_FITS,
	PART_WASTES,            /* maps of half their size would do */
};

/* A part in a command that is under way. */
struct part_run {
	const struct pins *pins;  /* locked */
	const void *request;    /* the part's own request */
	void *state;            /* the part's own, of state_size bytes: zeros before prepare() */
	bool loaded;            /* it was loaded before this command */
	bool carried;           /* an earlier version has loaded it, with pins of ABI 2: it is not
				   loaded until these are carried over */
	bool loads;             /* this command loads programs, of parts that have some */
	bool opens;             /* this command loads its program, for the first time or again */
	bool resizes;           /* it does so for nothing but to make its sized maps anew */
	struct rooms *rooms;    /* of all parts in the command */
	bool same;              /* set by configure(): what the request asks for was so already */
};

/*
 * How a part that is pinned in pins->dir by ABI 2 goes on in pins->next, which takes the place
 * of pins->dir as a whole (control/carry_over.h). Each step can be carried out again after it was
 * killed. NULL: there is nothing to do.
 */
struct part_carry {
	/* In the place of part.fill: writes what the old maps hold into the new ones. */
	int (*fill)(struct part_run *run);

	/* Has every link in pins->dir hold the new program. */
	int (*relink)(const struct pins *pins);

	/* Pins in pins->next the links of pins->dir that it does not have. */
	int (*adopt)(const struct pins *pins);

	/* Once the old programs have ended, and `old` is where their maps are pinned: what
	 * these have counted. The new maps are pinned in dir. */
	int (*finish)(const char *old, const char *dir);
};

/* An interface that a part was loaded on and has lost, as it was deleted and made again, say. */
typedef int part_found(const char *pin, const char *now, int ifindex, void *context);

struct part {
	const char *name;       /* NAME of the program's pin, prog/NAME */
	const char *helper;     /* pin of a second program, which it needs, or NULL */
	const char *label;      /* what messages call it: "the guard" */
	const char *load;       /* the command that loads it */
	uint32_t bit;           /* enum ecdn_xdp_part, in config.parts */
	bool by_change;         /* a command that changes it may also load it */
	const struct map_row *maps; /* its pins, without those that other parts make */
	size_t state_size;
	const struct part_carry *carry;

	/* Whether the request names this part. */
	bool (*wanted)(const void *request);

	/* Before the command has the lock: reads the files that the request names, which may take
	 * as long as a download, and keeps in the request what they hold. */
	int (*read)(const char *dir, void *request);

	/* Opens what is loaded and checks the request. Changes nothing. */
	int (*prepare)(struct part_run *run);

	/* How the loaded maps suit run->rooms: an enum part_fit, or a negative errno. */
	int (*fits)(const struct part_run *run);

	/* Makes in pins->next the maps that are sized by what they hold: new ones, or in a run that
	 * resizes those that do not fit, with what the old ones hold. */
	int (*make)(struct part_run *run);

	/* Makes what configure() or fill() will put into such maps. */
	int (*build)(struct part_run *run);

	/* Loads the program; what is new is pinned in pins->next. A program that a killed command
	 * has pinned there is taken instead. */
	int (*open)(struct part_run *run);

	/* Of a part that is loaded for the first time: writes what no packet may find empty.
	 * Nothing is dropped yet. */
	int (*fill)(struct part_run *run);

	/* Attaches the program where the old one is, and where the request wants it. */
	int (*attach)(struct part_run *run);

	/* Writes the maps as the request asks: after attach(), so that a failed attach has
	 * changed nothing; before it if no part was loaded. */
	int (*configure)(struct part_run *run);

	/* In a run that resizes, once no packet meets the old maps: takes over what was counted
	 * in them. May be called again. */
	int (*take_over)(struct part_run *run);

	/* Tells proxies what has changed, once all parts are configured. */
	int (*announce)(struct part_run *run);

	/* Removes what has been replaced, once the new pins are published. */
	int (*settle)(struct part_run *run);

	/* Frees the state. After an error it first undoes what the part did. Never fails. */
	void (*end)(struct part_run *run, int err);

	/* Undoes, or finishes, what a killed command has left in pins->next. */
	int (*recover)(const struct pins *pins);

	/* check() returns the error that detach() would return before it changed anything;
	 * detach() takes the part off one interface. Both return -ENOENT, silent, if it is
	 * not on it. */
	int (*check)(const char *dir, const char *iface);
	int (*detach)(const char *dir, const char *iface);

	/* Calls found() for each interface that is in this network namespace without the part,
	 * though it was loaded on it, or on one in whose place it has come, and nobody has unloaded
	 * it: with the name of its pin, and today's. Nobody need hold the lock. */
	int (*lost)(const char *dir, part_found *found, void *context);

	/* Attaches the program that is loaded to one of these, as the load did. */
	int (*restore)(struct pins *pins, const char *pin, const char *now);

	/* Whether what the part, which is loaded, keeps of this host's interfaces is not theirs any
	 * more: 1, 0 or a negative errno. Nobody need hold the lock. follow_links() mends it. */
	int (*links_behind)(const char *dir);
	int (*follow_links)(const char *dir);

	/* What follows for the part, which is loaded, when a command has changed the
	 * configuration, or has taken parts off interfaces, without a run. */
	int (*follow)(const char *dir);

	/* stop() takes the part off everything, for good; retire() then tells proxies. */
	int (*stop)(const char *dir);
	int (*retire)(const char *dir);
};

/* Bytes of "prog/NAME". */
#define PART_PIN_SIZE 32

/* Writes the name of the program's pin into name; returns name. */
char *part_pin(const struct part *part, char name[PART_PIN_SIZE]);

/* Whether the part is loaded: its programs, which a load pins after the maps, are pinned in
 * dir. A part without a program is loaded wherever there are pins. */
bool part_is_loaded(const struct part *part, const char *dir);

/* Checks that all pins of a part that is loaded are there and are what they should be.
 * -EPROTO, logged, if they are not. */
int part_check(const struct part *part, const char *dir);

/* -ENOENT, logged, if the part is not loaded. */
int part_require(const struct part *part, const char *dir);

/* The directory that has a part's maps and gets its pins: pins->next until the part is
 * published. */
static inline const char *part_dir(const struct part_run *run)
{
	return run->loaded ? run->pins->dir : run->pins->next;
}

#endif

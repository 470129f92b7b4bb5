/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * place.h - where an interface is today whose pin has the name that it was loaded by. The kernel
 * knows an interface by its index: it may have got another name since, or been made again.
 *
 * What is attached tells its index. Once it is detached it does not, so that a note of the index
 * is kept: DIR/NOTES/IFACE, a symbolic link to "NETNS:IFINDEX". Pins of versions before this one
 * have no notes, which is no error. Errors are logged unless a comment says "silent".
 */
#ifndef ATTACH_PLACE_H
#define ATTACH_PLACE_H

#include <net/if.h>
#include <stdbool.h>

enum place_state {
	PLACE_HERE,             /* attached, in this network namespace */
	PLACE_ELSEWHERE,        /* attached, in another one as far as can be read here */
	PLACE_VANISHED,         /* the interface is gone */
	PLACE_DETACHED,         /* the interface is there, and somebody has detached the program */
	PLACE_BACK,             /* the interface is gone, and another one has its name: that has
				   nothing attached, or a version without notes does not tell */
};

struct place {
	enum place_state state;
	char now[IF_NAMESIZE];  /* the interface's name today; empty where it is not here */
};

/* The place of an interface to which something is attached; silent. */
void place_attached(struct place *place, int ifindex, bool here);

/* The place of one that has lost what was attached to it, by its note in dir/notes, or by the
 * index that a note held; 0: there was none. Both are silent. */
void place_lost(struct place *place, const char *dir, const char *notes, const char *iface);
void place_lost_at(struct place *place, int ifindex, const char *iface);

/* How an interface was attached, as its note has it: a word of whoever writes it. */
#define PLACE_HOW_SIZE 16

/* Writes a note in dir, over what is there, and removes it. how: NULL: there is nothing to say. */
int place_note(const char *dir, const char *notes, const char *iface, int ifindex,
	       const char *how);
int place_forget(const char *dir, const char *notes, const char *iface);

/* Whether dir has a note; silent. */
bool place_noted(const char *dir, const char *notes, const char *iface);

/* Whether dir has a note that was written in this network namespace: an interface of this name
 * that is here may be another one's elsewhere. *how: what the note says, or empty. Silent. */
bool place_noted_here(const char *dir, const char *notes, const char *iface,
		      char how[PLACE_HOW_SIZE]);

/* Reads the place of a pinned interface. -ENOENT, silent, if it is pinned no more. */
typedef int place_read(struct place *place, const void *context, const char *dir,
		       const char *iface);

/*
 * Finds the pin of the interface that is called `word` today; without one, and if no interface
 * is called so, the pin of the one that was. Writes the pin's name. -ENOENT, silent, if there is
 * none; -EEXIST, silent, if the pin of this name is that of another interface: then *pin is what
 * that one is called now.
 */
int place_find(const char *dir, const char *pins, place_read *read, const void *context,
	       const char *word, char pin[IF_NAMESIZE]);

/* "eth5 (was eth0)", or the pin's name alone if that is today's or nothing is known; returns
 * text. */
#define PLACE_TEXT_SIZE (2 * IF_NAMESIZE + 8)
char *place_name(const struct place *place, const char *pin, char text[PLACE_TEXT_SIZE]);

/* The pin's name if today's is another one, else NULL. */
const char *place_former(const struct place *place, const char *pin);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tc_hook.h - where a part's program is attached to TC, and which folders keep its pins and
 * notes.
 */
#ifndef ATTACH_TC_HOOK_H
#define ATTACH_TC_HOOK_H

#include <stdbool.h>

struct tc_hook {
	const char *program;    /* what messages call the program */
	const char *load;       /* the command that attaches it again */
	const char *pins;       /* folder of the pins: DIR/PINS/IFACE */
	const char *notes;      /* folder of the notes of filters: DIR/NOTES/IFACE */
	const char *index;      /* folder of the notes of where links are (attach/place.h) */
	bool egress;            /* on packets that leave; else on those that arrive */
};

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tc_hook.h - where a part's program is attached to TC, and where that is kept.
 */
#ifndef ATTACH_TC_HOOK_H
#define ATTACH_TC_HOOK_H

#include <stdbool.h>

struct tc_hook {
	const char *program;    /* what messages call the program */
	const char *load;       /* the command that puts it on an interface again */
	const char *pins;       /* folder of the pins: DIR/PINS/IFACE */
	const char *notes;      /* folder of the notes: DIR/NOTES/IFACE */
	bool egress;            /* packets that leave; else those that arrive */
};

#endif

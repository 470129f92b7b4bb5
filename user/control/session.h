/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * loaded.h - a loaded guard, opened for changing it: one writer at a time.
 */
#ifndef CONTROL_SESSION_H
#define CONTROL_SESSION_H

#include "kernel/maps.h"

struct loaded {
	struct pins pins;       /* locked */
	struct maps maps;
	struct names *names;
	int publish;            /* the program, for guard/publish.h */
};

/* -ENOENT when nothing is loaded; errors are said. To be closed with loaded_close(). */
int loaded_open(struct loaded *loaded, const char *pin_dir);
void loaded_close(struct loaded *loaded);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * steps.h - steps of a part that more than one kind of session takes: each calls the step if
 * the part has it, and those of its program if the session opens that. For session_each().
 */
#ifndef CONTROL_STEPS_H
#define CONTROL_STEPS_H

#include "kernel/part.h"

int steps_make(const struct part *part, struct part_run *run);
int steps_open(const struct part *part, struct part_run *run);
int steps_attach(const struct part *part, struct part_run *run);
int steps_settle(const struct part *part, struct part_run *run);

/* Has every part that is loaded in dir follow what a command has changed without a run. */
int steps_follow(const char *dir);

#endif

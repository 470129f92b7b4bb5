/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * grace.h - waits until programs that run now have ended.
 */
#ifndef KERNEL_GRACE_H
#define KERNEL_GRACE_H

/* Returns when no program still runs that ran when this was called: 0, or a negative errno,
 * logged. */
int grace_wait(void);

#endif

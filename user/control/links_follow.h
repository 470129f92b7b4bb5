/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * links_follow.h - what parts keep of this host's interfaces is brought up to date. Errors are
 * logged.
 */
#ifndef CONTROL_LINKS_FOLLOW_H
#define CONTROL_LINKS_FOLLOW_H

/* Takes the lock only if something is behind. Returns 1 if it was and is not any more, 0 if nothing
 * was, or a negative errno: -EAGAIN, silent, if another command has the lock for long. */
int links_follow(const char *pin_dir);

#endif

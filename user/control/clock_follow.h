/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * clock_follow.h - blocks and exemptions until a time of day get their ends anew once the time of
 * day was set.
 */
#ifndef CONTROL_CLOCK_FOLLOW_H
#define CONTROL_CLOCK_FOLLOW_H

/*
 * Takes the lock only if an end is to be moved, and then moves all of them or none, logs a line and
 * leaves an entry among the verbs. 0, also if no guard is loaded, or a negative errno, logged;
 * -EAGAIN, silent, while another command is at work and this process does not wait
 * (lock_never_wait()).
 */
int clock_follow(const char *pin_dir);

#endif

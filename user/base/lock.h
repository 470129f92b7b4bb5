/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lock.h - a lock between processes, so that one command runs at a time.
 */
#ifndef BASE_LOCK_H
#define BASE_LOCK_H

/* Waits for the lock, which is a file that is created if it is missing, and logs that it waits
 * once that has taken a second. An fd that holds the lock until it is closed, or a negative
 * errno with the reason logged. */
int lock_take(const char *path);

#endif

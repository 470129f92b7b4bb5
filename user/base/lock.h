/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lock.h - one command at a time.
 */
#ifndef BASE_LOCK_H
#define BASE_LOCK_H

/* Waits for the lock, a file that is made if it is not there, and says so where that takes
 * more than a second: an fd that holds it until it is closed. Errors are said. */
int lock_take(const char *path);

#endif

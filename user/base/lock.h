/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lock.h - locks between processes, so that one command at a time changes a thing. A lock is a
 * file in a directory that other users cannot look into; who holds it writes there who it is,
 * for those who wait. Not thread-safe.
 */
#ifndef BASE_LOCK_H
#define BASE_LOCK_H

#include <stdbool.h>
#include <stdint.h>

#define LOCK_WAIT_NS (30ULL * 1000000000)

/* Sets what this process writes into the locks that it takes, "VERB WORD" with word being NULL
 * or cut short, and how long it waits for each: LOCK_WAIT_NS unless set. */
void lock_introduce(const char *verb, const char *word, uint64_t wait_ns);

/* For a process that has more to do than to wait: from now on lock_take() returns -EAGAIN, silent,
 * for a lock that is held. */
void lock_never_wait(void);

/*
 * Takes the lock that is the file dir/name: both are made if they are missing. While another
 * process holds it, this one waits; it logs so after a second. `what` is what is locked, for
 * messages. An fd that holds the lock until it is closed, or a negative errno with the reason
 * logged: -ETIMEDOUT if the other one took longer than this one waits, and -EPERM if other users
 * could have made or changed the directory.
 */
int lock_take(const char *dir, const char *name, const char *what);

#define LOCK_SAID_SIZE 128

/* Who holds a lock. */
struct lock_holder {
	int pid;                /* 0: it is not known */
	uint64_t since_ns;      /* CLOCK_MONOTONIC */
	char said[LOCK_SAID_SIZE]; /* the last of lock_say(), cut short; or "" */
};

/* Writes a line into the lock that fd holds, in place of the one before, for those who ask who
 * holds it. "": none. Silent, as nothing depends on it. */
void lock_say(int fd, const char *line);

/* Takes a lock of that kind, which its holder never removes, without waiting for that: -EBUSY,
 * silent, with *holder as far as it is known, if another process holds it. */
int lock_try(const char *dir, const char *name, const char *what, struct lock_holder *holder);

/* Whether another process holds such a lock, and it is known which. It is held for a moment, which
 * lock_try() waits for. Silent. */
bool lock_is_held(const char *dir, const char *name, struct lock_holder *holder);

/* Removes the file of a lock that this process holds and will not need again; who waits for it
 * makes another. Silent. */
void lock_remove(const char *dir, const char *name);

#endif

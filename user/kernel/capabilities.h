/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * capabilities.h - what this process may not do.
 */
#ifndef KERNEL_CAPABILITIES_H
#define KERNEL_CAPABILITIES_H

#include <stdbool.h>

#define CAPABILITIES_SIZE 64

/* What a step takes, as bits. */
enum capabilities {
	CAPABILITIES_SYS_ADMIN = 1 << 0,
	CAPABILITIES_NET_ADMIN = 1 << 1,
	CAPABILITIES_BPF = 1 << 2,
	CAPABILITIES_PERFMON = 1 << 3,
	/* What loading programs for the network takes. */
	CAPABILITIES_LOAD = CAPABILITIES_NET_ADMIN | CAPABILITIES_BPF | CAPABILITIES_PERFMON,
};

/* Writes the names of those of `needs` that this process does not have, joined by commas;
 * returns text, or NULL if it lacks none. */
char *capabilities_lacking(unsigned int needs, char text[CAPABILITIES_SIZE]);

/* Logs "MESSAGE: not permitted", which capability of `needs` is missing, or what else may be in
 * the way if none is. Returns err. */
int capabilities_error(int err, unsigned int needs, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Whether this kernel lets processes without capabilities load programs; silent. */
bool capabilities_are_for_all(void);

#ifdef __clang_analyzer__
/* It reads one file at a time, so it must be told here what capabilities_error() returns. */
#define capabilities_error(error, ...) ((capabilities_error)(error, __VA_ARGS__), (error))
#endif

#endif

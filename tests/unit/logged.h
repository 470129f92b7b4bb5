/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * logged.h - what code writes to standard error.
 */
#ifndef TESTS_LOGGED_H
#define TESTS_LOGGED_H

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static char logged[64 << 10];
static FILE *logged_to;
static int logged_kept;

/* Between these two nothing is printed; then `logged` has it. */
static inline void logged_begin(void)
{
	fflush(stderr);
	logged_to = tmpfile();
	logged_kept = dup(STDERR_FILENO);
	dup2(fileno(logged_to), STDERR_FILENO);
}

static inline void logged_end(void)
{
	size_t size;

	fflush(stderr);
	dup2(logged_kept, STDERR_FILENO);
	close(logged_kept);
	rewind(logged_to);
	size = fread(logged, 1, sizeof(logged) - 1, logged_to);
	logged[size] = 0;
	fclose(logged_to);
}

static inline unsigned int logged_lines(void)
{
	unsigned int count = 0;

	for (const char *at = logged; (at = strchr(at, '\n')); at++)
		count++;
	return count;
}

#endif

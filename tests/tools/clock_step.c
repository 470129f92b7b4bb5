// SPDX-License-Identifier: BSD-2-Clause
/*
 * clock_step.c - follows a clock that was set as the agent does, by control/clock_follow.h.
 *
 *	clock_step clock --pin-dir DIR SECONDS	the time of day is so many off
 *	clock_step VERB ...	the same as `ecdn-xdp VERB ...`, for tests that run one program
 *
 * It does not wait for the lock: 2 if another has it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/lock.h"
#include "control/clock_follow.h"

static int64_t step_ns;

/* Goes before that of the C library. */
int clock_gettime(clockid_t clock, struct timespec *now)
{
	int err = syscall(SYS_clock_gettime, clock, now);
	uint64_t ns = now->tv_sec * NS_PER_SECOND + now->tv_nsec + step_ns;

	if (!err && clock == CLOCK_REALTIME)
		*now = (struct timespec){ ns / NS_PER_SECOND, ns % NS_PER_SECOND };
	return err;
}

static int follow(char **words)
{
	const char *pin_dir = NULL;
	int err;

	for (; *words; words++) {
		if (!strcmp(*words, "--pin-dir") && words[1])
			pin_dir = *++words;
		else
			step_ns = (int64_t)(strtod(*words, NULL) * NS_PER_SECOND);
	}
	lock_never_wait();
	err = pin_dir ? clock_follow(pin_dir) : -EINVAL;
	return !err ? 0 : err == -EAGAIN ? 2 : 1;
}

int main(int argc, char **argv)
{
	const char *build = getenv("BUILD");
	char path[4096];

	if (argc > 1 && !strcmp(argv[1], "clock"))
		return follow(argv + 2);
	snprintf(path, sizeof(path), "%s/ecdn-xdp", build ?: "build");
	execv(path, argv);
	return 127;
}

// SPDX-License-Identifier: BSD-2-Clause
#include "base/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>

#include "base/log.h"
#include "base/scoped.h"

/* A second in all; most commands are done sooner, and a wait for these is not logged. */
#define TRIES 20
#define PAUSE_NS 50000000

static bool take_soon(int fd)
{
	const struct timespec pause = { .tv_nsec = PAUSE_NS };

	for (int i = 0; i < TRIES; i++) {
		if (!flock(fd, LOCK_EX | LOCK_NB))
			return true;
		nanosleep(&pause, NULL);
	}
	return false;
}

int lock_take(const char *path)
{
	scoped_fd int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0)
		return log_error(-errno, "cannot open %s: %s%s", path, strerror(errno),
				 errno == EACCES ? "; run as root" : "");
	if (!take_soon(fd)) {
		log_warning("waiting for another ecdn-xdp to finish");
		if (flock(fd, LOCK_EX))
			return log_error(-errno, "cannot lock %s: %s", path, strerror(errno));
	}
	return take_fd(&fd);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scoped.h - variables that release what they own when their block ends.
 *
 *	scoped_fd int fd = open(...);
 *	...
 *	return take_fd(&fd);
 */
#ifndef BASE_SCOPED_H
#define BASE_SCOPED_H

#include <stdlib.h>
#include <unistd.h>

static inline void scoped_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void scoped_free_pointer(void *pointer)
{
	free(*(void **)pointer);
}

/* Takes the fd out of a variable, which then no longer closes it. */
static inline int take_fd(int *fd)
{
	int taken = *fd;

	*fd = -1;
	return taken;
}

#define scoped_fd __attribute__((cleanup(scoped_close)))
#define scoped_free __attribute__((cleanup(scoped_free_pointer)))

#endif

// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/host_lock.h"

#include <unistd.h>

#include "base/lock.h"

/* No pin directory's lock has this name: these end in numbers. */
#define NAME "host"

static int held;
static unsigned int times;

int host_lock_take(void)
{
	if (!times)
		held = lock_take(HOST_LOCK_DIR, NAME, "the interfaces of this host");
	if (held < 0)
		return held;
	times++;
	return 0;
}

void host_lock_drop(void)
{
	if (!--times)
		close(held);
}

// SPDX-License-Identifier: BSD-2-Clause
#include "probe/probe_filter.h"

#include <stdint.h>
#include <sys/syscall.h>

#include "base/syscalls.h"

static const uint32_t allowed[] = {
	SYS_read, SYS_write, SYS_readv, SYS_writev, SYS_close, SYS_fcntl,
	SYS_connect, SYS_recvfrom, SYS_sendto, SYS_recvmsg, SYS_sendmsg, SYS_shutdown,
	SYS_getsockopt, SYS_setsockopt, SYS_ppoll,
#ifdef SYS_poll
	SYS_poll,
#endif
	SYSCALLS_OF_ITSELF,
};

int probe_filter_set(void)
{
	return syscalls_keep(allowed, sizeof(allowed) / sizeof(*allowed));
}

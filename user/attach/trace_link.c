// SPDX-License-Identifier: BSD-2-Clause
#include "attach/trace_link.h"

#include <errno.h>
#include <string.h>

#include <bpf/bpf.h>

#include "base/log.h"
#include "base/scoped.h"
#include "kernel/capabilities.h"

#define ATTACHING (CAPABILITIES_PERFMON | CAPABILITIES_BPF)

int trace_link_attach(const struct pins *pins, const char *pin, int program, const char *without)
{
	char lacks[CAPABILITIES_SIZE], *lack = NULL;
	scoped_fd int fd = -1;

	if (pins_has(pins->next, pin))
		return 0;
	fd = bpf_raw_tracepoint_open(NULL, program);
	if (fd >= 0)
		return pins_put(pins->next, pin, fd);
	if (fd == -EPERM)
		lack = capabilities_lacking(ATTACHING, lacks);
	log_warning("cannot attach %s: %s%s%s, so %s", pin, strerror(-fd),
		    lack ? ", as this process lacks " : "", lack ?: "", without);
	return fd;
}

// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/libbpf_log.h"

#include <bpf/libbpf.h>

#include "base/log.h"

static int pass_on(enum libbpf_print_level of, const char *format, va_list args)
{
	(void)of;
	log_as_is(LOG_DEBUG, format, args);
	return 0;
}

void libbpf_log_adopt(void)
{
	libbpf_set_print(pass_on);
}

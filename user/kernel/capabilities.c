// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/capabilities.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/capability.h>

/* Linux 5.8, which headers may not have. */
#define PERFMON 38
#define BPF 39

static const struct {
	unsigned int number;
	const char *name;
	bool by_sys_admin;      /* CAP_SYS_ADMIN will do, too */
} needed[] = {
	{ CAP_SYS_ADMIN, "CAP_SYS_ADMIN", false },
	{ CAP_NET_ADMIN, "CAP_NET_ADMIN", false },
	{ BPF, "CAP_BPF", true },
	{ PERFMON, "CAP_PERFMON", true },
};

char *capabilities_lacking(char text[CAPABILITIES_SIZE])
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = {};
	bool admin;

	*text = 0;
	if (syscall(SYS_capget, &header, data))
		return NULL;
	admin = data[0].effective & 1U << CAP_SYS_ADMIN;
	for (size_t i = 0; i < sizeof(needed) / sizeof(*needed); i++) {
		unsigned int number = needed[i].number;
		size_t length = strlen(text);

		if (data[number / 32].effective & 1U << number % 32 ||
		    (needed[i].by_sys_admin && admin))
			continue;
		snprintf(text + length, CAPABILITIES_SIZE - length, "%s%s", length ? ", " : "",
			 needed[i].name);
	}
	return *text ? text : NULL;
}

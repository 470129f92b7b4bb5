// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/capabilities.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/capability.h>

#include "base/log.h"

/* Linux 5.8, which headers may not have. */
#define PERFMON 38
#define BPF 39

/* In the order of their bits. */
static const struct {
	unsigned int number;
	const char *name;
	bool by_sys_admin;      /* CAP_SYS_ADMIN will do, too */
} known[] = {
	{ CAP_SYS_ADMIN, "CAP_SYS_ADMIN", false },
	{ CAP_NET_ADMIN, "CAP_NET_ADMIN", false },
	{ BPF, "CAP_BPF", true },
	{ PERFMON, "CAP_PERFMON", true },
};

char *capabilities_lacking(unsigned int needs, char text[CAPABILITIES_SIZE])
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = {};
	bool admin;

	*text = 0;
	if (syscall(SYS_capget, &header, data))
		return NULL;
	admin = data[0].effective & 1U << CAP_SYS_ADMIN;
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		unsigned int number = known[i].number;
		size_t length = strlen(text);

		if (!(needs & 1U << i) || data[number / 32].effective & 1U << number % 32 ||
		    (known[i].by_sys_admin && admin))
			continue;
		snprintf(text + length, CAPABILITIES_SIZE - length, "%s%s", length ? ", " : "",
			 known[i].name);
	}
	return *text ? text : NULL;
}

/* Since Linux 5.4 the kernel may refuse root what could change it; the word in brackets tells
 * how much. */
static bool is_locked_down(void)
{
	char line[128] = "";
	FILE *file = fopen("/sys/kernel/security/lockdown", "re");
	bool found = file && fgets(line, sizeof(line), file);

	if (file)
		fclose(file);
	return found && strchr(line, '[') && !strstr(line, "[none]");
}

int (capabilities_error)(int err, unsigned int needs, const char *format, ...)
{
	char message[512], lacks[CAPABILITIES_SIZE];
	va_list args;

	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	if (capabilities_lacking(needs, lacks))
		return log_error(err, "%s: not permitted, as this process lacks %s; run as root",
				 message, lacks);
	if (is_locked_down())
		return log_error(err, "%s: not permitted by the lockdown of this kernel "
				 "(/sys/kernel/security/lockdown)", message);
	return log_error(err, "%s: not permitted, though this process has the capabilities: a "
			 "security module refuses it, or a container or user namespace is in the "
			 "way", message);
}

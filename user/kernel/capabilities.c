// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/capabilities.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>

#include <linux/capability.h>

#include "base/kernel_file.h"
#include "base/log.h"
#include "base/process.h"

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
	bool admin = process_may(CAP_SYS_ADMIN);

	*text = 0;
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		size_t length = strlen(text);

		if (!(needs & 1U << i) || process_may(known[i].number) ||
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

/* A kernel without that file lets nobody. */
bool capabilities_are_for_all(void)
{
	return !kernel_file_number("/proc/sys/kernel/unprivileged_bpf_disabled", 1);
}

/* Maps counted as locked memory once, and raising its limit takes CAP_SYS_RESOURCE. */
static bool is_memory_limited(void)
{
	unsigned int major, minor;
	struct utsname name;
	struct rlimit limit;

	return !uname(&name) && sscanf(name.release, "%u.%u", &major, &minor) == 2 &&
	       (major < 5 || (major == 5 && minor < 11)) &&
	       !getrlimit(RLIMIT_MEMLOCK, &limit) && limit.rlim_cur != RLIM_INFINITY;
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
	if (is_memory_limited())
		return log_error(err, "%s: not permitted; before Linux 5.11 it takes an unlimited "
				 "RLIMIT_MEMLOCK: `ulimit -l unlimited`, or LimitMEMLOCK=infinity "
				 "of a unit", message);
	if (is_locked_down())
		return log_error(err, "%s: not permitted by the lockdown of this kernel "
				 "(/sys/kernel/security/lockdown)", message);
	return log_error(err, "%s: not permitted, though this process has the capabilities: a "
			 "security module refuses it, or a container or user namespace is in the "
			 "way", message);
}

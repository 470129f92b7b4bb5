// SPDX-License-Identifier: BSD-2-Clause
#include "agent/agent_service.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

#include <systemd/sd-daemon.h>

#include "base/clock.h"

#define STATUS_SIZE 256

void agent_service_watch(sd_event *loop)
{
	sd_event_set_watchdog(loop, true);
}

void agent_service_ready(void)
{
	sd_notify(false, "READY=1");
}

/* The time tells this reload from one before (sd_notify(3)). */
void agent_service_reloading(void)
{
	sd_notifyf(false, "RELOADING=1\nMONOTONIC_USEC=%" PRIu64, clock_monotonic_ns() / 1000);
}

void agent_service_stopping(void)
{
	sd_notify(false, "STOPPING=1");
}

void agent_service_status(const char *format, ...)
{
	char text[STATUS_SIZE];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	sd_notifyf(false, "STATUS=%s", text);
}

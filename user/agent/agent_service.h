/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * agent_service.h - what the agent tells systemd, or whatever has started it with NOTIFY_SOCKET.
 * All is silent: who does not listen misses nothing that matters.
 */
#ifndef AGENT_AGENT_SERVICE_H
#define AGENT_AGENT_SERVICE_H

#include <systemd/sd-event.h>

/* Has the loop answer the watchdog, if there is one. */
void agent_service_watch(sd_event *loop);

/* All tasks run, or go on after a reload. */
void agent_service_ready(void);
void agent_service_reloading(void);
void agent_service_stopping(void);

/* One line for `systemctl status`. */
void agent_service_status(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif

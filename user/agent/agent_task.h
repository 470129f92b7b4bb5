/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * agent_task.h - the daemon: a loop of sd-event, and tasks that hang their sources on it. The
 * packet path does not depend on it: whenever it dies, nothing is left unguarded.
 */
#ifndef AGENT_AGENT_TASK_H
#define AGENT_AGENT_TASK_H

#include <stdbool.h>
#include <stdint.h>

#include <systemd/sd-event.h>

#include "agent/agent_counters.h"
#include "config/config.h"
#include "show/event_lines.h"
#include "view/view_regions.h"

#define AGENT_TASKS_MAX 16

struct agent {
	sd_event *loop;
	int lock;               /* kernel/agent_lock.h */
	char *pin_dir;
	bool keeps_pin_dir;     /* it was given, whatever the file says */
	const char *path;       /* of the configuration; NULL: there is none */
	const char *listen;     /* goes before the file's; NULL: not given */
	struct config config;   /* the file that is in force, as it was read */
	const struct agent_settings *settings; /* in force */
	void *state[AGENT_TASKS_MAX]; /* of each task */
	struct agent_counters counters;
	const struct view_regions *last; /* the read of the last second; NULL: there was no guard
				   that could be read */
	bool stopping;
};

/* The read of a second; it lives as long as the call that has it. */
struct agent_second {
	const struct view_regions *now; /* compared with the second before */
	uint64_t epoch_s;       /* the time of day of the read, in seconds */
};

/*
 * A task. Steps that it does not need are NULL; the others return 0 or a negative errno, logged.
 * No step may wait for anything but the kernel's answer to a system call. All signals that the
 * agent takes are blocked, so a process that a task starts gets an empty mask first. A lock of
 * pins that is held is -EAGAIN, silent (agent_job.h).
 */
struct agent_task {
	const char *name;

	/* Begins, with *state as its own, which stop() gets. An error ends the agent. */
	int (*start)(struct agent *agent, void **state);

	/* What can be told of new settings before any task has taken them; after an error all
	 * tasks go on with those that they have. */
	int (*check)(const struct agent *agent, void *state, const struct agent_settings *next);

	/* The settings that it was last asked about are not taken: it or another task has
	 * refused them. */
	void (*refuse)(void *state);

	/* agent->settings are others now, and the texts of those before go once all tasks have
	 * followed. */
	int (*reload)(struct agent *agent, void *state);

	/* Once a second, while the guard is loaded. */
	void (*second)(struct agent *agent, void *state, const struct agent_second *second);

	/* For each event, in their order. */
	void (*event)(struct agent *agent, void *state, const struct event_lines_item *event);

	void (*stop)(struct agent *agent, void *state);
};

/* All of them, in the order of their start, ended by NULL. (agent_tasks.c) */
extern const struct agent_task *const agent_tasks[];

/* Has each task told of an event. */
void agent_tasks_tell(struct agent *agent, const struct event_lines_item *event);

#endif

// SPDX-License-Identifier: BSD-2-Clause
#include "agent/agent_settings_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "kernel/pins.h"

static const char *pin_dir_of(const struct config *config)
{
	return config->pin_dir ?: ECDN_XDP_PIN_DIR;
}

static int read_file(const struct agent *agent, struct config *config)
{
	struct agent_settings *settings = &config->agent;
	int err = 0;

	if (agent->path)
		err = config_read(config, agent->path);
	else
		config_init(config);
	if (!err && agent->listen)
		settings->metrics.listen = strcmp(agent->listen, "off") ? agent->listen : NULL;
	return err;
}

static void note_reloaded(struct agent *agent)
{
	agent->counters.reload_failed = false;
	if (agent->path)
		agent->counters.reload_epoch_s = clock_ns(CLOCK_REALTIME) / NS_PER_SECOND;
}

int agent_settings_file_open(struct agent *agent, const char *given_pin_dir)
{
	int err = read_file(agent, &agent->config);
	struct pins pins;

	if (err)
		return err;
	agent->settings = &agent->config.agent;
	agent->keeps_pin_dir = given_pin_dir;
	agent->pin_dir = strdup(given_pin_dir ?: pin_dir_of(&agent->config));
	if (!agent->pin_dir)
		return log_error(-ENOMEM, "out of memory");
	err = pins_init(&pins, agent->pin_dir);
	if (!err)
		note_reloaded(agent);
	return err;
}

/* All that the agent holds belongs to one pin directory. */
static int check_pin_dir(const struct agent *agent, const struct config *next)
{
	if (agent->keeps_pin_dir || !strcmp(pin_dir_of(next), agent->pin_dir))
		return 0;
	return log_error(-EINVAL, "%s: pin_dir is %s now, and the agent works for %s until it is "
			 "started again", agent->path, pin_dir_of(next), agent->pin_dir);
}

static int check_tasks(const struct agent *agent, const struct agent_settings *next)
{
	int err = 0;

	for (unsigned int i = 0; agent_tasks[i] && !err; i++)
		if (agent_tasks[i]->check)
			err = agent_tasks[i]->check(agent, agent->state[i], next);
	for (unsigned int i = 0; agent_tasks[i] && err; i++)
		if (agent_tasks[i]->refuse)
			agent_tasks[i]->refuse(agent->state[i]);
	return err;
}

/* What one task cannot follow keeps no other one from it. */
static int follow(struct agent *agent)
{
	int err = 0;

	for (unsigned int i = 0; agent_tasks[i]; i++)
		if (agent_tasks[i]->reload)
			err = agent_tasks[i]->reload(agent, agent->state[i]) ?: err;
	return err;
}

static int read_next(const struct agent *agent, struct config *next)
{
	int err = read_file(agent, next);

	if (err)
		return err;
	err = check_pin_dir(agent, next);
	err = err ?: check_tasks(agent, &next->agent);
	if (err)
		config_free(next);
	return err;
}

int agent_settings_file_reload(struct agent *agent)
{
	struct config old = agent->config, next;
	int err = read_next(agent, &next);

	agent->counters.reload_failed = true;
	if (err)
		return log_error(err, "%s: nothing of it was taken over; the agent goes on with "
				 "what it read before", agent->path);
	agent->config = next;
	err = follow(agent);
	if (!err)
		note_reloaded(agent);
	config_free(&old);
	return err;
}

void agent_settings_file_close(struct agent *agent)
{
	if (agent->settings)
		config_free(&agent->config);
	agent->settings = NULL;
	free(agent->pin_dir);
	agent->pin_dir = NULL;
}

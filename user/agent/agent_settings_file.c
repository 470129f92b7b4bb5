// SPDX-License-Identifier: BSD-2-Clause
#include "agent/agent_settings_file.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "base/log.h"

static int read_file(const struct agent *agent, struct config *config)
{
	struct agent_settings *settings = &config->agent;

	if (!agent->path)
		config_init(config);
	else if (config_read(config, agent->path))
		return log_error(-EINVAL, "the agent follows what it has read before, if it has");
	if (agent->listen)
		settings->metrics.listen = strcmp(agent->listen, "off") ? agent->listen : NULL;
	return 0;
}

int agent_settings_file_open(struct agent *agent)
{
	int err = read_file(agent, &agent->config);

	if (err)
		return err;
	agent->settings = &agent->config.agent;
	if (agent->path)
		agent->counters.reload_epoch_s = time(NULL);
	return 0;
}

static int check(const struct agent *agent, const struct agent_settings *next)
{
	int err = 0;

	for (unsigned int i = 0; agent_tasks[i] && !err; i++)
		if (agent_tasks[i]->check)
			err = agent_tasks[i]->check(agent, agent->state[i], next);
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

static int reload(struct agent *agent)
{
	struct config old = agent->config, next;
	int err = read_file(agent, &next);

	if (err)
		return err;
	err = check(agent, &next.agent);
	if (err) {
		config_free(&next);
		return err;
	}
	agent->config = next;
	err = follow(agent);
	config_free(&old);
	return err;
}

int agent_settings_file_reload(struct agent *agent)
{
	int err = reload(agent);

	agent->counters.reload_failed = err;
	if (!err && agent->path)
		agent->counters.reload_epoch_s = time(NULL);
	return err;
}

void agent_settings_file_close(struct agent *agent)
{
	if (agent->settings)
		config_free(&agent->config);
	agent->settings = NULL;
}

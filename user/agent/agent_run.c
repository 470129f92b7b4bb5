// SPDX-License-Identifier: BSD-2-Clause
#include "agent/agent_run.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

#include "agent/agent_metrics_where.h"
#include "agent/agent_service.h"
#include "agent/agent_settings_file.h"
#include "agent/agent_task.h"
#include "base/log.h"
#include "base/scoped.h"
#include "base/words.h"
#include "kernel/agent_lock.h"

static int on_end(sd_event_source *source, const struct signalfd_siginfo *info, void *context)
{
	struct agent *agent = context;

	(void)source;
	(void)info;
	agent->stopping = true;
	return sd_event_exit(agent->loop, 0);
}

static int on_hangup(sd_event_source *source, const struct signalfd_siginfo *info, void *context)
{
	struct agent *agent = context;

	(void)source;
	(void)info;
	agent_service_reloading();
	if (!agent->path)
		log_note("there is no configuration to read again: --config FILE names one");
	else if (!agent_settings_file_reload(agent))
		log_note("%s was read again", agent->path);
	agent_service_ready();
	return 0;
}

/* sd-event takes signals that are blocked; those that come before its loop wait for it. */
static int block_signals(void)
{
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGHUP);
	sigaddset(&signals, SIGCHLD);
	sigaddset(&signals, SIGPIPE);
	if (sigprocmask(SIG_BLOCK, &signals, NULL))
		return log_error(-errno, "cannot block signals: %s", strerror(errno));
	return 0;
}

static int take_signals(struct agent *agent)
{
	int err = sd_event_add_signal(agent->loop, NULL, SIGTERM, on_end, agent);

	err = err < 0 ? err : sd_event_add_signal(agent->loop, NULL, SIGINT, on_end, agent);
	err = err < 0 ? err : sd_event_add_signal(agent->loop, NULL, SIGHUP, on_hangup, agent);
	return err < 0 ? log_error(err, "cannot wait for signals: %s", strerror(-err)) : 0;
}

static int open_loop(struct agent *agent)
{
	int err = sd_event_default(&agent->loop);

	if (err < 0)
		return log_error(err, "cannot make an event loop: %s", strerror(-err));
	agent_service_watch(agent->loop);
	return take_signals(agent);
}

static int start_tasks(struct agent *agent, unsigned int *started)
{
	int err = 0;

	for (*started = 0; agent_tasks[*started] && !err; ++*started)
		if (agent_tasks[*started]->start)
			err = agent_tasks[*started]->start(agent, &agent->state[*started]);
	return err;
}

/* One whose start has failed is stopped, too, if it has a state. */
static void stop_tasks(struct agent *agent, unsigned int started)
{
	while (started--)
		if (agent_tasks[started]->stop && agent->state[started])
			agent_tasks[started]->stop(agent, agent->state[started]);
}

static int loop(struct agent *agent)
{
	unsigned int started;
	int err = start_tasks(agent, &started);

	if (!err) {
		agent_service_ready();
		err = sd_event_loop(agent->loop);
		if (err < 0)
			log_error(err, "the event loop failed: %s", strerror(-err));
	}
	agent->stopping = true;
	agent_service_stopping();
	stop_tasks(agent, started);
	return err;
}

/* A place that cannot be read is a wrong word here, and a fault of the file there. */
static int check_words(const struct agent_run_request *request)
{
	struct agent_metrics_where where;

	if (!request->listen || !strcmp(request->listen, "off"))
		return 0;
	return agent_metrics_where_read(&where, request->listen) ? WORDS_WRONG : 0;
}

int agent_run(const struct agent_run_request *request)
{
	struct agent agent = { .path = request->config, .listen = request->listen };
	int err = check_words(request) ?: block_signals();
	scoped_fd int lock = -1;

	err = err ?: agent_settings_file_open(&agent, request->pin_dir);
	lock = err ?: agent_lock_take(agent.pin_dir);
	err = lock < 0 ? lock : 0;
	agent.lock = lock;
	lock_never_wait();
	err = err ?: open_loop(&agent);
	err = err ?: loop(&agent);
	sd_event_unref(agent.loop);
	agent_settings_file_close(&agent);
	return err;
}

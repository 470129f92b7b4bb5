// SPDX-License-Identifier: BSD-2-Clause
#include "agent/agent_hook.h"

#include <errno.h>
#include <limits.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/capability.h>

#include "agent/agent_hook_child.h"
#include "agent/agent_hook_file.h"
#include "agent/agent_hook_queue.h"
#include "agent/agent_hook_text.h"
#include "agent/agent_report.h"
#include "base/log.h"
#include "base/process.h"
#include "base/scoped.h"

struct hook {
	struct agent *agent;
	struct agent_hook_queue queue;
	struct hook_run {
		struct hook *hook;
		pid_t pid;              /* 0: this one is free */
		uint32_t key;
		uint64_t began_ns;
		bool is_late;           /* it has been told to end */
		sd_event_source *child, *timer;
	} runs[AGENT_HOOK_QUEUE_RUNS];
	gid_t group;            /* of settings->hook.user */
	bool failing;           /* since the last run: it was told */
	char host[HOST_NAME_MAX + 1];
};

/* --- settings */

/* Which word keeps them all from being run, and why; NULL: none does. What a word names, an
 * interpreter runs as the hook. */
static const char *bad_word(const struct agent_words *argv, int *err,
			    char why[AGENT_HOOK_FILE_SIZE])
{
	for (unsigned int i = 0; i < argv->count; i++) {
		const char *word = argv->word[i];

		*err = i && *word != '/' ? 0 : agent_hook_file_check(word, why);
		if (*err && (!i || (*err != -ENOENT && *err != -EINVAL && *err != -ENOTDIR)))
			return word;
	}
	*err = 0;
	return NULL;
}

static int check_words(const struct agent_words *argv)
{
	char why[AGENT_HOOK_FILE_SIZE];
	int err;
	const char *word = bad_word(argv, &err, why);

	if (err)
		return log_error(err, "hook %s: not run: %s", word, why);
	if (access(argv->word[0], X_OK))
		return log_error(-errno, "hook %s: not run: %s", argv->word[0], strerror(errno));
	return 0;
}

static int check_user(uid_t user)
{
	if (user == (uid_t)-1)
		return 0;
	if (!process_may(CAP_SETUID) || !process_may(CAP_SETGID) || !process_may(CAP_KILL))
		return log_error(-EPERM, "hook_user: becoming user %u takes CAP_SETUID and "
				 "CAP_SETGID, and ending what hangs as that user CAP_KILL; the "
				 "agent does not have them all", user);
	return getpwuid(user) ? 0 : log_error(-ENOENT, "hook_user: there is no user %u", user);
}

/* Who can write there what is run could become root. */
static int check_source(const char *path)
{
	char why[AGENT_HOOK_FILE_SIZE];
	int err = path ? agent_hook_file_check_settings(path, why) : 0;

	return err ? log_error(err, "hook: not run, as others than root could change %s, which "
			       "names it: %s", path, why) : 0;
}

static int check_settings(const struct agent *agent, const struct agent_settings *settings)
{
	int err;

	if (!settings->hook.argv.count)
		return 0;
	err = check_source(agent->path);
	err = err ?: check_words(&settings->hook.argv);
	return err ?: check_user(settings->hook.user);
}

static int check(const struct agent *agent, void *state, const struct agent_settings *next)
{
	(void)state;
	return check_settings(agent, next);
}

static void skip(struct hook *hook, unsigned int count)
{
	hook->agent->counters.hook[AGENT_COUNTERS_HOOK_SKIPPED] += count;
}

static void take_settings(struct hook *hook)
{
	const struct agent_settings *settings = hook->agent->settings;
	const struct passwd *user = settings->hook.user == (uid_t)-1 ? NULL :
				    getpwuid(settings->hook.user);

	hook->group = user ? user->pw_gid : (gid_t)-1;
	hook->failing = false;
	if (!settings->hook.argv.count)
		skip(hook, agent_hook_queue_drop(&hook->queue));
}

static int reload(struct agent *agent, void *state)
{
	(void)agent;
	take_settings(state);
	return 0;
}

/* --- runs */

static const char *name_of(const struct hook *hook)
{
	return hook->agent->settings->hook.argv.word[0] ?: "that was";
}

/* how: NULL if a run was good. */
static void tell(struct hook *hook, const char *how, int number)
{
	if (how && !hook->failing)
		log_warning("hook %s: it %s %d; it is run for other events all the same, and more "
			    "is said when it succeeds", name_of(hook), how, number);
	if (!how && hook->failing)
		log_note("hook %s: it succeeds again", name_of(hook));
	hook->failing = how;
}

static void release(struct hook_run *run)
{
	run->child = sd_event_source_disable_unref(run->child);
	run->timer = sd_event_source_disable_unref(run->timer);
	if (run->pid)
		agent_hook_queue_done(&run->hook->queue, run->key);
	run->pid = 0;
}

static void judge(const struct hook_run *run, const siginfo_t *end)
{
	enum agent_counters_hook result = AGENT_COUNTERS_HOOK_OK;
	struct hook *hook = run->hook;

	if (run->is_late) {
		result = AGENT_COUNTERS_HOOK_TIMEOUT;
		tell(hook, "was ended, as its time was over, by signal",
		     end->si_code == CLD_EXITED ? SIGTERM : end->si_status);
	} else if (end->si_code != CLD_EXITED || end->si_status) {
		result = AGENT_COUNTERS_HOOK_FAILED;
		tell(hook, end->si_code == CLD_EXITED ? "ended with status" : "was ended by signal",
		     end->si_status);
	} else {
		tell(hook, NULL, 0);
	}
	agent_counters_ran(&hook->agent->counters, result, clock_monotonic_ns() - run->began_ns);
}

static void run_next(struct hook *hook);

/* It is reaped after this, so nobody else has the number of its group. */
static int on_end(sd_event_source *source, const siginfo_t *end, void *context)
{
	struct hook_run *run = context;

	(void)source;
	agent_hook_child_signal(run->pid, SIGKILL);
	judge(run, end);
	release(run);
	run_next(run->hook);
	return 0;
}

static int on_time(sd_event_source *timer, uint64_t due_us, void *context)
{
	struct hook_run *run = context;
	uint64_t next_ns;
	int number = agent_hook_queue_signal(run->began_ns,
					     run->hook->agent->settings->hook.limit_ns,
					     clock_monotonic_ns(), &next_ns);
	int err;

	(void)due_us;
	if (number) {
		run->is_late = true;
		agent_hook_child_signal(run->pid, number);
	}
	err = sd_event_source_set_time(timer, next_ns / 1000 + 1);
	return err < 0 ? err : sd_event_source_set_enabled(timer, SD_EVENT_ONESHOT);
}

static int watch(struct hook_run *run)
{
	sd_event *loop = run->hook->agent->loop;
	uint64_t end_us = (run->began_ns + run->hook->agent->settings->hook.limit_ns) / 1000 + 1;
	int err = sd_event_add_child(loop, &run->child, run->pid, WEXITED, on_end, run);

	return err < 0 ? err : sd_event_add_time(loop, &run->timer, CLOCK_MONOTONIC, end_us, 10000,
						 on_time, run);
}

static int start_child(struct hook_run *run, const char *text)
{
	const struct agent_settings *settings = run->hook->agent->settings;
	const struct agent_hook_child child = {
		.argv = settings->hook.argv.word,
		.user = settings->hook.user,
		.group = run->hook->group,
		.journal = agent_report_is_journal(run->hook->agent),
	};
	pid_t pid = agent_hook_child_start(&child, text, strlen(text));
	int err;

	if (pid < 0)
		return pid;
	run->pid = pid;
	run->began_ns = clock_monotonic_ns();
	run->is_late = false;
	err = watch(run);
	if (err < 0) {
		agent_hook_child_signal(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
	return err < 0 ? err : 0;
}

/* Files may have changed since the last run. */
static int begin(struct hook_run *run, const char *text)
{
	char why[AGENT_HOOK_FILE_SIZE];
	int err;
	const char *word = bad_word(&run->hook->agent->settings->hook.argv, &err, why);

	if (!word) {
		err = start_child(run, text);
		snprintf(why, sizeof(why), "%s", strerror(-err));
	}
	if (err && !run->hook->failing)
		log_warning("hook %s: not run: %s", word ?: name_of(run->hook), why);
	run->hook->failing |= err != 0;
	return err;
}

static struct hook_run *free_run(struct hook *hook)
{
	struct hook_run *run = hook->runs;

	while (run->pid)
		run++;
	return run;
}

static void run_next(struct hook *hook)
{
	uint32_t key;
	char *text;

	while ((text = agent_hook_queue_take(&hook->queue, &key))) {
		struct hook_run *run = free_run(hook);

		run->key = key;
		if (begin(run, text)) {
			hook->agent->counters.hook[AGENT_COUNTERS_HOOK_NOT_STARTED]++;
			run->pid = run->pid ?: -1;
			release(run);
		}
		free(text);
	}
}

/* --- the task */

static uint32_t key_of(const struct event_lines_item *item)
{
	return item->event ? agent_hook_queue_key(item->event->change.region) : 0;
}

static void event(struct agent *agent, void *state, const struct event_lines_item *item)
{
	struct hook *hook = state;
	bool skipped = false;
	char *text;

	if (!agent->settings->hook.argv.count || event_lines_kind(item) == EVENT_LINES_COMMAND)
		return;
	text = agent_hook_text(item, hook->host);
	if (!text || agent_hook_queue_put(&hook->queue, key_of(item), text, &skipped)) {
		log_warning("out of memory: the hook is not run for an event");
		skipped = true;
	}
	skip(hook, skipped);
	run_next(hook);
}

static int start(struct agent *agent, void **state)
{
	struct hook *hook = calloc(1, sizeof(*hook));
	int err;

	if (!hook)
		return log_error(-ENOMEM, "out of memory");
	*state = hook;
	hook->agent = agent;
	for (unsigned int i = 0; i < AGENT_HOOK_QUEUE_RUNS; i++)
		hook->runs[i].hook = hook;
	gethostname(hook->host, sizeof(hook->host) - 1);
	err = check_settings(agent, agent->settings);
	if (!err)
		take_settings(hook);
	return err;
}

/* Nobody is left who would end them. */
static void stop(struct agent *agent, void *state)
{
	struct hook *hook = state;

	(void)agent;
	for (unsigned int i = 0; i < AGENT_HOOK_QUEUE_RUNS; i++) {
		if (hook->runs[i].pid)
			agent_hook_child_signal(hook->runs[i].pid, SIGKILL);
		release(&hook->runs[i]);
	}
	agent_hook_queue_free(&hook->queue);
	free(hook);
}

const struct agent_task agent_hook_task = {
	.name = "hook", .start = start, .check = check, .reload = reload, .event = event,
	.stop = stop,
};

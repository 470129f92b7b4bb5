// SPDX-License-Identifier: BSD-2-Clause
#include "agent/agent_files.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/agent_job.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/scoped.h"

/* A file that somebody writes in several steps is read once, when nothing has come for so long. */
#define QUIET_US 1000000

/* Of a command that reads a file; what takes longer is ended, and the table stays. */
#define LIMIT_US 300000000ULL

/* A file is written and closed, or another one is renamed to its name: a file under a name of its
 * own, as of a download that goes on, is none of the configuration's. */
#define EVENTS (IN_CLOSE_WRITE | IN_MOVED_TO)

#define DIRECTORIES_MAX (ECDN_XDP_TABLE_SOURCES + 1)

enum kind {
	KIND_REGIONS,
	KIND_NODES,
	KINDS,
};

struct directories {
	sd_event_source *at[DIRECTORIES_MAX];
	unsigned int count;
};

struct files {
	struct agent *agent;
	struct directories watched;
	struct agent_job job;
	uint64_t changed_us[KINDS]; /* when the last change came; 0: there is nothing to do */
	enum kind runs;         /* what the child loads */
	sd_event_source *child, *limit; /* NULL: there is none */
	pid_t pid;
};

static const char *const kind_names[] = { "region files", "node files" };

static void end_child(struct files *files)
{
	files->child = sd_event_source_disable_unref(files->child);
	files->limit = sd_event_source_disable_unref(files->limit);
}

static int on_exit_of(sd_event_source *source, const siginfo_t *info, void *context)
{
	struct files *files = context;

	(void)source;
	if (info->si_code != CLD_EXITED || info->si_status)
		log_warning("%s changed, and could not be taken over: what was loaded before stays",
			    kind_names[files->runs]);
	else
		log_note("%s changed, and were loaded again", kind_names[files->runs]);
	end_child(files);
	agent_job_want(&files->job, 0);
	return 0;
}

static int on_limit(sd_event_source *source, uint64_t due_us, void *context)
{
	struct files *files = context;

	(void)source;
	(void)due_us;
	log_warning("%s take more than %llu s to load: that is ended", kind_names[files->runs],
		    LIMIT_US / 1000000);
	kill(files->pid, SIGKILL);
	return 0;
}

/* It logs to where the agent does, and has nothing to print. */
static int spawn(struct files *files, char *const *words)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none;
	int err;

	sigemptyset(&none);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
	err = posix_spawn(&files->pid, "/proc/self/exe", &actions, &attributes, words, environ);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	return -err;
}

static int watch_child(struct files *files)
{
	sd_event *loop = files->agent->loop;
	int err = sd_event_add_child(loop, &files->child, files->pid, WEXITED, on_exit_of, files);

	err = err < 0 ? err : sd_event_add_time(loop, &files->limit, CLOCK_MONOTONIC,
						clock_monotonic_ns() / 1000 + LIMIT_US, 0, on_limit,
						files);
	if (err >= 0)
		return 0;
	kill(files->pid, SIGKILL);
	waitpid(files->pid, NULL, 0);
	end_child(files);
	return err;
}

/* A process of its own reads the file, which may be large, and waits for the lock: the loop goes
 * on. It is what an operator would run, so that a table which shrinks too much is refused. */
static void load(struct files *files, enum kind kind)
{
	char *pin_dir = (char *)files->agent->pin_dir, *nodes = (char *)files->agent->config.nodes;
	char *const regions[] = { "ecdn-xdp", "region", "reload", "--pin-dir", pin_dir, NULL };
	char *const list[] = { "ecdn-xdp", "node", "load", nodes, "--pin-dir", pin_dir, NULL };
	int err;

	files->changed_us[kind] = 0;
	if (kind == KIND_NODES ? !nodes : !files->agent->config.request.guard.sources.count)
		return;
	files->runs = kind;
	err = spawn(files, kind == KIND_NODES ? list : regions);
	err = err ?: watch_child(files);
	if (err)
		log_warning("%s changed, and cannot be loaded again: %s", kind_names[kind],
			    strerror(-err));
}

static int run(void *context)
{
	uint64_t now_us = clock_monotonic_ns() / 1000;
	struct files *files = context;

	for (int kind = 0; kind < KINDS && !files->child; kind++) {
		uint64_t due_us = files->changed_us[kind] + QUIET_US;

		if (!files->changed_us[kind])
			continue;
		if (now_us < due_us)
			agent_job_want(&files->job, due_us - now_us);
		else
			load(files, kind);
	}
	return 0;
}

static void changed(struct files *files, enum kind kind)
{
	files->changed_us[kind] = clock_monotonic_ns() / 1000;
	agent_job_want(&files->job, QUIET_US);
}

static bool is_name_of(const char *path, const char *name)
{
	const char *slash = strrchr(path, '/');

	return !strcmp(slash ? slash + 1 : path, name);
}

/* What is lost is looked for in all files. */
static int on_event(sd_event_source *source, const struct inotify_event *event, void *context)
{
	struct files *files = context;
	const struct config *config = &files->agent->config;
	const struct region_sources *sources = &config->request.guard.sources;
	bool all = event->mask & IN_Q_OVERFLOW;

	(void)source;
	for (unsigned int i = 0; i < sources->count; i++)
		if (all || (event->len && is_name_of(sources->file[i], event->name)))
			changed(files, KIND_REGIONS);
	if (config->nodes && (all || (event->len && is_name_of(config->nodes, event->name))))
		changed(files, KIND_NODES);
	return 0;
}

static int watch(struct files *files, const char *path)
{
	struct directories *watched = &files->watched;
	scoped_free char *copy = strdup(path);
	const char *dir = copy ? dirname(copy) : NULL;
	int err = -ENOMEM;

	if (dir)
		err = sd_event_add_inotify(files->agent->loop, &watched->at[watched->count], dir,
					   EVENTS, on_event, files);
	if (err < 0)
		return log_error(err, "cannot watch the directory of %s: %s", path, strerror(-err));
	watched->count++;
	return 0;
}

static void forget(struct directories *watched)
{
	while (watched->count)
		sd_event_source_disable_unref(watched->at[--watched->count]);
}

static int watch_all(struct files *files)
{
	const struct agent *agent = files->agent;
	const struct region_sources *sources = &agent->config.request.guard.sources;
	int err = 0;

	for (unsigned int i = 0; i < sources->count; i++)
		err = watch(files, sources->file[i]) ?: err;
	if (agent->config.nodes)
		err = watch(files, agent->config.nodes) ?: err;
	return err;
}

/* What cannot be watched keeps the agent from nothing else. What changed just before is not
 * forgotten, and the old watches go last, so that nothing changes between them and the new ones. */
static int reload(struct agent *agent, void *state)
{
	struct files *files = state;
	struct directories old = files->watched;
	int err = 0;

	files->watched.count = 0;
	if (agent->settings->watch.files)
		err = watch_all(files);
	else
		memset(files->changed_us, 0, sizeof(files->changed_us));
	forget(&old);
	return err;
}

static int start(struct agent *agent, void **state)
{
	struct files *files = calloc(1, sizeof(*files));
	int err;

	if (!files)
		return log_error(-ENOMEM, "out of memory");
	*state = files;
	files->agent = agent;
	err = agent_job_open(&files->job, agent, run, files);
	if (!err)
		reload(agent, files);
	return err;
}

static void stop(struct agent *agent, void *state)
{
	struct files *files = state;

	(void)agent;
	agent_job_close(&files->job);
	end_child(files);
	forget(&files->watched);
	free(files);
}

const struct agent_task agent_files_task = {
	.name = "files", .start = start, .reload = reload, .stop = stop,
};

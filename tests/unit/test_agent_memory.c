// SPDX-License-Identifier: BSD-2-Clause
/*
 * The agent's tasks are told of AGENT_EVENTS made-up events, and hold no more memory after them than
 * they did after the first of these; nor more files.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/agent_task.h"
#include "base/clock.h"

#define EVENTS 30000            /* unless AGENT_EVENTS says how many */
#define REGIONS 250
#define ROUND 64                /* events that come together */

/* Pages of the C library's arenas, and what the first rounds fill. */
#define GROWTH_KB 512

static struct agent agent;
static char dir[] = "/tmp/test_agent.XXXXXX";
static int kept;                /* standard output */

static unsigned long resident_kb(void)
{
	FILE *file = fopen("/proc/self/statm", "r");
	unsigned long pages = 0;

	assert_int_equal(fscanf(file, "%*u %lu", &pages), 1);
	fclose(file);
	return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

static unsigned int open_files(void)
{
	DIR *at = opendir("/proc/self/fd");
	unsigned int count = 0;

	while (readdir(at))
		count++;
	closedir(at);
	return count;
}

/* A change of a region's state; each sixteenth is a command's entry. */
static void make_event(struct view_event *event, uint64_t number)
{
	uint64_t now_ns = clock_monotonic_ns();

	*event = (struct view_event){ .time_ns = now_ns };
	if (number % 16 == 15) {
		event->is_verb = true;
		event->verb = (struct ecdn_xdp_verb){ .number = number, .time_ns = now_ns };
		strcpy(event->verb.user, "root");
		strcpy(event->verb.words, "limit set ALPHA --pps 5k");
		return;
	}
	event->change = (struct ecdn_xdp_change){
		.number = number, .time_ns = now_ns, .last_ns = now_ns, .rate = number,
		.limit = 1000, .region = number % REGIONS, .count = 1,
		.from = number / REGIONS % 3, .to = (number / REGIONS + 1) % 3, .measure = 1,
		.family = number % 2 ? 4 : 6,
	};
}

static void tell(uint64_t number)
{
	struct clock_moment moment = clock_now();
	struct view_event event;
	char name[16];
	const struct event_lines_item item = {
		.event = &event, .region = name, .moment = &moment,
	};

	make_event(&event, number);
	snprintf(name, sizeof(name), "R%llu", (unsigned long long)number % REGIONS);
	agent_tasks_tell(&agent, &item);
}

static void tell_many(uint64_t from, uint64_t until)
{
	for (uint64_t number = from; number < until; number++) {
		tell(number);
		if (number % ROUND == 0)
			while (sd_event_run(agent.loop, 0) > 0)
				;
	}
}

static void flat(void **state)
{
	const char *text = getenv("AGENT_EVENTS");
	uint64_t events = text ? strtoull(text, NULL, 10) : EVENTS;
	unsigned long first, last;
	unsigned int files;

	(void)state;
	tell_many(1, events / 10);
	first = resident_kb();
	files = open_files();
	tell_many(events / 10, events);
	last = resident_kb();
	print_error("%llu events: %lu KB after a tenth of them, %lu KB after all\n",
		    (unsigned long long)events, first, last);
	assert_true(last < first + GROWTH_KB);
	assert_true(open_files() < files + 32);
}

static void block_signals(void)
{
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGCHLD);
	sigaddset(&signals, SIGPIPE);
	sigprocmask(SIG_BLOCK, &signals, NULL);
}

static int start(void **state)
{
	static char pin_dir[] = "/sys/fs/bpf/test-agent-none";
	static char learned[64];
	int null = open("/dev/null", O_WRONLY);

	(void)state;
	if (!mkdtemp(dir) || null < 0)
		return -1;
	fflush(stdout);
	kept = dup(STDOUT_FILENO);
	dup2(null, STDOUT_FILENO);
	close(null);
	block_signals();
	config_init(&agent.config);
	agent.pin_dir = pin_dir;
	agent.config.agent.metrics.listen = NULL;
	agent.config.agent.report = AGENT_REPORT_PLAIN;
	agent.config.agent.hook.argv = (struct agent_words){ { "/bin/true", NULL }, 1 };
	snprintf(learned, sizeof(learned), "%s/learned", dir);
	agent.config.agent.learn.state = learned;
	agent.settings = &agent.config.agent;
	if (sd_event_new(&agent.loop) < 0)
		return -1;
	for (unsigned int i = 0; agent_tasks[i]; i++)
		if (agent_tasks[i]->start && agent_tasks[i]->start(&agent, &agent.state[i]))
			return -1;
	return 0;
}

static int stop(void **state)
{
	(void)state;
	for (unsigned int i = 0; agent_tasks[i]; i++)
		if (agent_tasks[i]->stop && agent.state[i])
			agent_tasks[i]->stop(&agent, agent.state[i]);
	sd_event_unref(agent.loop);
	config_free(&agent.config);
	fflush(stdout);
	dup2(kept, STDOUT_FILENO);
	close(kept);
	unlink(agent.config.agent.learn.state);
	return rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(flat, start, stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

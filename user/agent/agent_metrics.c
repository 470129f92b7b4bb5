// SPDX-License-Identifier: BSD-2-Clause
#include "agent/agent_metrics.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agent/agent_metrics_child.h"
#include "agent/agent_metrics_page.h"
#include "agent/agent_metrics_socket.h"
#include "base/lock.h"
#include "base/log.h"

#define AGAIN_US 1000000ULL

struct serving {
	struct agent *agent;
	struct agent_metrics_page page;
	struct agent_metrics_child child;
	struct agent_metrics_socket socket, next; /* in use; for settings that were checked */
	char *listen;           /* where `socket` is, as it was written; NULL: nowhere */
	char *wanted;           /* where it would be, but somebody is; NULL: it is as wanted */
	sd_event_source *again;
};

static int get_page(void *context, uint64_t *size)
{
	struct serving *serving = context;

	return agent_metrics_page_get(&serving->page, size);
}

static bool same(const char *one, const char *other)
{
	return one && other ? !strcmp(one, other) : one == other;
}

static void warn_of_any(const struct agent_metrics_where *where, const char *text)
{
	if (where->is_any)
		log_warning("metrics are served at every address of this host (%s): whoever "
			    "reaches it can read them", text);
}

static int begin(struct serving *serving, const char *text)
{
	agent_metrics_child_words(&serving->child, &serving->socket.where,
				  &serving->agent->settings->metrics.hosts);
	free(serving->listen);
	serving->listen = strdup(text);
	if (!serving->listen)
		return log_error(-ENOMEM, "out of memory");
	warn_of_any(&serving->socket.where, text);
	lock_say(serving->agent->lock, text);
	return agent_metrics_child_start(&serving->child, serving->socket.fd);
}

static int on_again(sd_event_source *timer, uint64_t due_us, void *context);

/* Whoever serves there may end: an agent before this one, whose child goes right after it. */
static int wait_for_place(struct serving *serving, const char *text)
{
	int err;

	if (!serving->wanted) {
		log_warning("metrics are not served: somebody else listens at %s; it is tried "
			    "again each second", text);
		serving->wanted = strdup(text);
		if (!serving->wanted)
			return log_error(-ENOMEM, "out of memory");
	}
	sd_event_source_disable_unref(serving->again);
	serving->again = NULL;
	err = sd_event_add_time_relative(serving->agent->loop, &serving->again, CLOCK_MONOTONIC,
					 AGAIN_US, 0, on_again, serving);
	return err < 0 ? log_error(err, "metrics: cannot set a timer: %s", strerror(-err)) : 0;
}

static void stop_waiting(struct serving *serving)
{
	serving->again = sd_event_source_disable_unref(serving->again);
	free(serving->wanted);
	serving->wanted = NULL;
}

static void end(struct serving *serving)
{
	stop_waiting(serving);
	agent_metrics_child_stop(&serving->child);
	agent_metrics_socket_close(&serving->socket);
	lock_say(serving->agent->lock, "");
	free(serving->listen);
	serving->listen = NULL;
}

static int open_at(struct serving *serving, const char *text)
{
	struct agent_metrics_where where;
	int err = agent_metrics_where_read(&where, text);

	err = err ?: agent_metrics_socket_open(&serving->socket, &where);
	if (err == -EADDRINUSE)
		return wait_for_place(serving, text);
	return err ?: begin(serving, text);
}

static int on_again(sd_event_source *timer, uint64_t due_us, void *context)
{
	struct serving *serving = context;

	(void)timer;
	(void)due_us;
	if (!serving->wanted || open_at(serving, serving->wanted)) {
		log_warning("metrics are not served until the configuration is read again");
		end(serving);
	} else if (serving->listen) {
		log_note("metrics are served at %s now", serving->listen);
		stop_waiting(serving);
	}
	return 0;
}

static int start(struct agent *agent, void **state)
{
	struct serving *serving = calloc(1, sizeof(*serving));
	const char *listen = agent->settings->metrics.listen;
	int err;

	if (!serving)
		return log_error(-ENOMEM, "out of memory");
	*state = serving;
	serving->agent = agent;
	agent_metrics_socket_init(&serving->socket);
	agent_metrics_socket_init(&serving->next);
	agent_metrics_child_init(&serving->child, agent->loop);
	serving->child.page = get_page;
	serving->child.context = serving;
	err = agent_metrics_page_open(&serving->page, agent);
	return err || !listen ? err : open_at(serving, listen);
}

/* Another place is taken before any task has taken the settings, so that they are refused as a
 * whole if it cannot be had. */
static int check(const struct agent *agent, void *state, const struct agent_settings *next)
{
	struct serving *serving = state;
	const char *listen = next->metrics.listen;
	struct agent_metrics_where where;
	int err;

	(void)agent;
	if (!listen || same(listen, serving->listen) || same(listen, serving->wanted))
		return 0;
	err = agent_metrics_where_read(&where, listen);
	err = err ?: agent_metrics_socket_open(&serving->next, &where);
	if (err == -EADDRINUSE)
		log_error(err, "metrics: listen: somebody else listens at %s", listen);
	return err;
}

static void refuse(void *state)
{
	struct serving *serving = state;

	agent_metrics_socket_close(&serving->next);
}

static bool same_words(char *const *one, char *const *other)
{
	while (*one && same(*one, *other)) {
		one++;
		other++;
	}
	return same(*one, *other);
}

/* The program knows its names from its start. With the same ones it goes on, and scrapes too. */
static int rename_hosts(struct serving *serving)
{
	char *before[sizeof(serving->child.words) / sizeof(*serving->child.words)];

	memcpy(before, serving->child.words, sizeof(before));
	agent_metrics_child_words(&serving->child, &serving->socket.where,
				  &serving->agent->settings->metrics.hosts);
	if (same_words(before, serving->child.words))
		return 0;
	agent_metrics_child_stop(&serving->child);
	return agent_metrics_child_start(&serving->child, serving->socket.fd);
}

static int reload(struct agent *agent, void *state)
{
	struct serving *serving = state;
	const char *listen = agent->settings->metrics.listen;

	if (listen && serving->next.fd < 0)
		return serving->listen ? rename_hosts(serving) : 0;
	end(serving);
	if (!listen)
		return 0;
	serving->socket = serving->next;
	agent_metrics_socket_init(&serving->next);
	return begin(serving, listen);
}

static void second(struct agent *agent, void *state, const struct agent_second *now)
{
	struct serving *serving = state;

	(void)agent;
	agent_metrics_page_second(&serving->page, now->now);
}

static void count_change(struct agent_metrics_page *page, const struct event_lines_item *event)
{
	const struct ecdn_xdp_change *change = &event->event->change;

	if (change->to < ECDN_XDP_STATE_MAX)
		page->events.states[change->to]++;
	else
		page->events.other++;
	/* One that goes on as another state is no other surge. */
	if (event->region && change->from == ECDN_XDP_STATE_NORMAL &&
	    (change->to == ECDN_XDP_STATE_SHIELDED || change->to == ECDN_XDP_STATE_LIMITED))
		agent_metrics_regions_surge(&page->regions, event->region);
}

static void count_event(struct agent *agent, void *state, const struct event_lines_item *event)
{
	struct serving *serving = state;
	struct agent_metrics_fields_events *events = &serving->page.events;

	(void)agent;
	switch (event_lines_kind(event)) {
	case EVENT_LINES_CHANGE:
		count_change(&serving->page, event);
		break;
	case EVENT_LINES_COMMAND:
		events->commands++;
		break;
	case EVENT_LINES_NOTICE:
		events->notices++;
		break;
	default:
		break;
	}
}

static void stop(struct agent *agent, void *state)
{
	struct serving *serving = state;

	(void)agent;
	end(serving);
	agent_metrics_socket_close(&serving->next);
	agent_metrics_page_close(&serving->page);
	free(serving);
}

const struct agent_task agent_metrics_task = {
	.name = "metrics", .start = start, .check = check, .refuse = refuse, .reload = reload,
	.second = second, .event = count_event, .stop = stop,
};

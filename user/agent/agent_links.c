// SPDX-License-Identifier: BSD-2-Clause
#include "agent/agent_links.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "agent/agent_job.h"
#include "base/array.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/scoped.h"
#include "control/links_follow.h"
#include "control/reattach.h"
#include "net/netlink_watch.h"

/* An interface that comes is told of several times within moments. */
#define COLLECT_US 5000

/* What cannot be attached, as another program is in the way, is tried again, and told again, after
 * a second and then less and less often. */
#define REFUSED_LEAST_NS NS_PER_SECOND
#define REFUSED_MOST_NS (64 * NS_PER_SECOND)

struct refused {
	const struct part *part;
	int ifindex;
	uint64_t pause_ns, next_ns;
};

struct links {
	struct agent *agent;
	int fd;
	sd_event_source *source;
	struct agent_job job;
	struct refused *refused;
	unsigned int refused_count;
};

static struct refused *find_refused(const struct links *links, const struct reattach_item *item)
{
	for (unsigned int i = 0; i < links->refused_count; i++)
		if (links->refused[i].part == item->part &&
		    links->refused[i].ifindex == item->ifindex)
			return &links->refused[i];
	return NULL;
}

static bool is_in(const struct refused *refused, const struct reattach_list *list)
{
	for (unsigned int i = 0; i < list->count; i++)
		if (list->at[i].part == refused->part && list->at[i].ifindex == refused->ifindex)
			return true;
	return false;
}

static void forget_found(struct links *links, const struct reattach_list *list)
{
	unsigned int kept = 0;

	for (unsigned int i = 0; i < links->refused_count; i++)
		if (is_in(&links->refused[i], list))
			links->refused[kept++] = links->refused[i];
	links->refused_count = kept;
}

/* Leaves those in the list that are to be tried now. */
static void select_due(struct links *links, struct reattach_list *list)
{
	uint64_t now_ns = clock_monotonic_ns();
	unsigned int kept = 0;

	for (unsigned int i = 0; i < list->count; i++) {
		const struct refused *refused = find_refused(links, &list->at[i]);

		if (!refused || now_ns >= refused->next_ns)
			list->at[kept++] = list->at[i];
		else
			agent_job_want(&links->job, (refused->next_ns - now_ns) / 1000 + 1);
	}
	list->count = kept;
}

static void refuse(struct links *links, const struct reattach_item *item)
{
	struct refused new = { item->part, item->ifindex, REFUSED_LEAST_NS, 0 };
	struct refused *refused = find_refused(links, item);

	if (!refused) {
		if (array_append(links->refused, links->refused_count, &new))
			return;
		refused = &links->refused[links->refused_count - 1];
	} else if (refused->pause_ns < REFUSED_MOST_NS) {
		refused->pause_ns *= 2;
	}
	refused->next_ns = clock_monotonic_ns() + refused->pause_ns;
	agent_job_want(&links->job, refused->pause_ns / 1000);
}

static int attach(struct links *links, struct reattach_list *list)
{
	int err = reattach(links->agent->pin_dir, list), again = 0;

	if (err == -EAGAIN)
		return err;
	for (unsigned int i = 0; i < list->count; i++) {
		const struct reattach_item *item = &list->at[i];

		if (item->err == -EAGAIN)
			again = -EAGAIN;
		else if (err || item->err)
			refuse(links, item);
		else
			log_note("%s: is back, and has %s again", item->now, item->part->label);
	}
	return again;
}

static int attach_lost(struct links *links)
{
	struct reattach_list list;
	int err = reattach_find(&list, links->agent->pin_dir);

	if (err)
		return err;
	forget_found(links, &list);
	select_due(links, &list);
	err = list.count ? attach(links, &list) : 0;
	reattach_free(&list);
	return err;
}

static int follow(struct links *links)
{
	int done = links_follow(links->agent->pin_dir);

	if (done > 0)
		log_note("interfaces have changed: which connections come past the guard is told "
			 "by today's");
	return done < 0 ? done : 0;
}

/* What was attached again is an interface to follow, too. */
static int run(void *context)
{
	struct links *links = context;
	int err;

	if (!links->agent->settings->watch.links)
		return 0;
	err = attach_lost(links);
	return err ?: follow(links);
}

static int on_change(sd_event_source *source, int fd, uint32_t events, void *context)
{
	struct links *links = context;

	(void)source;
	(void)events;
	if (netlink_watch_take(fd))
		agent_job_want(&links->job, COLLECT_US);
	return 0;
}

/* Interfaces may have come back while no agent was there. */
static int reload(struct agent *agent, void *state)
{
	struct links *links = state;

	(void)agent;
	agent_job_want(&links->job, 0);
	return 0;
}

static int start(struct agent *agent, void **state)
{
	struct links *links = calloc(1, sizeof(*links));
	int err;

	if (!links)
		return log_error(-ENOMEM, "out of memory");
	*state = links;
	links->agent = agent;
	links->fd = netlink_watch_open(NETLINK_WATCH_LINKS);
	if (links->fd < 0)
		return links->fd;
	err = sd_event_add_io(agent->loop, &links->source, links->fd, EPOLLIN, on_change, links);
	if (err < 0)
		return log_error(err, "cannot wait for changes of interfaces: %s", strerror(-err));
	return agent_job_open(&links->job, agent, run, links) ?: reload(agent, links);
}

static void stop(struct agent *agent, void *state)
{
	struct links *links = state;

	(void)agent;
	agent_job_close(&links->job);
	sd_event_source_disable_unref(links->source);
	scoped_close(&links->fd);
	free(links->refused);
	free(links);
}

const struct agent_task agent_links_task = {
	.name = "links", .start = start, .reload = reload, .stop = stop,
};

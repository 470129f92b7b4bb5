// SPDX-License-Identifier: BSD-2-Clause
#include "agent/agent_addresses.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "agent/agent_job.h"
#include "base/log.h"
#include "base/scoped.h"
#include "control/host_follow.h"
#include "net/netlink_watch.h"

/* Changes of so much time are taken together, as when an interface comes up. */
#define COLLECT_US 50000

/* The kernel sends no message when somebody writes a hop limit into /proc/sys. */
#define HOP_LIMITS_US 1000000

struct addresses {
	struct agent *agent;
	int fd;
	sd_event_source *source;
	struct agent_job job;   /* for addresses and hop limits ... */
	struct agent_job hops;  /* ... and for hop limits alone */
	struct log_seen errors; /* which each second may have again */
};

static int follow(struct addresses *addresses, bool all)
{
	bool changed;
	int err;

	log_seen_begin(&addresses->errors);
	err = host_follow(addresses->agent->pin_dir, all, &changed);
	log_seen_end();
	if (!err && changed)
		log_info("ping knows this host's addresses and hop limits again");
	return err;
}

static int follow_all(void *context)
{
	struct addresses *addresses = context;

	return addresses->agent->settings->watch.addresses ? follow(addresses, true) : 0;
}

static int follow_hops(void *context)
{
	struct addresses *addresses = context;
	int err = addresses->agent->settings->watch.addresses ? follow(addresses, false) : 0;

	if (err != -EAGAIN)
		agent_job_want(&addresses->hops, HOP_LIMITS_US);
	return err;
}

static int on_change(sd_event_source *source, int fd, uint32_t events, void *context)
{
	struct addresses *addresses = context;

	(void)source;
	(void)events;
	if (netlink_watch_take(fd))
		agent_job_want(&addresses->job, COLLECT_US);
	return 0;
}

static int reload(struct agent *agent, void *state)
{
	struct addresses *addresses = state;

	(void)agent;
	agent_job_want(&addresses->job, 0);
	agent_job_want(&addresses->hops, HOP_LIMITS_US);
	return 0;
}

static int start(struct agent *agent, void **state)
{
	struct addresses *addresses = calloc(1, sizeof(*addresses));
	int err;

	if (!addresses)
		return log_error(-ENOMEM, "out of memory");
	*state = addresses;
	addresses->agent = agent;
	addresses->fd = netlink_watch_open(NETLINK_WATCH_ADDRESSES);
	if (addresses->fd < 0)
		return addresses->fd;
	err = sd_event_add_io(agent->loop, &addresses->source, addresses->fd, EPOLLIN, on_change,
			      addresses);
	if (err < 0)
		return log_error(err, "cannot wait for changes of addresses: %s", strerror(-err));
	err = agent_job_open(&addresses->job, agent, follow_all, addresses);
	err = err ?: agent_job_open(&addresses->hops, agent, follow_hops, addresses);
	return err ?: reload(agent, addresses);
}

static void stop(struct agent *agent, void *state)
{
	struct addresses *addresses = state;

	(void)agent;
	agent_job_close(&addresses->job);
	agent_job_close(&addresses->hops);
	sd_event_source_disable_unref(addresses->source);
	scoped_close(&addresses->fd);
	free(addresses);
}

const struct agent_task agent_addresses_task = {
	.name = "addresses", .start = start, .reload = reload, .stop = stop,
};

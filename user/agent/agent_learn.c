// SPDX-License-Identifier: BSD-2-Clause
#include "agent/agent_learn.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agent/agent_learn_file.h"
#include "base/array.h"
#include "base/log.h"
#include "base/scoped.h"
#include "control/learned.h"

#define WRITE_NS (60 * NS_PER_SECOND)
#define WRITE_PAUSE_MOST_NS (3600 * NS_PER_SECOND)
#define SAVE_NS (3600 * NS_PER_SECOND)
#define SAVE_AGAIN_NS (60 * NS_PER_SECOND)
#define FORGET_S (30 * 86400ULL) /* a region that nobody has had learned for so long */
#define FLOOR_SHARE 100         /* no learned limit is below this part of what the host carries */
#define END_TRIES 20            /* for the lock, at the agent's end ... */
#define END_PAUSE_NS 50000000L

struct learner {
	struct learn_region kept;
	uint64_t second;        /* number of the last one that it was learned in */
	bool has_limits;        /* learned ones are in force, perhaps of an agent before */
};

struct learning {
	struct agent *agent;
	struct learner **by_name; /* sorted */
	size_t count;
	uint64_t seconds;       /* how many there were */
	uint64_t write_ns, pause_ns; /* when limits are written next; how long after a failure */
	uint64_t save_ns;       /* when the file is written next */
	bool is_unsaved;        /* and that was said */
	bool is_on, was_read;   /* it learns; the file was read */
	bool leaves;            /* it does not any more, and has to leave the day's limits */
	struct learn_settings settings; /* while it learned ... */
	char *path;             /* ... and of its file */
};

struct learn_settings agent_learn_settings(const struct agent_settings *settings)
{
	struct learn_settings learn = { .factor = settings->learn.factor };

	for (unsigned int m = 0; m < LEARN_MEASURES; m++)
		learn.floor[m] = (double)settings->learn.carries[m] / FLOOR_SHARE;
	return learn;
}

/* --- regions by name */

static size_t place_of(const struct learning *learning, const char *name, bool *found)
{
	size_t low = 0, high = learning->count;

	*found = false;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(learning->by_name[middle]->kept.name, name);

		if (!order)
			*found = true;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct learner *insert(struct learning *learning, size_t place)
{
	struct learner *learner = calloc(1, sizeof(*learner));

	if (!learner || array_append(learning->by_name, learning->count, &learner)) {
		free(learner);
		return NULL;
	}
	memmove(learning->by_name + place + 1, learning->by_name + place,
		(learning->count - 1 - place) * sizeof(*learning->by_name));
	learning->by_name[place] = learner;
	return learner;
}

/* NULL without memory: another second may have some. */
static struct learner *learner_of(struct learning *learning, const char *name)
{
	struct learner *learner;
	bool found;
	size_t place = place_of(learning, name, &found);

	if (found)
		return learning->by_name[place];
	if (learning->count >= LEARN_FILE_REGIONS)
		return NULL;
	learner = insert(learning, place);
	if (!learner)
		return NULL;
	memcpy(learner->kept.name, name, strnlen(name, sizeof(learner->kept.name) - 1));
	learn_init(&learner->kept.learn);
	return learner;
}

/* Those that nobody has learned for long make room; a clock that was set back forgets none. */
static void forget_old(struct learning *learning, uint64_t epoch_s)
{
	size_t kept = 0;

	for (size_t i = 0; i < learning->count; i++) {
		struct learner *learner = learning->by_name[i];

		if (learner->kept.seen_s + FORGET_S < epoch_s)
			free(learner);
		else
			learning->by_name[kept++] = learner;
	}
	/* The array keeps the room that its count stands for. */
	if (kept < learning->count) {
		struct learner **by_name = NULL;
		size_t count = 0;

		for (size_t i = 0; i < kept; i++)
			if (array_append(by_name, count, &learning->by_name[i]))
				free(learning->by_name[i]);
		free(learning->by_name);
		learning->by_name = by_name;
		learning->count = count;
	}
}

/* --- the file */

static void say_unsaved(struct learning *learning, const char *path, int err, const char *step)
{
	if (!learning->is_unsaved)
		log_warning("what was learned is not kept: cannot %s %s: %s; this is tried again "
			    "each minute", step, path, strerror(-err));
	learning->is_unsaved = true;
}

static int save(struct learning *learning)
{
	const char *path = learning->path, *step = "";
	scoped_free const struct learn_region **regions =
		calloc(learning->count + 1, sizeof(*regions));
	int err;

	if (!regions)
		return -ENOMEM;
	for (size_t i = 0; i < learning->count; i++)
		regions[i] = &learning->by_name[i]->kept;
	err = agent_learn_file_write(path, regions, learning->count, &step);
	if (err) {
		say_unsaved(learning, path, err, step);
	} else if (learning->is_unsaved) {
		learning->is_unsaved = false;
		log_note("what was learned is kept in %s again", path);
	}
	return err;
}

static int load(struct learning *learning)
{
	struct learn_region *regions;
	size_t count;
	int err = 0;

	agent_learn_file_read(learning->path, &regions, &count);
	for (size_t i = 0; i < count && !err; i++) {
		struct learner *learner = learner_of(learning, regions[i].name);

		if (learner)
			learner->kept = regions[i];
		else
			err = log_error(-ENOMEM, "out of memory");
	}
	free(regions);
	learning->was_read = true;
	return err;
}

/* What was learned until it was switched off is newer than the file. */
static int switch_on(struct learning *learning)
{
	char *path = strdup(learning->agent->settings->learn.state);

	if (!path)
		return log_error(-ENOMEM, "out of memory");
	free(learning->path);
	learning->path = path;
	learning->is_on = true;
	learning->leaves = false;
	return learning->was_read ? 0 : load(learning);
}

/* --- seconds */

void agent_learn_sample(const struct view_regions *view, const struct view_region *region,
			uint64_t epoch_s, struct learn_sample *sample)
{
	bool proves = view->config.shield == ECDN_XDP_SHIELD_ON;
	const struct ecdn_xdp_limits *limits = &region->limits;

	*sample = (struct learn_sample){
		.epoch_s = epoch_s,
		.time = region->state == ECDN_XDP_STATE_NORMAL ? LEARN_NORMAL : LEARN_LIMITED,
		.rate = { (double)region->claimed.pps, (double)region->claimed.bps,
			  (double)(proves ? region->proven.cps : region->claimed.cps) },
		.limit = { limits->pps, limits->bps, limits->cps },
	};
	/* Where no interface has the guard, nothing is counted, whatever comes. */
	if (region->state == ECDN_XDP_STATE_EXEMPT || region->state == ECDN_XDP_STATE_BLOCKED ||
	    view->config.unguarded)
		sample->time = LEARN_APART;
}

static void tell_notice(struct learning *learning, const struct view_regions *view,
			const struct view_region *region, const struct learner *learner,
			unsigned int m)
{
	const struct learn *learn = &learner->kept.learn;
	const struct view_event event = {
		.time_ns = view->moment.now_ns,
		.change = {
			.time_ns = view->moment.now_ns, .last_ns = view->moment.now_ns,
			.region = region->id, .count = 1,
			.from = region->state, .to = region->state,
			.measure = ECDN_XDP_MEASURE_PPS + m,
			.rate = (uint64_t)learn->measure[m].last,
			.limit = (uint64_t)learn_limit_usual(learn, m),
		},
	};
	const struct event_lines_item item = { .event = &event, .notice = true,
					       .region = region->name, .moment = &view->moment };

	learning->agent->counters.events[EVENT_LINES_NOTICE]++;
	learning->agent->counters.notices++;
	agent_tasks_tell(learning->agent, &item);
}

static void learn_region(struct learning *learning, const struct agent_second *second,
			 const struct view_region *region)
{
	struct learner *learner = learner_of(learning, region->name);
	struct learn_sample sample;
	unsigned int notices;

	if (!learner)
		return;
	agent_learn_sample(second->now, region, second->epoch_s, &sample);
	notices = learn_add(&learner->kept.learn, &learning->settings, &sample);
	learner->kept.seen_s = second->epoch_s;
	learner->second = learning->seconds;
	learner->has_limits = limits_learned_has(&region->learned);
	for (unsigned int m = 0; m < LEARN_MEASURES; m++) {
		if (notices & 1U << m) {
			tell_notice(learning, second->now, region, learner, m);
			break;
		}
	}
}

/* Limits of this hour, which give way if this ends, or with of_day those of the busiest one; of
 * regions that were learned in the last second. What an agent before has left goes on until there
 * is something in its place: a lost file unguards nobody. */
static int put_in_force(struct learning *learning, bool of_day, uint64_t now_ns)
{
	scoped_free struct learned_row *rows = calloc(learning->count + 1, sizeof(*rows));
	size_t count = 0;

	if (!rows)
		return log_error(-ENOMEM, "out of memory");
	for (size_t i = 0; i < learning->count; i++) {
		const struct learner *learner = learning->by_name[i];
		struct learned_row *row = &rows[count];

		if (!learner->second || learner->second != learning->seconds)
			continue;
		memcpy(row->region, learner->kept.name, sizeof(row->region));
		(of_day ? learn_limit_day : learn_limits)(&learner->kept.learn, &learning->settings,
							  &row->learned);
		row->learned.learned_ns = now_ns;
		row->learned.until_ns = of_day ? 0 : now_ns + LIMITS_LEARNED_OLD_NS;
		count += limits_learned_has(&row->learned) || !learner->has_limits;
	}
	return count ? learned_set(learning->agent->pin_dir, rows, count) : 0;
}

/* While a command works on the limits, it is tried again each second. A failure that was logged
 * is not to be logged each minute. */
static void put_in_force_now(struct learning *learning, uint64_t now_ns)
{
	int err = put_in_force(learning, false, now_ns);

	if (err == -EAGAIN)
		return;
	if (!err || err == -ENOENT)
		learning->pause_ns = 0;
	else if (learning->pause_ns < WRITE_PAUSE_MOST_NS)
		learning->pause_ns = learning->pause_ns ? 2 * learning->pause_ns : WRITE_NS;
	learning->write_ns = now_ns + WRITE_NS + learning->pause_ns;
}

static void second(struct agent *agent, void *state, const struct agent_second *second)
{
	struct learning *learning = state;
	uint64_t now_ns = second->now->moment.now_ns;

	if (learning->leaves)
		learning->leaves = put_in_force(learning, true, now_ns) == -EAGAIN;
	if (!learning->is_on || second->now->shared)
		return;
	learning->settings = agent_learn_settings(agent->settings);
	learning->seconds++;
	for (uint32_t i = 0; i < second->now->count; i++)
		if (second->now->region[i].learns)
			learn_region(learning, second, &second->now->region[i]);
	if (now_ns >= learning->write_ns)
		put_in_force_now(learning, now_ns);
	if (now_ns < learning->save_ns)
		return;
	forget_old(learning, second->epoch_s);
	learning->save_ns = now_ns + (save(learning) ? SAVE_AGAIN_NS : SAVE_NS);
}

/* --- the agent's start and end */

static int start(struct agent *agent, void **state)
{
	struct learning *learning = calloc(1, sizeof(*learning));

	if (!learning)
		return log_error(-ENOMEM, "out of memory");
	*state = learning;
	learning->agent = agent;
	learning->save_ns = clock_monotonic_ns() + SAVE_NS;
	return agent->settings->learn.on ? switch_on(learning) : 0;
}

/* Another factor holds at once. Switched off it leaves the day's limits, as at the agent's end. */
static int reload(struct agent *agent, void *state)
{
	struct learning *learning = state;

	learning->write_ns = 0;
	if (agent->settings->learn.on)
		return switch_on(learning);
	if (learning->is_on && learning->count) {
		learning->leaves = true;
		save(learning);
	}
	learning->is_on = false;
	return 0;
}

/* Nobody follows the hours until the next agent starts, and a night's limits would refuse people.
 * They would give way by themselves, as those of an agent that was killed do; but not at once. */
static void leave_day_limits(struct learning *learning)
{
	const struct timespec pause = { .tv_nsec = END_PAUSE_NS };

	for (unsigned int i = 0; i < END_TRIES; i++) {
		if (put_in_force(learning, true, clock_monotonic_ns()) != -EAGAIN)
			return;
		nanosleep(&pause, NULL);
	}
	log_warning("another command is at work: the limits in force remain those of this hour, "
		    "until they give way in ten minutes");
}

static void stop(struct agent *agent, void *state)
{
	struct learning *learning = state;

	(void)agent;
	if ((learning->is_on || learning->leaves) && learning->count) {
		leave_day_limits(learning);
		save(learning);
	}
	for (size_t i = 0; i < learning->count; i++)
		free(learning->by_name[i]);
	free(learning->by_name);
	free(learning->path);
	free(learning);
}

const struct agent_task agent_learn_task = {
	.name = "learn", .start = start, .reload = reload, .second = second, .stop = stop,
};

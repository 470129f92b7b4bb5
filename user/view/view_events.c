// SPDX-License-Identifier: BSD-2-Clause
#include "view/view_events.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <bpf/bpf.h>

#include "base/array.h"
#include "base/log.h"
#include "guard/guard_part.h"
#include "kernel/verb_ring.h"

#define PREFIXES_NS NS_PER_SECOND

static unsigned long inode_of(const char *dir, const char *pin)
{
	char path[PINS_PATH_SIZE];
	struct stat of;

	return stat(pins_path(dir, pin, path), &of) ? 0 : of.st_ino;
}

/* Of the pin that comes and goes with all others. */
static unsigned long inode(const char *dir)
{
	return inode_of(dir, "config");
}

/* The guard may be loaded beside what was alone. */
uint64_t view_events_mark(const char *pin_dir)
{
	uint64_t there = inode(pin_dir);

	return there ? there << 32 ^ inode_of(pin_dir, "changes") : 0;
}

static int refuse_earlier(const char *dir)
{
	return log_error(-EPROTO, "the guard in %s is of an earlier version, which keeps no "
			 "changes; `ecdn-xdp load IFACE` loads this one", dir);
}

static int open_guard(struct view_events *events)
{
	int err = guard_maps_open(&events->maps, &events->pins.pins);

	if (err)
		return err;
	events->guard = true;
	if (events->maps.changes < 0 || events->maps.change_head < 0)
		return refuse_earlier(events->pins.pins.dir);
	err = view_changes_open(&events->changes, &events->maps);
	err = err ?: mapped_open(&events->states, events->maps.region_state, "region_state",
				 sizeof(struct ecdn_xdp_region_state));
	if (err)
		return err;
	events->regions = events->states.entries;
	events->told = calloc(events->regions + 1, sizeof(*events->told));
	if (!events->told)
		return log_error(-ENOMEM, "out of memory for the regions");
	return guard_maps_names(&events->maps, events->pins.config.max_regions, &events->names);
}

void view_events_init(struct view_events *events)
{
	*events = (struct view_events){};
	guard_maps_init(&events->maps);
}

int view_events_open(struct view_events *events, const char *pin_dir)
{
	int err;

	view_events_init(events);
	err = view_pins_read_shared(&events->pins, pin_dir);
	if (err)
		return err;
	events->inode = inode(events->pins.pins.dir);
	events->mark = view_events_mark(events->pins.pins.dir);
	return part_is_loaded(&guard_part, events->pins.pins.dir) ? open_guard(events) : 0;
}

void view_events_close(struct view_events *events)
{
	view_changes_close(&events->changes);
	view_prefixes_free(&events->prefixes);
	guard_maps_close(&events->maps);
	mapped_close(&events->states);
	mapped_close(&events->verbs);
	names_free(events->names);
	free(events->told);
	free(events->at);
	view_events_init(events);
}

static int add(struct view_events *events, const struct view_event *event)
{
	return array_append(events->at, events->count, event) ?
	       log_error(-ENOMEM, "out of memory for the events") : 0;
}

/* False if the state was written meanwhile: the next read has it. */
static bool copy_state(const volatile struct ecdn_xdp_region_state *from,
		       struct ecdn_xdp_region_state *to)
{
	*to = (struct ecdn_xdp_region_state){
		.state = from->state,
		.next = from->next,
		.since_ns = from->since_ns,
		.until_ns = from->until_ns,
	};
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return to->state == from->state && to->next == from->next &&
	       to->since_ns == from->since_ns && to->until_ns == from->until_ns;
}

static int tell_silence(struct view_events *events, uint32_t region,
			struct ecdn_xdp_region_state *public, bool shield)
{
	struct ecdn_xdp_region_rate rates;
	struct ecdn_xdp_limits limits;
	struct view_event event = {};
	int err = guard_maps_limits(&events->maps, region, &limits);

	if (err)
		return err;
	if (bpf_map_lookup_elem_flags(events->maps.region_rate, &region, &rates, BPF_F_LOCK))
		return log_error(-errno, "cannot read map region_rate: %s", strerror(errno));
	if (!view_silence_tell(&events->told[region], region, public, &rates, &limits, shield,
			       events->moment.now_ns, &event.change))
		return 0;
	event.time_ns = event.change.time_ns;
	return add(events, &event);
}

/* Comes before the ring is read: an end that the kernel writes meanwhile is known then. */
static int read_silence(struct view_events *events)
{
	const struct ecdn_xdp_region_state *states = events->states.at;
	bool shield = events->pins.config.shield == ECDN_XDP_SHIELD_ON;
	int err = mapped_refresh(&events->states, "region_state");

	for (uint32_t region = 0; region < events->states.entries && !err; region++) {
		struct ecdn_xdp_region_state public;

		if (states[region].state == ECDN_XDP_STATE_NORMAL ||
		    !copy_state(&states[region], &public) ||
		    !view_silence_is_over(&public, events->moment.now_ns))
			continue;
		err = tell_silence(events, region, &public, shield);
	}
	return err;
}

/* Of an entry that was told before, what is new is told: from where that had ended. */
static uint32_t told_state(const struct view_silence *told, const struct ecdn_xdp_change *before,
			   const struct ecdn_xdp_change *change)
{
	bool ended = told->time_ns > before->last_ns && told->time_ns <= change->last_ns;

	return ended ? told->state : before->to;
}

static int each_change(const struct ecdn_xdp_change *change, const struct ecdn_xdp_change *before,
		       void *context)
{
	struct view_events *events = context;
	struct view_event event = { .time_ns = change->last_ns, .change = *change };
	struct view_silence *told;

	if (change->region >= events->states.entries)
		return add(events, &event);
	told = &events->told[change->region];
	if (before)
		event.change.from = told_state(told, before, change);
	if (view_silence_was_told(told, change))
		return 0;
	return add(events, &event);
}

static int read_changes(struct view_events *events)
{
	bool first = !events->changes.next;
	uint64_t lost;
	int err = read_silence(events);

	err = err ?: view_changes_read(&events->changes, events->moment.now_ns, each_change,
				       events, &lost);
	if (err)
		return err;
	events->lost += lost;
	/* The oldest entry that is left. */
	for (size_t i = 0; first && events->changes.next > ECDN_XDP_CHANGES + 1 &&
	     i < events->count; i++) {
		uint64_t time_ns = events->at[i].time_ns;

		if (events->at[i].change.number &&
		    (!events->overwritten_ns || time_ns < events->overwritten_ns))
			events->overwritten_ns = time_ns;
	}
	return 0;
}

/* The map is made by the first command that has something to leave. */
static int map_verbs(struct view_events *events)
{
	struct verb_ring ring;
	int err = maps_open(verb_ring_rows, &ring, &events->pins.pins);

	if (err || ring.verbs < 0)
		return err;
	err = mapped_open(&events->verbs, ring.verbs, "verbs", sizeof(struct ecdn_xdp_verb));
	maps_close(verb_ring_rows, &ring);
	return err;
}

/* Whether a command has left an entry since the last read. */
static bool has_verbs(const struct view_events *events)
{
	const volatile struct ecdn_xdp_verb *ring = events->verbs.at;
	uint64_t next = events->last_verb + 1;

	return events->verbs.entries && ring[next % events->verbs.entries].number >= next;
}

static void end_texts(struct ecdn_xdp_verb *verb)
{
	verb->user[sizeof(verb->user) - 1] = 0;
	verb->words[sizeof(verb->words) - 1] = 0;
	verb->reason[sizeof(verb->reason) - 1] = 0;
}

static int take_verbs(struct view_events *events, struct ecdn_xdp_verb *verbs, unsigned int count)
{
	int err = 0;

	for (unsigned int i = 0; i < count && !err; i++) {
		struct view_event event = { .time_ns = verbs[i].time_ns, .is_verb = true };

		if (verbs[i].number <= events->last_verb)
			continue;
		if (events->last_verb)
			events->lost += verbs[i].number - events->last_verb - 1;
		events->last_verb = verbs[i].number;
		events->last_verb_ns = verbs[i].time_ns;
		end_texts(&verbs[i]);
		event.verb = verbs[i];
		err = add(events, &event);
	}
	return err;
}

static int read_verbs(struct view_events *events)
{
	struct ecdn_xdp_verb *verbs = NULL;
	unsigned int count = 0;
	int err = events->verbs.at ? mapped_refresh(&events->verbs, "verbs") : map_verbs(events);

	if (err || !events->verbs.at || (events->last_verb && !has_verbs(events)))
		return err;
	err = verb_ring_read(&events->pins.pins, &verbs, &count);
	err = err ?: take_verbs(events, verbs, count);
	free(verbs);
	return err;
}

/* Those of one time are in the order in which they were added, which is by number. */
static int by_time(const void *one, const void *other)
{
	const struct view_event *a = one, *b = other;

	if (a->time_ns != b->time_ns)
		return a->time_ns < b->time_ns ? -1 : 1;
	if (a->is_verb != b->is_verb)
		return a->is_verb ? -1 : 1;
	if (a->is_verb)
		return a->verb.number < b->verb.number ? -1 : a->verb.number > b->verb.number;
	return a->change.number < b->change.number ? -1 : a->change.number > b->change.number;
}

/* Names of regions that are new come with a new table. */
static int read_names(struct view_events *events)
{
	bool known = true;

	for (size_t i = 0; i < events->count && known; i++)
		known = events->at[i].is_verb ||
			names_of(events->names, events->at[i].change.region);
	if (known || !events->guard)
		return 0;
	names_free(events->names);
	events->names = NULL;
	return guard_maps_names(&events->maps, events->pins.config.max_regions, &events->names);
}

int view_events_read_on(struct view_events *events)
{
	int err;

	events->count = 0;
	events->lost = 0;
	events->moment = clock_now();
	err = events->guard ? read_changes(events) : 0;
	err = err ?: read_verbs(events);
	err = err ?: read_names(events);
	if (!err && events->count)
		qsort(events->at, events->count, sizeof(*events->at), by_time);
	return err;
}

bool view_events_is_stale(const struct view_events *events)
{
	return view_events_mark(events->pins.pins.dir) != events->mark;
}

int view_events_read(struct view_events *events)
{
	if (inode(events->pins.pins.dir) == events->inode)
		return view_events_read_on(events);
	events->count = 0;
	return log_error(-ESTALE, "what was loaded in %s is there no longer",
			 events->pins.pins.dir);
}

/* A state that is over is so although it stands there until a packet comes. */
uint32_t view_events_state(const struct view_events *events, uint32_t region)
{
	const volatile struct ecdn_xdp_region_state *public = events->states.at;
	const struct view_silence *told = &events->told[region];

	return told->open && told->since_ns == public[region].since_ns ? told->state :
									  public[region].state;
}

const char *view_events_region(const struct view_events *events, uint32_t region)
{
	return events->names ? names_of(events->names, region) : NULL;
}

int view_events_find(const struct view_events *events, const char *name, uint32_t *region)
{
	int id = events->names ? names_find(events->names, name, strlen(name)) : -ENOENT;
	struct words_guess guess = { .word = name };

	if (!events->guard)
		return part_require(&guard_part, events->pins.pins.dir);
	if (id < 0) {
		names_guess(events->names, &guess);
		return names_unknown(&guess);
	}
	*region = id;
	return 0;
}

/* Wider prefixes have counted the same packets. */
static bool is_narrow(const struct view_prefix *prefix)
{
	return prefix->cidr.length == (prefix->cidr.addr.family == AF_INET ? 24 : 48);
}

bool view_events_heaviest(struct view_events *events, uint32_t region, struct cidr *cidr)
{
	struct view_prefixes *view = &events->prefixes;

	if (!view->prefix || events->moment.now_ns - view->moment.now_ns > PREFIXES_NS) {
		view_prefixes_free(view);
		if (view_prefixes_read(view, events->pins.pins.dir, NULL))
			return false;
	}
	for (size_t i = 0; i < view->count; i++) {
		const struct view_prefix *prefix = &view->prefix[i];

		if (prefix->region != region || !is_narrow(prefix))
			continue;
		*cidr = prefix->cidr;
		return true;
	}
	return false;
}

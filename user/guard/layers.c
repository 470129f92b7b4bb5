// SPDX-License-Identifier: BSD-2-Clause
#include "guard/layers.h"

#include <errno.h>
#include <string.h>

#include <bpf/bpf.h>

#include "base/escape.h"
#include "base/log.h"
#include "base/login.h"
#include "kernel/maps.h"
#include "layer.h"

#define NOTES "region_notes"
#define UNTIL "region_until"

/* A step of less is not followed. */
#define STEP_LEAST_NS (NS_PER_SECOND / 2)

/* What ended longer ago does not come back, or whoever can set the clock could bring back all that
 * there ever was. */
#define COMES_BACK_NS (86400 * NS_PER_SECOND)

_Static_assert(sizeof(((struct ecdn_xdp_note *)0)->user) == LOGIN_USER_SIZE, "names have room");

int layers_set_reason(struct layers_span *span, const char *reason)
{
	if (!escape_is_plain(reason))
		return -EINVAL;
	if (strlen(reason) >= sizeof(span->reason))
		return -E2BIG;
	strcpy(span->reason, reason);
	return 0;
}

uint64_t layers_end(const struct layers_span *span, const struct clock_moment *now)
{
	if (span->until_ns)
		return span->until_ns > now->epoch_ns + now->now_ns ?
		       span->until_ns - now->epoch_ns : 0;
	return span->for_ns == LAYERS_FOREVER ? LAYERS_FOREVER : now->now_ns + span->for_ns;
}

/* Whether the map has the key: *has. */
static int look_up(int fd, const char *map, const struct ecdn_xdp_note_key *key, void *value,
		   bool *has)
{
	*has = fd >= 0 && !bpf_map_lookup_elem(fd, key, value);
	if (fd < 0 || *has || errno == ENOENT)
		return 0;
	return log_error(-errno, "cannot read map %s: %s", map, strerror(errno));
}

int layers_read(const struct guard_maps *maps, uint32_t region, struct layers_notes *notes)
{
	int err = 0;

	memset(notes, 0, sizeof(*notes));
	for (unsigned int kind = 0; kind < LAYERS_KINDS && !err; kind++) {
		const struct ecdn_xdp_note_key key = { region, kind };

		err = look_up(maps->region_notes, NOTES, &key, &notes->note[kind],
			      &notes->has[kind]);
		err = err ?: look_up(maps->region_until, UNTIL, &key, &notes->until[kind],
				     &notes->timed[kind]);
	}
	return err;
}

static int put(int fd, const char *map, const struct ecdn_xdp_note_key *key, const void *value,
	       bool has)
{
	if (fd < 0)
		return 0;
	return has ? maps_set(fd, map, key, value) : maps_delete(fd, map, key);
}

int layers_write(const struct guard_maps *maps, uint32_t region, const struct layers_notes *notes)
{
	int err = 0;

	for (unsigned int kind = 0; kind < LAYERS_KINDS && !err; kind++) {
		const struct ecdn_xdp_note_key key = { region, kind };

		err = put(maps->region_notes, NOTES, &key, &notes->note[kind], notes->has[kind]);
		err = err ?: put(maps->region_until, UNTIL, &key, &notes->until[kind],
				 notes->timed[kind]);
	}
	return err;
}

/* The end that a layer has; 0: it is not set. */
static uint64_t end_of(const struct ecdn_xdp_limits *limits, enum ecdn_xdp_note_kind kind)
{
	return kind == ECDN_XDP_NOTE_EXEMPT ? limits->exempt_until_ns : layer_block_end(limits);
}

static void set_end(struct ecdn_xdp_limits *limits, enum ecdn_xdp_note_kind kind, uint64_t end_ns)
{
	if (kind == ECDN_XDP_NOTE_EXEMPT) {
		limits->exempt_until_ns = end_ns;
	} else {
		limits->blocked = end_ns > 0;
		limits->blocked_until_ns = end_ns == LAYERS_FOREVER ? 0 : end_ns;
	}
}

bool layers_stands(const struct ecdn_xdp_limits *limits, enum ecdn_xdp_note_kind kind,
		   uint64_t now_ns)
{
	return now_ns < end_of(limits, kind);
}

static uint64_t apart(uint64_t one, uint64_t other)
{
	return one > other ? one - other : other - one;
}

bool layers_move(struct ecdn_xdp_limits *limits, struct ecdn_xdp_until *until,
		 enum ecdn_xdp_note_kind kind, const struct clock_moment *now)
{
	const struct layers_span span = { .until_ns = until->until_ns };
	uint64_t before = end_of(limits, kind), end_ns = layers_end(&span, now);

	if (before != until->end_ns || (!end_ns && before <= now->now_ns) ||
	    (before < now->now_ns && now->now_ns - before >= COMES_BACK_NS))
		return false;
	end_ns = end_ns ?: now->now_ns;
	if (apart(end_ns, before) < STEP_LEAST_NS)
		return false;
	set_end(limits, kind, end_ns);
	until->end_ns = end_ns;
	return true;
}

static bool has_begun(const struct layers_notes *notes, enum ecdn_xdp_note_kind kind,
		      const struct layers_span *span, const struct ecdn_xdp_limits *limits)
{
	const struct ecdn_xdp_note *note = &notes->note[kind];

	if (!span->from_file || !notes->has[kind])
		return false;
	if (*span->lasts)
		return !strcmp(note->lasts, span->lasts);
	return note->from_file && end_of(limits, kind) == LAYERS_FOREVER;
}

bool layers_set(struct layers_notes *notes, enum ecdn_xdp_note_kind kind,
		const struct layers_span *span, const struct clock_moment *now,
		struct ecdn_xdp_limits *limits)
{
	struct ecdn_xdp_note *note = &notes->note[kind];
	struct login login;

	if (has_begun(notes, kind, span, limits)) {
		if (note->from_file)
			strcpy(note->reason, span->reason);
		return false;
	}
	set_end(limits, kind, layers_end(span, now));
	notes->timed[kind] = span->until_ns;
	notes->until[kind] = (struct ecdn_xdp_until){ span->until_ns, end_of(limits, kind) };
	login_read(&login);
	notes->has[kind] = true;
	note->since_ns = now->now_ns;
	note->login_uid = login.login_uid;
	note->from_file = span->from_file;
	strcpy(note->user, login.user);
	strcpy(note->reason, span->reason);
	/* What a command sets does not make the file's words new. */
	if (span->from_file)
		strcpy(note->lasts, span->lasts);
	return true;
}

void layers_release(struct layers_notes *notes, struct ecdn_xdp_limits *limits)
{
	for (unsigned int kind = 0; kind < LAYERS_KINDS; kind++) {
		struct ecdn_xdp_note left = {};

		set_end(limits, kind, 0);
		memcpy(left.lasts, notes->note[kind].lasts, sizeof(left.lasts));
		notes->note[kind] = left;
		notes->has[kind] = *left.lasts;
		notes->timed[kind] = false;
	}
}

/* A note of which nothing but the file's words is left goes with them. */
static int forget_words(int map, const struct ecdn_xdp_note_key *key)
{
	struct ecdn_xdp_note note;
	int err = maps_get(map, NOTES, key, &note);

	if (err || !*note.lasts)
		return err;
	memset(note.lasts, 0, sizeof(note.lasts));
	return note.since_ns ? maps_set(map, NOTES, key, &note) : maps_delete(map, NOTES, key);
}

int layers_forget(int map, const uint8_t *named, uint32_t max_regions)
{
	struct ecdn_xdp_note_key key, next;
	int err = map < 0 ? -ENOENT : bpf_map_get_next_key(map, NULL, &key);

	while (!err) {
		int failed = 0;

		/* The next key first: after one that is gone the kernel begins anew. */
		err = bpf_map_get_next_key(map, &key, &next);
		if (key.region >= max_regions || !(named[key.region] & 1 << key.kind))
			failed = forget_words(map, &key);
		if (failed)
			return failed;
		key = next;
	}
	return err == -ENOENT ? 0 : log_error(err, "cannot read map " NOTES ": %s", strerror(-err));
}

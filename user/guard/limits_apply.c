// SPDX-License-Identifier: BSD-2-Clause
#include "guard/limits_apply.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/scoped.h"
#include "base/when.h"
#include "guard/publish.h"
#include "rate.h"

/* Of a file's layer that would begin, but whose end has passed. */
static void tell_past(const struct limits_change *change, const struct clock_moment *now)
{
	char at[WHEN_SIZE];

	if (!layers_end(&change->span, now))
		log_warning("%s:%u: the %s of \"%s\" has ended, on %s; it is not set", change->file,
			    change->line, change->what & LIMITS_BLOCK ? "block" : "exemption",
			    change->region, when_text(change->span.until_ns, at));
}

static void change_layers(struct ecdn_xdp_limits *limits, struct layers_notes *notes,
			  const struct limits_change *change)
{
	const struct clock_moment now = clock_now();
	bool begun = false;

	if (change->what & LIMITS_RELEASE) {
		layers_release(notes, limits);
		limits->released_ns = now.now_ns;
	}
	if (change->what & LIMITS_EXEMPT)
		begun = layers_set(notes, ECDN_XDP_NOTE_EXEMPT, &change->span, &now, limits);
	if (change->what & LIMITS_BLOCK)
		begun = layers_set(notes, ECDN_XDP_NOTE_BLOCK, &change->span, &now, limits);
	if (begun && change->file)
		tell_past(change, &now);
}

/* What is to be told of a change. */
static int note_before(struct limits_change *change, const struct guard_maps *maps,
		       uint32_t region, bool shield)
{
	struct ecdn_xdp_region_rate rates;
	int err = guard_maps_limits(maps, region, &change->told.before);

	err = err ?: maps_get(maps->region_rate, "region_rate", &region, &rates);
	err = err ?: layers_read(maps, region, &change->told.notes);
	err = err ?: limits_learned_read(maps->region_learned, region, &change->told.before,
					 &change->told.learned_before);
	if (err)
		return err;
	change->told.now_ns = clock_monotonic_ns();
	change->told.state = rates_update(&rates, &change->told.before, shield,
					  change->told.now_ns);
	return 0;
}

static bool are_same(const struct layers_notes *one, const struct layers_notes *other)
{
	for (unsigned int kind = 0; kind < LAYERS_KINDS; kind++)
		if (one->has[kind] != other->has[kind] || one->timed[kind] != other->timed[kind] ||
		    memcmp(&one->note[kind], &other->note[kind], sizeof(one->note[kind])) ||
		    memcmp(&one->until[kind], &other->until[kind], sizeof(one->until[kind])))
			return false;
	return true;
}

/* What a command asks for again in the same words was so already. The notes come first, as they
 * alone may find no room. */
static int write_region(const struct limits_change *change, const struct guard_maps *maps,
			uint32_t region, const struct layers_notes *notes, int publish)
{
	bool changes = limits_apply_changed(change);
	int err = 0;

	if (!are_same(notes, &change->told.notes) && (changes || change->file))
		err = layers_write(maps, region, notes);
	err = err ?: limits_learned_write(maps->region_learned, region,
					  &change->told.learned_before,
					  &change->told.learned_after);
	return err || !changes ? err : limits_write(publish, region, &change->told.after,
						     &change->told.before);
}

static bool has_another_reason(const struct limits_change *change,
			       const struct layers_notes *notes)
{
	const struct ecdn_xdp_note *before = change->told.notes.note, *after = notes->note;

	return strcmp(before[ECDN_XDP_NOTE_EXEMPT].reason, after[ECDN_XDP_NOTE_EXEMPT].reason) ||
	       strcmp(before[ECDN_XDP_NOTE_BLOCK].reason, after[ECDN_XDP_NOTE_BLOCK].reason);
}

static int apply_to_region(struct limits_change *change, const struct guard_maps *maps,
			   uint32_t region, const struct ecdn_xdp_config *config, int publish)
{
	bool shield = config->shield == ECDN_XDP_SHIELD_ON;
	struct limits_learned learned;
	struct ecdn_xdp_limits limits;
	struct layers_notes notes;
	int err = note_before(change, maps, region, shield);

	if (err)
		return err;
	limits = change->told.before;
	notes = change->told.notes;
	learned = change->told.learned_before;
	limits_change_values(&limits, &learned, change, &config->default_limits);
	change->told.learned_after = learned;
	change_layers(&limits, &notes, change);
	change->told.after = limits;
	change->told.reason = has_another_reason(change, &notes);
	return write_region(change, maps, region, &notes, publish);
}

static int apply_to_default(struct limits_change *change, const struct guard_maps *maps,
			    struct ecdn_xdp_config *config, int publish)
{
	change->told.before = config->default_limits;
	limits_change_values(&config->default_limits, NULL, change, NULL);
	change->told.after = config->default_limits;
	return limits_spread(maps, config, publish);
}

/* Has the words of a file forgotten which that does not have any more. */
static int forget(const struct limits_changes *changes, const struct guard_maps *maps,
		  const struct names *names, uint32_t max_regions)
{
	scoped_free uint8_t *named = calloc(max_regions, 1);

	if (!named)
		return log_error(-ENOMEM, "out of memory");
	for (unsigned int i = 0; i < changes->count; i++) {
		const struct limits_change *change = &changes->at[i];

		if (change->what & (LIMITS_EXEMPT | LIMITS_BLOCK))
			named[limits_region(change, names)] |= 1 << (change->what & LIMITS_EXEMPT ?
				ECDN_XDP_NOTE_EXEMPT : ECDN_XDP_NOTE_BLOCK);
	}
	return layers_forget(maps->region_notes, named, max_regions);
}

int limits_apply(const struct limits_changes *changes, const struct guard_maps *maps,
		 const struct names *names, struct ecdn_xdp_config *config, int publish)
{
	int err = 0;

	for (unsigned int i = 0; i < changes->count && !err; i++) {
		struct limits_change *change = &changes->at[i];

		if (limits_is_default(change))
			err = apply_to_default(change, maps, config, publish);
		else
			err = apply_to_region(change, maps, limits_region(change, names), config,
					      publish);
	}
	if (!err && changes->from_file)
		err = forget(changes, maps, names, config->max_regions);
	return err;
}

/* A release that finds nothing is none. */
bool limits_apply_changed(const struct limits_change *change)
{
	const __u64 *fixed_before = change->told.learned_before.row.fixed;
	const __u64 *fixed_after = change->told.learned_after.row.fixed;
	struct ecdn_xdp_limits before = change->told.before;

	if (change->what & LIMITS_RELEASE && change->told.state == ECDN_XDP_STATE_NORMAL)
		before.released_ns = change->told.after.released_ns;
	return memcmp(&before, &change->told.after, sizeof(before)) || change->told.reason ||
	       memcmp(fixed_before, fixed_after, sizeof(change->told.learned_after.row.fixed));
}

bool limits_apply_changed_any(const struct limits_changes *changes)
{
	for (unsigned int i = 0; i < changes->count; i++)
		if (limits_apply_changed(&changes->at[i]))
			return true;
	return false;
}

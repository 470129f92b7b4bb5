// SPDX-License-Identifier: BSD-2-Clause
#include "answers/answers_counts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "access/access_log.h"
#include "base/hash.h"

#define SLOTS (sizeof(((struct answers_counts *)0)->slot) / sizeof(uint16_t))

struct answers_counts *answers_counts_new(const struct answers_options *options)
{
	struct answers_counts *counts = calloc(1, sizeof(*counts));

	if (!counts)
		return NULL;
	counts->options = *options;
	counts->count = 1;
	return counts;
}

void answers_counts_free(struct answers_counts *counts)
{
	for (unsigned int i = 0; counts && i < counts->count; i++) {
		free(counts->at[i].sent.paths);
		free(counts->at[i].made.paths);
	}
	if (counts)
		free(counts->unasked.paths);
	free(counts);
}

/* --- origins */

static bool is_same(const struct ecdn_xdp_origin_key *one, const struct ecdn_xdp_origin_key *other)
{
	return !memcmp(one, other, sizeof(*one));
}

static struct answers_origin *find_origin(struct answers_counts *counts,
					  const struct ecdn_xdp_origin_key *key)
{
	uint64_t at = hash_bytes(counts->options.seed, (const char *)key, sizeof(*key)) % SLOTS;

	for (; counts->slot[at]; at = (at + 1) % SLOTS)
		if (is_same(&counts->at[counts->slot[at]].key, key))
			return &counts->at[counts->slot[at]];
	if (counts->count > ANSWERS_COUNTS_ORIGINS)
		return &counts->at[0];
	counts->slot[at] = counts->count;
	counts->at[counts->count].key = *key;
	return &counts->at[counts->count++];
}

static void note_other(struct answers_counts *counts, const struct ecdn_xdp_origin_key *key)
{
	for (unsigned int i = 0; i < counts->others; i++)
		if (is_same(&counts->other[i], key))
			return;
	if (counts->others < ANSWERS_COUNTS_OTHERS)
		counts->other[counts->others++] = *key;
}

/* NULL: it is not wanted. */
static struct answers_origin *origin_of(struct answers_counts *counts,
					const struct ecdn_xdp_origin_key *key)
{
	const struct answers_options *options = &counts->options;

	if (!options->wanted || options->wanted(options->context, key))
		return find_origin(counts, key);
	note_other(counts, key);
	return NULL;
}

/* --- counting */

static int take_table(struct answers_counts *counts, struct answers_part *part)
{
	if (part->paths)
		return 0;
	if (counts->tables == ANSWERS_COUNTS_TABLES) {
		counts->no_table = true;
		return 0;
	}
	part->paths = calloc(1, sizeof(*part->paths));
	counts->tables += part->paths != NULL;
	return part->paths ? 0 : -ENOMEM;
}

static void span(uint64_t *first_ns, uint64_t *last_ns, uint64_t at_ns)
{
	if (!*first_ns || at_ns < *first_ns)
		*first_ns = at_ns;
	if (at_ns > *last_ns)
		*last_ns = at_ns;
}

static int count_part(struct answers_counts *counts, struct answers_part *part, unsigned int how,
		      const struct answers_record *record)
{
	int err = take_table(counts, part);

	part->count++;
	part->how[how]++;
	span(&part->first_ns, &part->last_ns, record->at_ns);
	if (part->paths)
		answers_paths_count(part->paths, record->host, record->path,
				    counts->options.seed);
	return err;
}

static bool matches(const struct answers_options *options, unsigned int status)
{
	return options->status ? status == options->status : status >= 400;
}

/* Without a connection there is no answer that could be broken. */
static bool is_broken(const struct answers_attempt *attempt, unsigned int result)
{
	return (attempt->connected || attempt->answered) &&
	       (result == ECDN_XDP_ORIGIN_SAID_NO_ANSWER ||
		result == ECDN_XDP_ORIGIN_SAID_MALFORMED ||
		result == ECDN_XDP_ORIGIN_SAID_TRUNCATED ||
		result == ECDN_XDP_ORIGIN_SAID_TIMED_OUT);
}

/* The status that an attempt's answer had; 0: none that is a status. */
static unsigned int status_of(const struct answers_attempt *attempt, unsigned int result)
{
	return attempt->answered && result != ECDN_XDP_ORIGIN_SAID_MALFORMED ? attempt->status : 0;
}

static int count_attempt(struct answers_counts *counts, const struct answers_record *record,
			 unsigned int index, bool is_last)
{
	const struct answers_attempt *attempt = &record->attempts.at[index];
	unsigned int result = answers_record_result(record, index);
	unsigned int status = status_of(attempt, result), how = result;
	struct answers_origin *origin = origin_of(counts, &attempt->origin);
	bool broken = counts->options.broken && is_broken(attempt, result);

	if (!origin)
		return 0;
	origin->asked++;
	origin->answers += status != 0;
	if (broken && result == ECDN_XDP_ORIGIN_SAID_TRUNCATED) {
		origin->made.got = attempt->length;
		origin->made.need = record->need;
	}
	if (broken)
		return count_part(counts, &origin->made, how, record);
	if (status && matches(&counts->options, status))
		return count_part(counts, &origin->sent, how, record);
	if (!is_last || !matches(&counts->options, record->status))
		return 0;
	if (record->cached)
		how = ANSWERS_CACHED;
	else if (result == ECDN_XDP_ORIGIN_SAID_TRUNCATED)
		how = ANSWERS_CHANGED;
	return count_part(counts, &origin->made, how, record);
}

static int count_unasked(struct answers_counts *counts, const struct answers_record *record)
{
	unsigned int how = record->cached ? ANSWERS_CACHED :
			   record->attempts.count ? ANSWERS_NO_PEER : ANSWERS_ITSELF;

	return matches(&counts->options, record->status) ?
	       count_part(counts, &counts->unasked, how, record) : 0;
}

/* The client got what came of the last origin that was asked. */
static int last_of(const struct answers_attempts *attempts)
{
	int last = -1;

	for (unsigned int i = 0; i < attempts->count; i++)
		if (attempts->at[i].origin.family && !attempts->at[i].again)
			last = (int)i;
	return last;
}

int answers_counts_add(struct answers_counts *counts, const struct answers_record *record)
{
	const struct answers_attempts *attempts = &record->attempts;
	int last = last_of(attempts), err = 0;

	counts->records++;
	counts->had += matches(&counts->options, record->status);
	span(&counts->first_ns, &counts->last_ns, record->at_ns);
	for (int i = 0; i <= last && !err; i++)
		if (attempts->at[i].origin.family && !attempts->at[i].again)
			err = count_attempt(counts, record, i, i == last);
	return err ?: last < 0 ? count_unasked(counts, record) : 0;
}

/* --- a log */

struct reading {
	struct answers_counts *counts;
	struct access_reader reader;
	struct answers_record record;
};

static int take(void *context, struct text line, struct access_fault *fault)
{
	struct reading *reading = context;

	return answers_record_read(&reading->reader, line, &reading->record, fault) ?:
	       answers_counts_add(reading->counts, &reading->record);
}

int answers_counts_log(struct answers_counts *counts, const char *path,
		       const struct access_progress *progress)
{
	struct reading reading = { .counts = counts };
	struct access_log log = { .path = path, .format = ANSWERS_RECORD_FORMAT, .take = take,
				  .context = &reading, .progress = progress };
	int err = access_log_read(&log);

	counts->lines = log.lines;
	counts->bad = log.bad;
	return err;
}

// SPDX-License-Identifier: BSD-2-Clause
#include "agent/agent_replay.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "agent/agent_learn.h"
#include "base/array.h"
#include "base/escape.h"
#include "base/file.h"
#include "base/log.h"
#include "base/quantity.h"
#include "base/when.h"
#include "base/words.h"
#include "config/config.h"
#include "learn/learn.h"
#include "show/columns.h"

#define HOLDS_S 300             /* no line stands for more */
#define GRACE_S 3
#define HOLD_S 10
#define WORTH 0.1               /* a limit that changed by less is not printed */
#define TIME_MOST 253402300799ULL /* the year 9999 */

struct line {
	uint64_t time_s;
	char region[ECDN_XDP_NAME_SIZE];
	double rate[LEARN_MEASURES];
	int state;              /* enum ecdn_xdp_state; -1: not given */
};

struct replayed {
	char name[ECDN_XDP_NAME_SIZE];
	struct learn learn;
	uint64_t first_s, last_s, seconds;
	uint64_t limit[LEARN_MEASURES], printed[LEARN_MEASURES];
	uint64_t above_s, below_s, limited_s; /* since when; 0: it is not */
	uint64_t times, limited_for_s; /* how often, and how long in all */
};

struct replay {
	const char *path;
	FILE *to;
	struct learn_settings settings;
	struct replayed **region;
	size_t count, next;     /* next: where the next line's is looked for first */
};

/* --- lines */

static bool take_number(struct text word, double *number)
{
	char copy[40], *end;

	if (!text_length(word) || text_length(word) >= sizeof(copy))
		return false;
	memcpy(copy, word.start, text_length(word));
	copy[text_length(word)] = 0;
	*number = strtod(copy, &end);
	return !*end && *number >= 0 && *number <= LEARN_RATE_MAX;
}

static bool take_state(struct text word, int *state)
{
	char copy[20] = "";

	*state = -1;
	if (!text_length(word))
		return true;
	if (text_length(word) >= sizeof(copy))
		return false;
	memcpy(copy, word.start, text_length(word));
	*state = words_index(view_regions_states, ECDN_XDP_STATE_MAX, copy);
	return *state >= 0;
}

/* What is wrong with it; NULL: nothing. */
static const char *read_line(struct text rest, struct line *line)
{
	struct text word = text_word(&rest);
	double time;

	*line = (struct line){};
	if (!take_number(word, &time) || time < 1 || time > TIME_MOST)
		return "the time must be seconds since the epoch";
	line->time_s = (uint64_t)time;
	word = text_word(&rest);
	if (!text_length(word) || text_length(word) >= sizeof(line->region))
		return "a region's name must come after the time";
	memcpy(line->region, word.start, text_length(word));
	for (unsigned int m = 0; m < LEARN_MEASURES; m++)
		if (!take_number(text_word(&rest), &line->rate[m]))
			return "packets, bits and connections per second must follow the region, "
			       "as numbers";
	if (!take_state(text_word(&rest), &line->state))
		return "the state must be normal, shielded, limited, exempt or blocked";
	return text_length(text_word(&rest)) ? "something follows the state" : NULL;
}

/* --- regions */

/* Files have the regions in the same order again and again. */
static struct replayed *find(struct replay *replay, const char *name)
{
	for (size_t i = 0; i < replay->count; i++) {
		size_t at = (replay->next + i) % replay->count;

		if (strcmp(replay->region[at]->name, name))
			continue;
		replay->next = at + 1;
		return replay->region[at];
	}
	return NULL;
}

static struct replayed *region_of(struct replay *replay, const struct line *line)
{
	struct replayed *region = find(replay, line->region);

	if (region)
		return region;
	region = calloc(1, sizeof(*region));
	if (!region || array_append(replay->region, replay->count, &region)) {
		free(region);
		return NULL;
	}
	memcpy(region->name, line->region, sizeof(region->name));
	learn_init(&region->learn);
	region->first_s = line->time_s;
	return region;
}

static void print_start(const struct replay *replay, const struct replayed *region, uint64_t at_s)
{
	char time[WHEN_SIZE], name[4 * ECDN_XDP_NAME_SIZE];

	fprintf(replay->to, "%s  %-8s  ", when_text(at_s * NS_PER_SECOND, time),
		escape_text(region->name, name, sizeof(name)));
}

static void print_limits(const struct replay *replay, const uint64_t limit[LEARN_MEASURES])
{
	char room[3][COLUMNS_RATE_SIZE];

	fprintf(replay->to, "limit %s pps, %s bps, %s cps", columns_rate_text(limit[0], room[0]),
		columns_rate_text(limit[1], room[1]), columns_rate_text(limit[2], room[2]));
}

static bool is_worth_a_line(const struct replayed *region)
{
	for (unsigned int m = 0; m < LEARN_MEASURES; m++)
		if (fabs((double)region->limit[m] - (double)region->printed[m]) >
		    WORTH * (double)region->printed[m])
			return true;
	return false;
}

/* As the agent does each minute; a line each hour is enough to read. */
static void set_limits(struct replay *replay, struct replayed *region, uint64_t at_s)
{
	struct ecdn_xdp_learned limits;

	learn_limits(&region->learn, &replay->settings, &limits);
	memcpy(region->limit, limits.learned, sizeof(region->limit));
	if (at_s % 3600 || !is_worth_a_line(region))
		return;
	memcpy(region->printed, region->limit, sizeof(region->printed));
	print_start(replay, region, at_s);
	print_limits(replay, region->limit);
	fputc('\n', replay->to);
}

static void begin_limited(struct replay *replay, struct replayed *region, const double rate[],
			  uint64_t at_s)
{
	static const char *const names[] = { "pps", "bps", "cps" };
	char room[2][COLUMNS_RATE_SIZE];

	region->limited_s = at_s;
	region->times++;
	for (unsigned int m = 0; m < LEARN_MEASURES; m++) {
		if (!region->limit[m] || rate[m] <= (double)region->limit[m])
			continue;
		print_start(replay, region, at_s);
		fprintf(replay->to, "limited: %s %s above %s\n",
			columns_rate_text((uint64_t)rate[m], room[0]), names[m],
			columns_rate_text(region->limit[m], room[1]));
		return;
	}
}

static void end_limited(struct replay *replay, struct replayed *region, uint64_t at_s)
{
	char room[QUANTITY_DURATION_SIZE];
	uint64_t for_s = at_s - region->limited_s;

	region->limited_for_s += for_s;
	region->limited_s = 0;
	print_start(replay, region, at_s);
	fprintf(replay->to, "normal again, after %s\n",
		quantity_about(for_s * NS_PER_SECOND, room));
}

static bool is_above(const struct replayed *region, const double rate[], double share)
{
	for (unsigned int m = 0; m < LEARN_MEASURES; m++)
		if (region->limit[m] && rate[m] > share * (double)region->limit[m])
			return true;
	return false;
}

static void judge(struct replay *replay, struct replayed *region, const double rate[],
		  uint64_t at_s)
{
	region->above_s = !is_above(region, rate, 1) ? 0 : region->above_s ?: at_s;
	region->below_s = is_above(region, rate, 0.8) ? 0 : region->below_s ?: at_s;
	if (!region->limited_s && region->above_s && at_s - region->above_s >= GRACE_S)
		begin_limited(replay, region, rate, at_s);
	else if (region->limited_s && region->below_s && at_s - region->below_s >= HOLD_S)
		end_limited(replay, region, at_s);
}

static enum learn_time time_of(const struct replayed *region, int state)
{
	switch (state) {
	case -1:
		return region->limited_s ? LEARN_LIMITED : LEARN_NORMAL;
	case ECDN_XDP_STATE_NORMAL:
		return LEARN_NORMAL;
	case ECDN_XDP_STATE_EXEMPT:
	case ECDN_XDP_STATE_BLOCKED:
		return LEARN_APART;
	default:
		return LEARN_LIMITED;
	}
}

static void add_second(struct replay *replay, struct replayed *region, const struct line *line,
		       uint64_t at_s)
{
	struct learn_sample sample = { .epoch_s = at_s };

	memcpy(sample.rate, line->rate, sizeof(sample.rate));
	judge(replay, region, line->rate, at_s);
	sample.time = time_of(region, line->state);
	memcpy(sample.limit, region->limit, sizeof(sample.limit));
	learn_add(&region->learn, &replay->settings, &sample);
	region->seconds++;
	if (at_s % 60 == 0)
		set_limits(replay, region, at_s);
}

static const char *add_line(struct replay *replay, const struct line *line)
{
	struct replayed *region = region_of(replay, line);
	uint64_t from_s;

	if (!region)
		return "out of memory";
	if (line->time_s < region->last_s)
		return "the times of a region must not go back";
	from_s = region->last_s + 1;
	if (!region->last_s || line->time_s - region->last_s > HOLDS_S)
		from_s = line->time_s;
	for (uint64_t at_s = from_s; at_s <= line->time_s; at_s++)
		add_second(replay, region, line, at_s);
	region->last_s = line->time_s;
	return NULL;
}

/* --- all of it */

static void print_summary(const struct replay *replay, const struct replayed *region)
{
	char room[QUANTITY_DURATION_SIZE], name[4 * ECDN_XDP_NAME_SIZE];
	uint64_t limited_s = region->limited_for_s +
			     (region->limited_s ? region->last_s - region->limited_s : 0);

	fprintf(replay->to, "%s: %s of samples; ",
		escape_text(region->name, name, sizeof(name)),
		quantity_about(region->seconds * NS_PER_SECOND, room));
	if (region->limit[0])
		print_limits(replay, region->limit);
	else
		fprintf(replay->to, "nothing is learned of the last hour, with %u h of 24 h",
			region->learn.hours < LEARN_HOURS ? region->learn.hours : LEARN_HOURS);
	fprintf(replay->to, "; limited %" PRIu64 " time%s", region->times,
		region->times == 1 ? "" : "s");
	if (region->times)
		fprintf(replay->to, ", %s in all%s",
			quantity_about(limited_s * NS_PER_SECOND, room),
			region->limited_s ? ", and still so" : "");
	fputc('\n', replay->to);
}

static int read_lines(struct replay *replay, struct text all)
{
	struct text_lines lines = { .rest = all };
	struct text text;

	while (text_next_line(&lines, &text)) {
		struct line line;
		const char *wrong = read_line(text, &line) ?: add_line(replay, &line);

		if (wrong) {
			log_at(replay->path, lines.number, "%s", wrong);
			return -EINVAL;
		}
	}
	return replay->count ? 0 : log_error(-EINVAL, "%s has no lines", replay->path);
}

static int replay_file(struct replay *replay)
{
	struct file file;
	int err = file_open(&file, replay->path);

	if (err == -ENOMEM)
		log_error(err, "out of memory for %s", replay->path);
	err = err ?: file_text(&file, "not text");
	err = err ?: read_lines(replay, file.text);
	file_close(&file);
	for (size_t i = 0; i < replay->count; i++) {
		if (!err)
			print_summary(replay, replay->region[i]);
		free(replay->region[i]);
	}
	free(replay->region);
	return err;
}

int agent_replay(const char *path, const char *config_path, FILE *to)
{
	struct replay replay = { .path = path, .to = to };
	struct config config;

	if (!config_path)
		config_init(&config);
	else if (config_read(&config, config_path))
		return -EINVAL;
	replay.settings = agent_learn_settings(&config.agent);
	config_free(&config);
	return replay_file(&replay);
}

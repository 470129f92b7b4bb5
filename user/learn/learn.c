// SPDX-License-Identifier: BSD-2-Clause
#include "learn/learn.h"

#include <math.h>
#include <stddef.h>

#define TEN 10ULL
#define TENS_OF_MINUTE 6
#define MINUTE_TENS 3           /* that make a minute's value */
#define TEN_SECONDS 5           /* that make the value of ten */
#define HOUR_LEAST (LEARN_TENS / 4)
#define LEVEL_MINUTES 30
#define LEVEL_LEAST 10          /* minutes of these that are enough */
#define FIRST_MOST 2.0F         /* a peak by the median of the first hour of its kind */
#define NOTICE_AGAIN_S 600

void learn_init(struct learn *learn)
{
	*learn = (struct learn){};
	for (unsigned int m = 0; m < LEARN_MEASURES; m++) {
		struct learn_measure *measure = &learn->measure[m];

		measure->level = 1;
		measure->creep = 1;
		for (unsigned int i = 0; i < LEARN_MINUTES; i++)
			measure->minute[i] = LEARN_UNKNOWN;
	}
}

static unsigned int minute_of(const struct learn *learn)
{
	return learn->ten / TENS_OF_MINUTE % LEARN_MINUTES;
}

/* --- quantiles */

/* The least of them falls out. */
static void keep_top(float top[LEARN_TOP], float value)
{
	for (unsigned int i = 0; i < LEARN_TOP; i++) {
		if (value > top[i]) {
			float other = top[i];

			top[i] = value;
			value = other;
		}
	}
}

/* Of n values, of which the highest are in top, by nearest rank. */
static float percentile_99(const float top[LEARN_TOP], unsigned int n)
{
	unsigned int rank = (99 * n + 99) / 100;

	return top[n - rank < LEARN_TOP ? n - rank : LEARN_TOP - 1];
}

/* Of the last `span` minutes, the running one not among them. LEARN_UNKNOWN if fewer than `least`
 * are known. */
static float median_minute(const struct learn_measure *measure, unsigned int running,
			   unsigned int span, unsigned int least)
{
	float sorted[LEARN_MINUTES];
	unsigned int n = 0;

	for (unsigned int i = 1; i <= span; i++) {
		float value = measure->minute[(running + LEARN_MINUTES - i) % LEARN_MINUTES];
		unsigned int at = n;

		if (value < 0)
			continue;
		for (; at && sorted[at - 1] > value; at--)
			sorted[at] = sorted[at - 1];
		sorted[at] = value;
		n++;
	}
	if (!n || n < least)
		return LEARN_UNKNOWN;
	return (sorted[n / 2] + sorted[(n - 1) / 2]) / 2;
}

/* --- ends of hours, minutes and tens of seconds */

/* Up by half of the way, of which no more counts than half above; down by a tenth, or by what makes
 * a mean of the first days. */
static void follow(float *mark, float value, unsigned int times)
{
	if (value > *mark)
		*mark += (fminf(value, 1.5F * *mark) - *mark) / 2;
	else
		*mark += (value - *mark) / (times < 10 ? (float)times + 1 : 10);
}

/*
 * The first time there is no mark that an attack could not lift by more than a quarter: then the
 * hour's own median stands for it, as most attacks are shorter than half an hour. A mark that is
 * nothing has no half above, so that it would stay nothing.
 */
static void learn_hour(struct learn *learn, struct learn_measure *measure, unsigned int hour)
{
	float high = percentile_99(measure->top, learn->hour_free);
	float median = median_minute(measure, 0, LEARN_MINUTES, 1);
	unsigned int times = learn->times[hour];

	if (median < 0)
		return;
	if (!times || measure->high[hour] <= 0)
		measure->high[hour] = fminf(high, FIRST_MOST * median);
	else
		follow(&measure->high[hour], high, times);
	if (!times || measure->usual[hour] <= 0)
		measure->usual[hour] = median;
	else
		follow(&measure->usual[hour], median, times);
}

static void creep(struct learn_measure *measure)
{
	if (measure->hour_limited > LEARN_TENS - HOUR_LEAST)
		measure->creep = fminf(measure->creep * 1.25F, LEARN_CREEP_MOST);
	else
		measure->creep = fmaxf(measure->creep * 0.9F, 1);
}

static void clear_hour(struct learn *learn)
{
	learn->hour_free = 0;
	for (unsigned int m = 0; m < LEARN_MEASURES; m++) {
		struct learn_measure *measure = &learn->measure[m];

		measure->hour_limited = 0;
		for (unsigned int i = 0; i < LEARN_TOP; i++)
			measure->top[i] = 0;
	}
}

/* A region that never had any has no history, however long that was: its first traffic is no surge.
 * The hours of one that is known may be empty. */
static bool has_traffic(const struct learn *learn)
{
	return learn->hours >= LEARN_HOURS || learn->measure[0].top[0] > 0;
}

/* Hours that nobody saw lose what had crept in, too: nobody was limited wrongly in them. */
static void end_hour(struct learn *learn, uint64_t next_ten)
{
	unsigned int hour = learn_hour_of(learn);
	uint64_t unseen = next_ten / LEARN_TENS - learn->ten / LEARN_TENS - 1;
	bool enough = learn->hour_free >= HOUR_LEAST && has_traffic(learn);

	for (unsigned int m = 0; m < LEARN_MEASURES; m++) {
		struct learn_measure *measure = &learn->measure[m];

		if (enough)
			learn_hour(learn, measure, hour);
		creep(measure);
		for (uint64_t i = 0; i < unseen && measure->creep > 1; i++)
			measure->creep = fmaxf(measure->creep * 0.9F, 1);
	}
	if (enough) {
		learn->hours += learn->hours < UINT32_MAX;
		learn->times[hour] += learn->times[hour] < UINT8_MAX;
	}
	clear_hour(learn);
}

static void end_minute(struct learn *learn)
{
	unsigned int at = minute_of(learn);

	for (unsigned int m = 0; m < LEARN_MEASURES; m++) {
		struct learn_measure *measure = &learn->measure[m];

		measure->minute[at] = learn->minute_free < MINUTE_TENS ? LEARN_UNKNOWN :
				      measure->minute_sum / (float)learn->minute_free;
		measure->minute_sum = 0;
	}
	learn->minute_free = 0;
}

/* Minutes that nobody saw have no value. */
static void skip_minutes(struct learn *learn, uint64_t from, uint64_t to)
{
	if (to > from + LEARN_MINUTES)
		to = from + LEARN_MINUTES;
	for (; from < to; from++)
		for (unsigned int m = 0; m < LEARN_MEASURES; m++)
			learn->measure[m].minute[from % LEARN_MINUTES] = LEARN_UNKNOWN;
}

/* While too few minutes are known the level stays as it was; after an hour without any, as after
 * a night in which the host was off, today is taken for a day like the last ones. */
static void take_level(struct learn *learn)
{
	unsigned int hour = learn_hour_of(learn), running = minute_of(learn);

	for (unsigned int m = 0; m < LEARN_MEASURES; m++) {
		struct learn_measure *measure = &learn->measure[m];
		float usual = learn->times[hour] ? measure->usual[hour] : 0;
		float now = median_minute(measure, running, LEVEL_MINUTES, LEVEL_LEAST);

		if (usual <= 0)
			measure->level = 1;
		else if (now >= 0)
			measure->level = fminf(fmaxf(now / usual, LEARN_LEVEL_LEAST),
					       LEARN_LEVEL_MOST);
	}
}

static void forget_level(struct learn *learn)
{
	for (unsigned int m = 0; m < LEARN_MEASURES; m++)
		learn->measure[m].level = 1;
}

/* Of the ten seconds that are over. */
static unsigned int unusual(struct learn *learn, const struct learn_settings *settings)
{
	uint64_t now_s = learn->ten * TEN;
	unsigned int bits = 0;

	for (unsigned int m = 0; m < LEARN_MEASURES; m++) {
		double notice = learn_limit_unusual(learn, settings, m);

		if (notice > 0 && learn->measure[m].ten_sum / learn->ten_normal > notice)
			bits |= 1U << m;
	}
	if (!bits)
		return 0;
	/* A clock that was set back does not silence it for longer than that. */
	if (now_s < learn->notice_s && learn->notice_s - now_s <= NOTICE_AGAIN_S)
		bits = 0;
	learn->notice_s = now_s + NOTICE_AGAIN_S;
	return bits;
}

static unsigned int end_ten(struct learn *learn, const struct learn_settings *settings)
{
	bool is_free = learn->ten_normal >= TEN_SECONDS && !learn->ten_other &&
		       learn->hour_free < LEARN_TENS;
	unsigned int bits = is_free ? unusual(learn, settings) : 0;

	for (unsigned int m = 0; m < LEARN_MEASURES; m++) {
		struct learn_measure *measure = &learn->measure[m];

		if (is_free) {
			float mean = measure->ten_sum / (float)learn->ten_normal;

			measure->last = mean;
			keep_top(measure->top, mean);
			measure->minute_sum += mean;
		}
		if (measure->ten_pressed >= TEN_SECONDS && measure->hour_limited < LEARN_TENS)
			measure->hour_limited++;
		measure->ten_sum = 0;
		measure->ten_pressed = 0;
	}
	learn->hour_free += is_free;
	learn->minute_free += is_free;
	learn->ten_normal = 0;
	learn->ten_other = 0;
	return bits;
}

/* The clock was set back: what is running has no time any more. */
static void forget_running(struct learn *learn)
{
	learn->ten_normal = learn->ten_other = 0;
	learn->minute_free = 0;
	for (unsigned int m = 0; m < LEARN_MEASURES; m++) {
		learn->measure[m].ten_sum = 0;
		learn->measure[m].minute_sum = 0;
		learn->measure[m].ten_pressed = 0;
	}
	skip_minutes(learn, 0, LEARN_MINUTES);
	forget_level(learn);
	clear_hour(learn);
}

static unsigned int go_on(struct learn *learn, const struct learn_settings *settings, uint64_t ten)
{
	uint64_t minute = learn->ten / TENS_OF_MINUTE, next = ten / TENS_OF_MINUTE;
	uint64_t hour_end = (minute / LEARN_MINUTES + 1) * LEARN_MINUTES;
	unsigned int bits = 0;

	if (!learn->ten || ten < learn->ten) {
		forget_running(learn);
		learn->ten = ten;
		return 0;
	}
	bits = end_ten(learn, settings);
	if (minute != next) {
		end_minute(learn);
		skip_minutes(learn, minute + 1, next < hour_end ? next : hour_end);
		if (next >= hour_end)
			end_hour(learn, ten);
		skip_minutes(learn, hour_end, next);
	}
	learn->ten = ten;
	if (next - minute > LEARN_MINUTES)
		forget_level(learn);
	else if (minute != next)
		take_level(learn);
	return bits;
}

static bool is_good(const struct learn_sample *sample)
{
	for (unsigned int m = 0; m < LEARN_MEASURES; m++)
		if (!(sample->rate[m] >= 0 && sample->rate[m] <= LEARN_RATE_MAX))
			return false;
	return sample->epoch_s >= TEN;
}

static void add_second(struct learn *learn, const struct learn_sample *sample)
{
	if (sample->time == LEARN_NORMAL)
		learn->ten_normal += learn->ten_normal < UINT8_MAX;
	else
		learn->ten_other = 1;
	for (unsigned int m = 0; m < LEARN_MEASURES; m++) {
		struct learn_measure *measure = &learn->measure[m];

		if (sample->time == LEARN_NORMAL && learn->ten_normal < UINT8_MAX)
			measure->ten_sum += (float)sample->rate[m];
		/* What keeps a surge going, see bpf/rate.h. */
		if (sample->time == LEARN_LIMITED && sample->limit[m] &&
		    sample->rate[m] * 5 >= (double)sample->limit[m] * 4 &&
		    measure->ten_pressed < TEN)
			measure->ten_pressed++;
	}
}

unsigned int learn_add(struct learn *learn, const struct learn_settings *settings,
		       const struct learn_sample *sample)
{
	uint64_t ten = sample->epoch_s / TEN;
	unsigned int bits = 0;

	if (!is_good(sample))
		return 0;
	if (ten != learn->ten)
		bits = go_on(learn, settings, ten);
	add_second(learn, sample);
	return bits;
}

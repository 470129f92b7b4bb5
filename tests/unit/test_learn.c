// SPDX-License-Identifier: BSD-2-Clause
/*
 * Learned limits against a slow implementation that keeps everything it has seen, and what clocks,
 * gaps, limits and rates that are none do to them.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "learn/learn.h"

#define HOUR 3600ULL
#define DAY (24 * HOUR)
#define START (20000 * DAY)

static const struct learn_settings settings = { 2, { 100, 0, 10 } };

static unsigned int add(struct learn *learn, uint64_t at_s, enum learn_time time, double rate,
			uint64_t limit)
{
	const struct learn_sample sample = { at_s, time, { rate, 8000 * rate, rate / 10 },
					     { limit, 0, 0 } };

	return learn_add(learn, &settings, &sample);
}

static unsigned int add_hours(struct learn *learn, uint64_t *at_s, unsigned int hours,
			      enum learn_time time, double rate, uint64_t limit)
{
	unsigned int notices = 0;

	for (uint64_t end_s = *at_s + hours * HOUR; *at_s < end_s; ++*at_s)
		notices += add(learn, *at_s, time, rate, limit) & 1;
	return notices;
}

static struct ecdn_xdp_learned limits_of(const struct learn *learn)
{
	struct ecdn_xdp_learned limits;

	learn_limits(learn, &settings, &limits);
	return limits;
}

/* --- the reference: of one measure, with all that it has seen */

#define TENS 360

struct reference {
	double high[24], usual[24], creep, level;
	unsigned int times[24], hours;
	double ten[2 * TENS];   /* of this hour; NAN: it was not free */
	double minute[2][60];   /* of this hour and the one before */
	double seconds[10];
	unsigned int pressed_tens;
};

static int by_size(const void *one, const void *other)
{
	double a = *(const double *)one, b = *(const double *)other;

	return a < b ? -1 : a > b;
}

/* Of those that are numbers; n: how many. */
static unsigned int sorted(const double *from, unsigned int count, double *to)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < count; i++)
		if (!isnan(from[i]))
			to[n++] = from[i];
	qsort(to, n, sizeof(*to), by_size);
	return n;
}

static double median(const double *from, unsigned int count, unsigned int least)
{
	double at[120];
	unsigned int n = sorted(from, count, at);

	return n < least || !n ? NAN : (at[n / 2] + at[(n - 1) / 2]) / 2;
}

static void move(double *mark, double value, unsigned int times)
{
	if (value > *mark)
		*mark += (fmin(value, 1.5 * *mark) - *mark) / 2;
	else
		*mark += (value - *mark) / fmin(times + 1, 10);
}

static void reference_hour(struct reference *of, unsigned int hour)
{
	double at[TENS], minutes = median(of->minute[1], 60, 1);
	unsigned int n = sorted(of->ten, TENS, at), times = of->times[hour];

	if (n >= TENS / 4) {
		double q = at[(unsigned int)ceil(0.99 * n) - 1];

		if (times) {
			move(&of->high[hour], q, times);
			move(&of->usual[hour], minutes, times);
		} else {
			of->high[hour] = fmin(q, 2 * minutes);
			of->usual[hour] = minutes;
		}
		of->times[hour]++;
		of->hours++;
	}
	of->creep = of->pressed_tens > TENS * 3 / 4 ? fmin(of->creep * 1.25, 8) :
						      fmax(of->creep * 0.9, 1);
	of->pressed_tens = 0;
	memcpy(of->minute[0], of->minute[1], sizeof(of->minute[0]));
}

static void reference_level(struct reference *of, unsigned int minute, unsigned int hour)
{
	double last = median(&of->minute[0][60] + minute - 30, 30, 10);

	if (of->times[hour] && !isnan(last))
		of->level = fmin(fmax(last / of->usual[hour], 0.5), 1.3);
	if (!of->times[hour])
		of->level = 1;
}

static double reference_limit(const struct reference *of, unsigned int hour)
{
	double peak = fmax(of->high[hour], fmax(of->high[(hour + 1) % 24],
						of->high[(hour + 23) % 24]));

	return of->hours < 24 ? 0 : fmax(2 * peak * of->level, settings.floor[0]) * of->creep;
}

struct second {
	enum learn_time time;
	double rate;
	uint64_t limit;
};

/* A busy day with noise, hours that are limited in part or throughout, exemptions. */
static struct second made_up(uint64_t at_s)
{
	double day = 1000 * (1.5 + sin((double)(at_s % DAY) * 2 * M_PI / DAY));
	struct second second = { LEARN_NORMAL, day * (0.8 + 0.4 * (rand() % 1000) / 1000), 1000 };
	uint64_t hour = at_s / HOUR;

	if (hour % 17 == 5 && at_s % HOUR < 2000)
		second.time = LEARN_LIMITED;
	if (hour % 29 < 2)
		second.time = LEARN_LIMITED;
	if (hour % 23 == 7 && at_s % HOUR < 3000)
		second.time = LEARN_APART;
	if (hour % 31 == 11 && at_s % HOUR > 600)
		second.rate *= 6;
	return second;
}

static void reference_ten(struct reference *of, uint64_t at_s, const struct second ten[10])
{
	unsigned int pressed = 0, place = at_s % HOUR / 10;
	double sum = 0;

	for (unsigned int i = 0; i < 10; i++) {
		sum += ten[i].time == LEARN_NORMAL ? ten[i].rate : NAN;
		pressed += ten[i].time == LEARN_LIMITED && ten[i].rate >= 800;
	}
	of->ten[place] = sum / 10;
	of->pressed_tens += pressed >= 5;
	if (place % 6 == 5) {
		double at[6], *minute = &of->minute[1][place / 6];
		unsigned int n = sorted(&of->ten[place - 5], 6, at);

		*minute = 0;
		for (unsigned int i = 0; i < n; i++)
			*minute += at[i] / n;
		*minute = n < 3 ? NAN : *minute;
	}
}

static void test_reference(void **state)
{
	struct reference of = { .creep = 1, .level = 1 };
	struct learn learn;

	(void)state;
	srand(7);
	learn_init(&learn);
	for (unsigned int i = 0; i < 60; i++)
		of.minute[0][i] = of.minute[1][i] = NAN;
	for (uint64_t at_s = START; at_s < START + 9 * DAY; at_s += 10) {
		struct second ten[10];
		double limit;

		if (at_s % 60 == 0) {
			unsigned int minute = at_s % HOUR / 60, hour = at_s / HOUR % 24;

			if (!minute && at_s > START)
				reference_hour(&of, (at_s / HOUR + 23) % 24);
			if (at_s > START)
				reference_level(&of, minute, hour);
		}
		for (unsigned int i = 0; i < 10; i++) {
			ten[i] = made_up(at_s);
			add(&learn, at_s + i, ten[i].time, ten[i].rate, ten[i].limit);
		}
		limit = reference_limit(&of, at_s / HOUR % 24);
		if (fabs((double)limits_of(&learn).learned[0] - limit) > limit * 1e-4 + 1)
			fail_msg("hour %llu: %llu, but %f by the reference",
				 (unsigned long long)((at_s - START) / HOUR),
				 (unsigned long long)limits_of(&learn).learned[0], limit);
		reference_ten(&of, at_s, ten);
	}
	assert_true(of.hours > 150 && of.creep >= 1);
}

/* --- cases */

static void test_first_day(void **state)
{
	struct ecdn_xdp_learned limits;
	uint64_t at_s = START;
	struct learn learn;

	(void)state;
	learn_init(&learn);
	assert_int_equal(limits_of(&learn).learned[0], 0);
	add_hours(&learn, &at_s, 24, LEARN_NORMAL, 1000, 0);
	limits = limits_of(&learn);
	assert_int_equal(limits.learned[0], 0);
	assert_int_equal(limits.hours, 23);
	add(&learn, at_s, LEARN_NORMAL, 1000, 0);
	limits = limits_of(&learn);
	assert_int_equal(limits.learned[0], 2000);
	assert_int_equal(limits.learned[1], 16000000);
	assert_int_equal(limits.learned[2], 200);
	assert_int_equal(limits.peak[0], 1000);
	assert_int_equal(limits.level[0], 1000);
	assert_int_equal(limits.creep[0], 1000);
	assert_int_equal(limits.factor, 2000);
	assert_int_equal(limits.floor[0], 100);
	assert_int_equal(limits.days, 1);
	assert_int_equal(limits.hours, 0);
	assert_int_equal(limits.hour, 0);
}

static void learn_days(struct learn *learn, uint64_t *at_s, unsigned int days, double rate)
{
	learn_init(learn);
	*at_s = START;
	add_hours(learn, at_s, 24 * days, LEARN_NORMAL, rate, 0);
	add(learn, *at_s, LEARN_NORMAL, rate, 0);
}

/* A quiet region has the floor; one that never had traffic is new when some comes at last. */
static void test_floor(void **state)
{
	uint64_t at_s;
	struct learn learn;

	(void)state;
	learn_days(&learn, &at_s, 1, 3);
	assert_int_equal(limits_of(&learn).learned[0], 100);
	learn_days(&learn, &at_s, 9, 0);
	assert_int_equal(limits_of(&learn).learned[0], 0);
	assert_int_equal(limits_of(&learn).hours, 0);
	add_hours(&learn, &at_s, 24, LEARN_NORMAL, 700, 0);
	assert_int_equal(limits_of(&learn).learned[0], 0);
	add_hours(&learn, &at_s, 1, LEARN_NORMAL, 700, 0);
	assert_int_equal(limits_of(&learn).learned[0], 1400);
	/* From then on silence is usual, too. */
	add_hours(&learn, &at_s, 100 * 24, LEARN_NORMAL, 0, 0);
	assert_int_equal(limits_of(&learn).learned[0], 100);
}

/* What lasts for less than half an hour of the first day lifts no limit by more than twice. */
static void test_attack_at_first(void **state)
{
	uint64_t at_s = START;
	struct learn learn;

	(void)state;
	learn_init(&learn);
	for (; at_s <= START + DAY; at_s++)
		add(&learn, at_s, LEARN_NORMAL, at_s % DAY < 1500 ? 90000 : 1000, 0);
	assert_int_equal(limits_of(&learn).peak[0], 2000);
}

static void test_creep(void **state)
{
	struct ecdn_xdp_learned limits;
	uint64_t at_s;
	struct learn learn;

	(void)state;
	learn_days(&learn, &at_s, 1, 1000);
	add_hours(&learn, &at_s, 2, LEARN_LIMITED, 5000, 2000);
	add(&learn, at_s, LEARN_LIMITED, 5000, 2000);
	limits = limits_of(&learn);
	assert_in_range(limits.creep[0], 1560, 1565);
	assert_in_range(limits.learned[0], 3120, 3130);
	/* Nothing else was pressed. */
	assert_int_equal(limits.creep[1], 1000);
	add_hours(&learn, &at_s, 20, LEARN_LIMITED, 5000, 2000);
	assert_int_equal(limits_of(&learn).creep[0], 8000);
	/* What is blocked or exempted tells nothing. */
	add_hours(&learn, &at_s, 40, LEARN_APART, 5000, 2000);
	assert_int_equal(limits_of(&learn).creep[0], 1000);
	assert_int_equal(limits_of(&learn).peak[0], 1000);
}

/* What grows for good above the floor, of a region that had next to nothing, is not limited for
 * ever. */
static void test_creep_of_floor(void **state)
{
	uint64_t at_s;
	struct learn learn;

	(void)state;
	learn_days(&learn, &at_s, 1, 5);
	assert_int_equal(limits_of(&learn).learned[0], settings.floor[0]);
	add_hours(&learn, &at_s, 2, LEARN_LIMITED, 500, 100);
	add(&learn, at_s, LEARN_LIMITED, 500, 100);
	assert_int_equal(limits_of(&learn).learned[0], 156);
	add_hours(&learn, &at_s, 8, LEARN_LIMITED, 500, 100);
	assert_true(limits_of(&learn).learned[0] > 500);
}

/* A state file that is days old, or a host that was off for as long. */
static void test_gap(void **state)
{
	struct ecdn_xdp_learned limits;
	uint64_t at_s;
	struct learn learn;

	(void)state;
	learn_days(&learn, &at_s, 2, 1000);
	add_hours(&learn, &at_s, 5, LEARN_LIMITED, 5000, 2000);
	at_s += 9 * DAY;
	add(&learn, at_s, LEARN_NORMAL, 700, 0);
	limits = limits_of(&learn);
	assert_int_equal(limits.learned[0], 2000);
	assert_int_equal(limits.level[0], 1000);
	assert_int_equal(limits.creep[0], 1000);
	assert_int_equal(limits.days, 2);
}

static void test_clock(void **state)
{
	struct ecdn_xdp_learned before;
	uint64_t at_s;
	struct learn learn;

	(void)state;
	learn_days(&learn, &at_s, 3, 1000);
	before = limits_of(&learn);
	/* Back and forth by years, by the second. */
	for (unsigned int i = 0; i < 20000; i++)
		add(&learn, i % 2 ? at_s + i : at_s - 400 * DAY + i, LEARN_NORMAL, 90000, 0);
	add(&learn, at_s + 20000, LEARN_NORMAL, 1000, 0);
	assert_int_equal(limits_of(&learn).learned[0], before.learned[0]);
	add(&learn, 0, LEARN_NORMAL, 90000, 0);
	add(&learn, UINT64_MAX, LEARN_NORMAL, 90000, 0);
	add(&learn, at_s + 20010, LEARN_NORMAL, 1000, 0);
	assert_int_equal(limits_of(&learn).learned[0], before.learned[0]);
}

static void test_no_numbers(void **state)
{
	static const double odd[] = { NAN, INFINITY, -INFINITY, -1, 1e300 };
	uint64_t at_s;
	struct learn learn;

	(void)state;
	learn_days(&learn, &at_s, 1, 1000);
	for (uint64_t end_s = at_s + DAY; at_s < end_s; at_s++)
		add(&learn, at_s, LEARN_NORMAL, at_s % 2 ? odd[at_s % 5] : 1000, 0);
	assert_int_equal(limits_of(&learn).peak[0], 1000);
}

static void test_notice(void **state)
{
	uint64_t at_s;
	struct learn learn;

	(void)state;
	learn_days(&learn, &at_s, 2, 1000);
	assert_true(fabs(learn_limit_usual(&learn, 0) - 1000) < 1);
	assert_true(fabs(learn_limit_unusual(&learn, &settings, 0) - 1500) < 1);
	/* It is told once, however long it lasts, and again after ten minutes without. */
	assert_int_equal(add_hours(&learn, &at_s, 1, LEARN_NORMAL, 1000, 0), 0);
	at_s -= at_s % HOUR;
	for (unsigned int i = 0; i < 2; i++) {
		unsigned int notices = 0;

		for (uint64_t end_s = at_s + 300; at_s < end_s; at_s++)
			notices += add(&learn, at_s, LEARN_NORMAL, 1900, 0) & 1;
		for (uint64_t end_s = at_s + 650; at_s < end_s; at_s++)
			notices += add(&learn, at_s, LEARN_NORMAL, 1000, 0) & 1;
		assert_int_equal(notices, 1);
	}
	assert_int_equal(add_hours(&learn, &at_s, 1, LEARN_LIMITED, 9000, 0), 0);
}

static void test_day_limits(void **state)
{
	struct ecdn_xdp_learned day;
	uint64_t at_s = START;
	struct learn learn;

	(void)state;
	learn_init(&learn);
	for (; at_s < START + 2 * DAY + 2 * HOUR; at_s++)
		add(&learn, at_s, LEARN_NORMAL, at_s / HOUR % 24 == 20 ? 5000 : 1000, 0);
	assert_int_equal(limits_of(&learn).learned[0], 2000);
	learn_limit_day(&learn, &settings, &day);
	assert_int_equal(day.learned[0], 10000);
	assert_int_equal(day.hour, 20);
}

static void test_size(void **state)
{
	(void)state;
	assert_true(sizeof(struct learn) <= 1536);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reference), cmocka_unit_test(test_first_day),
		cmocka_unit_test(test_floor), cmocka_unit_test(test_attack_at_first),
		cmocka_unit_test(test_creep), cmocka_unit_test(test_creep_of_floor),
		cmocka_unit_test(test_gap),
		cmocka_unit_test(test_clock), cmocka_unit_test(test_no_numbers),
		cmocka_unit_test(test_notice), cmocka_unit_test(test_day_limits),
		cmocka_unit_test(test_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

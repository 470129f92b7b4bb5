// SPDX-License-Identifier: BSD-2-Clause
#include "learn/learn.h"

#include <math.h>

#define DAY_HOURS 24

static bool is_known(const struct learn *learn)
{
	return learn->hours >= DAY_HOURS;
}

static double usual_peak(const struct learn *learn, unsigned int m, unsigned int hour)
{
	double peak = -1;

	for (unsigned int i = LEARN_HOURS - 1; i <= LEARN_HOURS + 1; i++) {
		unsigned int near = (hour + i) % LEARN_HOURS;

		if (learn->times[near])
			peak = fmax(peak, learn->measure[m].high[near]);
	}
	return peak;
}

double learn_limit_usual(const struct learn *learn, unsigned int m)
{
	double peak = is_known(learn) ? usual_peak(learn, m, learn_hour_of(learn)) : 0;

	return peak > 0 ? peak * learn->measure[m].level : 0;
}

double learn_limit_unusual(const struct learn *learn, const struct learn_settings *settings,
		     unsigned int m)
{
	if (!is_known(learn) || usual_peak(learn, m, learn_hour_of(learn)) < 0)
		return 0;
	return fmax(LEARN_NOTICE * learn_limit_usual(learn, m),
		    LEARN_NOTICE / settings->factor * settings->floor[m]);
}

static double day_peak(const struct learn *learn, unsigned int m)
{
	double peak = -1;

	for (unsigned int hour = 0; hour < LEARN_HOURS; hour++)
		if (learn->times[hour])
			peak = fmax(peak, learn->measure[m].high[hour]);
	return peak;
}

/* A day like today may be above the usual in its busiest hour, too. */
static double day_level(const struct learn *learn, unsigned int m)
{
	return fmaxf(learn->measure[m].level, 1);
}

/* 0: nothing is known. */
static uint64_t limit_of(const struct learn *learn, const struct learn_settings *settings,
			 unsigned int m, double peak, double level)
{
	double limit = fmax(settings->factor * peak * level, settings->floor[m]) *
		       learn->measure[m].creep;

	if (!is_known(learn) || peak < 0)
		return 0;
	return (uint64_t)fmin(fmax(limit, 1), LEARN_RATE_MAX);
}

/* Where no hour's limit holds, no other is to follow. */
static void fill(const struct learn *learn, const struct learn_settings *settings, unsigned int m,
		 double peak, double level, struct ecdn_xdp_learned *limits)
{
	limits->level[m] = (uint32_t)lround(level * 1000);
	limits->creep[m] = (uint32_t)lroundf(learn->measure[m].creep * 1000);
	limits->floor[m] = (uint64_t)settings->floor[m];
	limits->learned[m] = limit_of(learn, settings, m, peak, level);
	if (!limits->learned[m])
		return;
	limits->peak[m] = (uint64_t)peak;
	limits->busiest[m] = limit_of(learn, settings, m, day_peak(learn, m),
				      day_level(learn, m));
}

static void begin(const struct learn *learn, const struct learn_settings *settings,
		  struct ecdn_xdp_learned *limits)
{
	uint32_t days = learn->hours / DAY_HOURS;

	*limits = (struct ecdn_xdp_learned){
		.factor = (uint32_t)lround(settings->factor * 1000),
		.hour = learn_hour_of(learn),
		.days = days < UINT8_MAX ? days : UINT8_MAX,
		.hours = learn->hours % DAY_HOURS,
	};
}

void learn_limits(const struct learn *learn, const struct learn_settings *settings,
		  struct ecdn_xdp_learned *limits)
{
	begin(learn, settings, limits);
	for (unsigned int m = 0; m < LEARN_MEASURES; m++)
		fill(learn, settings, m, usual_peak(learn, m, limits->hour),
		     learn->measure[m].level, limits);
}

void learn_limit_day(const struct learn *learn, const struct learn_settings *settings,
		      struct ecdn_xdp_learned *limits)
{
	double busiest = -1;

	begin(learn, settings, limits);
	for (unsigned int hour = 0; hour < LEARN_HOURS; hour++) {
		if (!learn->times[hour] || learn->measure[0].high[hour] <= busiest)
			continue;
		busiest = learn->measure[0].high[hour];
		limits->hour = hour;
	}
	for (unsigned int m = 0; m < LEARN_MEASURES; m++)
		fill(learn, settings, m, day_peak(learn, m), day_level(learn, m), limits);
}

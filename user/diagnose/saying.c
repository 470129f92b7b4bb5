// SPDX-License-Identifier: BSD-2-Clause
#include "diagnose/saying.h"

#include <stdio.h>

#include "base/quantity.h"
#include "base/when.h"

const char *saying_when(const struct clock_moment *moment, uint64_t ns, char room[SAYING_SIZE])
{
	uint64_t ago_ns = moment->now_ns > ns ? moment->now_ns - ns : 0;
	char text[WHEN_SIZE], about[QUANTITY_DURATION_SIZE];

	snprintf(room, SAYING_SIZE, "%s (%s ago)", when_text(moment->epoch_ns + ns, text),
		 quantity_about(ago_ns, about));
	return room;
}

const char *saying_share(uint64_t part, uint64_t whole, char room[SAYING_SIZE])
{
	double percent = whole ? 100.0 * part / whole : 0;

	snprintf(room, SAYING_SIZE, percent && percent < 9.95 ? "%.1f %%" : "%.0f %%", percent);
	return room;
}

const char *saying_limit(uint64_t rate, char room[SAYING_SIZE])
{
	static const char units[] = "\0kMG";
	uint64_t unit = 1, digit = 1;
	int which = 0;

	while (rate / digit > 99)
		digit *= 10;
	rate = (rate + digit - 1) / digit * digit;
	while (rate / unit >= 1000 && which < 3) {
		unit *= 1000;
		which++;
	}
	if (rate % unit)
		snprintf(room, SAYING_SIZE, "%lu.%lu%c", rate / unit, rate % unit * 10 / unit,
			 units[which]);
	else
		snprintf(room, SAYING_SIZE, "%lu%.1s", rate / unit, &units[which]);
	return room;
}

const char *saying_s(uint64_t number)
{
	return number == 1 ? "" : "s";
}

// SPDX-License-Identifier: BSD-2-Clause
#include "base/when.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/quantity.h"


/* Takes so many digits, of a number up to max. False, and *text anywhere, if they are not there. */
static bool take(const char **text, unsigned int digits, unsigned int max, int *value)
{
	uint64_t number;

	if (strnlen(*text, digits) < digits ||
	    quantity_parse_digits(*text, *text + digits, max, &number))
		return false;
	*text += digits;
	*value = number;
	return true;
}

static bool take_char(const char **text, char one, char other)
{
	if (**text != one && **text != other)
		return false;
	++*text;
	return true;
}

/* "YYYY-MM-DD" */
static bool take_date(const char **text, struct tm *tm)
{
	if (!take(text, 4, 9999, &tm->tm_year) || !take_char(text, '-', '-') ||
	    !take(text, 2, 12, &tm->tm_mon) || !take_char(text, '-', '-') ||
	    !take(text, 2, 31, &tm->tm_mday))
		return false;
	tm->tm_year -= 1900;
	tm->tm_mon--;
	return true;
}

/* "HH:MM" */
static bool take_clock(const char **text, struct tm *tm)
{
	return take(text, 2, 23, &tm->tm_hour) && take_char(text, ':', ':') &&
	       take(text, 2, 59, &tm->tm_min);
}

/* ":SS" */
static bool take_seconds(const char **text, struct tm *tm)
{
	return take_char(text, ':', ':') && take(text, 2, 59, &tm->tm_sec);
}

/* A time that the calendar does not have comes back as another one. Daylight saving time is found
 * out by the first call: the zone may skip the time altogether. */
static int to_seconds(const struct tm *tm, time_t (*convert)(struct tm *), time_t *seconds)
{
	struct tm copy = *tm;

	copy.tm_isdst = -1;
	*seconds = convert(&copy);
	if (copy.tm_mday != tm->tm_mday || copy.tm_mon != tm->tm_mon ||
	    copy.tm_hour != tm->tm_hour || copy.tm_min != tm->tm_min || *seconds <= 0)
		return -EINVAL;
	return 0;
}

static int store(time_t seconds, uint64_t *at_ns)
{
	if (seconds <= 0 || (uint64_t)seconds > INT64_MAX / NS_PER_SECOND)
		return -EINVAL;
	*at_ns = seconds * NS_PER_SECOND;
	return 0;
}

/* The rest of a time as RFC 3339 has it, behind its "T". A fraction of a second is left out. */
static int parse_zoned(const char *text, struct tm *tm, uint64_t *at_ns)
{
	struct tm ahead = {};
	bool east, west = false;
	time_t seconds;

	if (!take_clock(&text, tm) || !take_seconds(&text, tm))
		return -EINVAL;
	if (*text == '.' && !strspn(++text, "0123456789"))
		return -EINVAL;
	text += strspn(text, "0123456789");
	east = take_char(&text, '+', '+');
	if (!east)
		west = take_char(&text, '-', '-');
	if (east || west ? !take_clock(&text, &ahead) : !take_char(&text, 'Z', 'z'))
		return -EINVAL;
	if (*text || to_seconds(tm, timegm, &seconds))
		return -EINVAL;
	return store(seconds - (east - west) * (ahead.tm_hour * 3600 + ahead.tm_min * 60), at_ns);
}

/* Noon is on that day whatever its clocks skip. */
static void next_day(struct tm *tm)
{
	struct tm noon = *tm;

	noon.tm_mday++;
	noon.tm_hour = 12;
	noon.tm_isdst = -1;
	mktime(&noon);
	tm->tm_mday = noon.tm_mday;
	tm->tm_mon = noon.tm_mon;
	tm->tm_year = noon.tm_year;
}

/* Of today, or where that has passed of tomorrow. */
static int parse_clock(const char *text, uint64_t now_ns, uint64_t *at_ns)
{
	time_t now = now_ns / NS_PER_SECOND, seconds;
	struct tm tm;

	localtime_r(&now, &tm);
	tm.tm_sec = 0;
	if (!take_clock(&text, &tm) || *text)
		return -EINVAL;
	if (!to_seconds(&tm, mktime, &seconds) && seconds > now)
		return store(seconds, at_ns);
	next_day(&tm);
	return to_seconds(&tm, mktime, &seconds) ?: store(seconds, at_ns);
}

int when_parse(const char *text, uint64_t now_ns, uint64_t *at_ns)
{
	struct tm tm = {};
	time_t seconds;

	if (strlen(text) == strlen("HH:MM"))
		return parse_clock(text, now_ns, at_ns);
	if (!take_date(&text, &tm))
		return -EINVAL;
	if (take_char(&text, 'T', 't'))
		return parse_zoned(text, &tm, at_ns);
	if (!take_char(&text, ' ', ' ') || !take_clock(&text, &tm) ||
	    (*text && !take_seconds(&text, &tm)) || *text)
		return -EINVAL;
	return to_seconds(&tm, mktime, &seconds) ?: store(seconds, at_ns);
}

const char *when_text(uint64_t at_ns, char room[WHEN_SIZE])
{
	time_t seconds = (at_ns + NS_PER_SECOND / 2) / NS_PER_SECOND;
	struct tm tm;

	localtime_r(&seconds, &tm);
	strftime(room, WHEN_SIZE, tm.tm_sec ? "%Y-%m-%d %H:%M:%S" : "%Y-%m-%d %H:%M", &tm);
	return room;
}

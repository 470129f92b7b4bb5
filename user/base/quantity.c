// SPDX-License-Identifier: BSD-2-Clause
#include "base/quantity.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define DIGITS "0123456789"

int quantity_parse_digits(const char *start, const char *end, uint64_t max, uint64_t *value)
{
	uint64_t number = 0;

	if (start == end)
		return -EINVAL;
	for (const char *at = start; at < end; at++) {
		unsigned int digit = (unsigned char)*at - '0';

		if (digit > 9 || __builtin_mul_overflow(number, 10, &number) ||
		    __builtin_add_overflow(number, digit, &number) || number > max)
			return -EINVAL;
	}
	*value = number;
	return 0;
}

int quantity_parse_whole(const char *text, uint64_t max, uint64_t *value)
{
	return quantity_parse_digits(text, text + strlen(text), max, value);
}

/* Multiplies by the unit. Refuses digits after the point that do not come out whole. */
static int scale(const char *fraction, const char *end, uint64_t unit, uint64_t *value)
{
	uint64_t place = unit;

	if (__builtin_mul_overflow(*value, unit, value))
		return -EINVAL;
	for (; fraction < end; fraction++) {
		if (*fraction != '0' && (!place || place % 10))
			return -EINVAL;
		place /= 10;
		if (__builtin_add_overflow(*value, place * (*fraction - '0'), value))
			return -EINVAL;
	}
	return 0;
}

/* Reads DIGITS[.DIGITS] up to *end, where the word of the unit follows. */
static int parse_decimal(const char *text, uint64_t *whole, const char **fraction,
			 const char **end)
{
	const char *stop = text + strspn(text, DIGITS);

	if (quantity_parse_digits(text, stop, UINT64_MAX, whole))
		return -EINVAL;
	*fraction = stop;
	if (*stop == '.') {
		*fraction = ++stop;
		stop += strspn(stop, DIGITS);
		if (stop == *fraction)
			return -EINVAL;
	}
	*end = stop;
	return 0;
}

int quantity_parse_rate(const char *text, uint64_t *rate)
{
	static const struct { const char *name; uint64_t factor; } factors[] = {
		{ "", 1 }, { "k", 1000 }, { "M", 1000000 }, { "G", 1000000000 },
	};
	const char *fraction, *end;
	uint64_t value;

	if (parse_decimal(text, &value, &fraction, &end))
		return -EINVAL;
	for (size_t i = 0; i < sizeof(factors) / sizeof(*factors); i++) {
		if (strcmp(end, factors[i].name))
			continue;
		if (scale(fraction, end, factors[i].factor, &value) || value > QUANTITY_RATE_MAX)
			return -EINVAL;
		*rate = value;
		return 0;
	}
	return -EINVAL;
}

#define NS_PER_UNIT_SECOND 1000000000ULL

/* The largest first. */
static const struct {
	const char *name;
	uint64_t ns;
} units[] = {
	{ "d", 86400 * NS_PER_UNIT_SECOND }, { "h", 3600 * NS_PER_UNIT_SECOND },
	{ "m", 60 * NS_PER_UNIT_SECOND }, { "s", NS_PER_UNIT_SECOND },
	{ "ms", 1000000 }, { "us", 1000 }, { "ns", 1 },
};

#define UNITS (sizeof(units) / sizeof(*units))

static uint64_t duration_unit(const char *text, size_t size)
{
	for (size_t i = 0; i < UNITS; i++)
		if (strlen(units[i].name) == size && !strncmp(text, units[i].name, size))
			return units[i].ns;
	return 0;
}

int quantity_parse_duration(const char *text, uint64_t *ns)
{
	uint64_t total = 0;

	if (!*text)
		return -EINVAL;
	if (!strcmp(text, "0")) {
		*ns = 0;
		return 0;
	}
	while (*text) {
		const char *fraction, *end;
		uint64_t value, unit;
		size_t size;

		if (parse_decimal(text, &value, &fraction, &end))
			return -EINVAL;
		size = strspn(end, "nusmhd");
		unit = duration_unit(end, size);
		if (!unit || scale(fraction, end, unit, &value) ||
		    __builtin_add_overflow(total, value, &total) || total > INT64_MAX)
			return -EINVAL;
		text = end + size;
	}
	*ns = total;
	return 0;
}

/* Writes at most `most` units, of those from `least` on. Of seconds and what is smaller there is
 * one, with decimals for the rest. */
static const char *write_duration(uint64_t ns, unsigned int most, uint64_t least, char *room)
{
	size_t used = 0;

	for (size_t i = 0; i < UNITS && units[i].ns >= least && ns && most; i++) {
		bool whole = units[i].ns > NS_PER_UNIT_SECOND || least == NS_PER_UNIT_SECOND;
		uint64_t times = ns / units[i].ns;
		double count = whole ? times : (double)ns / units[i].ns;

		if (count >= 1)
			used += snprintf(room + used, QUANTITY_DURATION_SIZE - used, "%.11g%s",
					 count, units[i].name);
		ns = !whole && count >= 1 ? 0 : ns % units[i].ns;
		most -= used > 0;
	}
	return used ? room : strcpy(room, "0s");
}

const char *quantity_duration(uint64_t ns, char room[QUANTITY_DURATION_SIZE])
{
	return write_duration(ns, UNITS, 1, room);
}

const char *quantity_about(uint64_t ns, char room[QUANTITY_DURATION_SIZE])
{
	return write_duration(ns, 2, NS_PER_UNIT_SECOND, room);
}

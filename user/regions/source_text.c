// SPDX-License-Identifier: BSD-2-Clause
/*
 * source_text.c - the addresses of text files. A file of the world's ranges
 * holds more than a million of them, so the usual forms are read in place.
 */
#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "regions/source_formats.h"

const char *text_quote(struct text text, char quoted[QUOTE_SIZE])
{
	size_t length = text_length(text), i;

	for (i = 0; i < length && i < QUOTE_SIZE - 1; i++)
		quoted[i] = isprint((unsigned char)text.start[i]) ? text.start[i] : '?';
	quoted[i] = 0;
	if (length > i)
		memcpy(quoted + QUOTE_SIZE - 4, "...", 4);
	return quoted;
}

static bool blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

struct text text_trim(struct text text)
{
	while (text.start < text.end && blank(*text.start))
		text.start++;
	while (text.start < text.end && blank(text.end[-1]))
		text.end--;
	return text;
}

struct text text_word(struct text *rest)
{
	struct text word;

	*rest = text_trim(*rest);
	word = (struct text){ rest->start, rest->start };
	while (word.end < rest->end && !blank(*word.end))
		word.end++;
	rest->start = word.end;
	return word;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 'a' - 'A';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* One group of up to four hex digits at *at. */
static int read_group(const char **at, const char *end, unsigned int *group)
{
	const char *start = *at;
	int digit;

	*group = 0;
	while (*at < end && (digit = hex_digit(**at)) >= 0) {
		*group = *group << 4 | digit;
		(*at)++;
	}
	return *at == start || *at - start > 4 ? -EINVAL : 0;
}

/* IPv6 in groups alone: no IPv4 at its end. */
static int read_groups(struct text text, addr_bits *bits)
{
	const char *at = text.start, *end = text.end;
	int groups = 0, gap = -1;
	addr_bits value = 0;

	if (end - at < 2)
		return -EINVAL;
	if (at[0] == ':') {
		if (at[1] != ':')
			return -EINVAL;
		gap = 0;
		at += 2;
	}
	while (at < end) {
		unsigned int group;

		if (groups == 8 || read_group(&at, end, &group))
			return -EINVAL;
		value = value << 16 | group;
		groups++;
		if (at == end)
			break;
		if (*at++ != ':' || at == end)
			return -EINVAL;
		if (*at == ':') {
			if (gap >= 0)
				return -EINVAL;
			gap = groups;
			at++;
		}
	}
	if (gap < 0 ? groups != 8 : groups == 8)
		return -EINVAL;
	if (gap >= 0 && groups) {
		int after = 16 * (groups - gap);
		addr_bits tail = value & (((addr_bits)1 << after) - 1);

		value >>= after;
		value = gap ? value << (128 - 16 * gap) : 0;
		value |= tail;
	}
	*bits = value;
	return 0;
}

int text_address(struct text text, struct address *address)
{
	size_t length = text_length(text);
	char copy[ADDRESS_TEXT_SIZE];

	if (length >= sizeof(copy) || memchr(text.start, 0, length))
		return -EINVAL;
	if (memchr(text.start, ':', length) && !memchr(text.start, '.', length)) {
		address->family = AF_INET6;
		return read_groups(text, &address->bits);
	}
	memcpy(copy, text.start, length);
	copy[length] = 0;
	return address_parse(copy, address);
}

/* Decimal digits, at most three, of a value up to max. */
static int read_length(struct text text, int max, int *length)
{
	*length = 0;
	if (text.start == text.end || text_length(text) > 3)
		return -EINVAL;
	for (const char *at = text.start; at < text.end; at++) {
		if (*at < '0' || *at > '9')
			return -EINVAL;
		*length = *length * 10 + *at - '0';
	}
	return *length > max ? -EINVAL : 0;
}

int text_cidr(struct text text, struct cidr *cidr)
{
	const char *slash = memchr(text.start, '/', text_length(text));
	struct text address = { text.start, slash ? slash : text.end };
	int length;

	if (text_address(address, &cidr->addr))
		return -EINVAL;
	length = cidr->addr.family == AF_INET ? 32 : 128;
	if (slash && read_length((struct text){ slash + 1, text.end }, length, &length))
		return -EINVAL;
	cidr->length = length;
	if (length == 0)
		return cidr->addr.bits ? -ERANGE : 0;
	return length < 128 && cidr->addr.bits << length ? -ERANGE : 0;
}

// SPDX-License-Identifier: BSD-2-Clause
#include "base/text.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "base/quantity.h"

#define GROUPS 8                /* of 16 bits in an IPv6 address */
#define GROUP_DIGITS 4

static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

bool text_is(struct text text, const char *word)
{
	return text_length(text) == strlen(word) && !memcmp(text.start, word, strlen(word));
}

struct text text_trim(struct text text)
{
	while (text.start < text.end && is_blank(*text.start))
		text.start++;
	while (text.start < text.end && is_blank(text.end[-1]))
		text.end--;
	return text;
}

struct text text_word(struct text *rest)
{
	struct text word;

	*rest = text_trim(*rest);
	word = (struct text){ rest->start, rest->start };
	while (word.end < rest->end && !is_blank(*word.end))
		word.end++;
	rest->start = word.end;
	return word;
}

static struct text take_line(struct text *rest)
{
	const char *newline = memchr(rest->start, '\n', text_length(*rest));
	struct text line = { rest->start, newline ? newline : rest->end };

	rest->start = newline ? newline + 1 : rest->end;
	return line;
}

static struct text without_comment(struct text line)
{
	const char *comment = memchr(line.start, '#', text_length(line));

	return (struct text){ line.start, comment ? comment : line.end };
}

bool text_next_line(struct text_lines *lines, struct text *line)
{
	while (lines->rest.start < lines->rest.end) {
		*line = text_trim(without_comment(take_line(&lines->rest)));
		lines->number++;
		if (line->start < line->end)
			return true;
	}
	return false;
}

unsigned int text_line_number(struct text text, const char *at)
{
	unsigned int number = 1;

	for (const char *c = text.start; c < at; c++)
		number += *c == '\n';
	return number;
}

const char *text_quote(struct text text, char quoted[TEXT_QUOTE_SIZE])
{
	size_t length = text_length(text), i;

	for (i = 0; i < length && i < TEXT_QUOTE_SIZE - 1; i++)
		quoted[i] = text.start[i] ? text.start[i] : '?';
	quoted[i] = 0;
	if (length > i)
		memcpy(quoted + TEXT_QUOTE_SIZE - 4, "...", 4);
	return quoted;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 'a' - 'A';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static int read_group(const char **at, const char *end, unsigned int *group)
{
	const char *start = *at;
	int digit;

	*group = 0;
	while (*at < end && (digit = hex_digit(**at)) >= 0) {
		*group = *group << 4 | digit;
		(*at)++;
	}
	return *at == start || *at - start > GROUP_DIGITS ? -EINVAL : 0;
}

/* An IPv6 address while its groups are read. */
struct groups {
	addr_bits value;        /* of the groups, right-aligned, as if no gap were between them */
	int count;
	int gap;                /* groups before the "::"; -1: there is none */
};

/* Reads what separates two groups: ':', or the "::" that stands for the groups left out. */
static int read_separator(const char **at, const char *end, struct groups *groups)
{
	if (*(*at)++ != ':' || *at == end)
		return -EINVAL;
	if (**at != ':')
		return 0;
	if (groups->gap >= 0)
		return -EINVAL;
	groups->gap = groups->count;
	(*at)++;
	return 0;
}

static int read_groups(struct text text, struct groups *groups)
{
	const char *at = text.start;
	unsigned int group;

	*groups = (struct groups){ .gap = -1 };
	if (text_length(text) >= 2 && at[0] == ':') {
		if (at[1] != ':')
			return -EINVAL;
		groups->gap = 0;
		at += 2;
	}
	while (at < text.end) {
		if (groups->count == GROUPS || read_group(&at, text.end, &group))
			return -EINVAL;
		groups->value = groups->value << 16 | group;
		groups->count++;
		if (at < text.end && read_separator(&at, text.end, groups))
			return -EINVAL;
	}
	return 0;
}

/* Moves the groups before the gap to the front, which leaves zeros in the gap. */
static addr_bits open_gap(const struct groups *groups)
{
	int before = 16 * groups->gap, after = 16 * (groups->count - groups->gap);
	addr_bits tail_mask = ((addr_bits)1 << after) - 1;
	addr_bits head = groups->gap ? groups->value >> after << (128 - before) : 0;

	return head | (groups->value & tail_mask);
}

/* Reads IPv6 that consists of groups alone, without IPv4 at its end. */
static int read_ipv6(struct text text, addr_bits *bits)
{
	struct groups groups;

	if (read_groups(text, &groups))
		return -EINVAL;
	if (groups.gap < 0 ? groups.count != GROUPS : groups.count == GROUPS)
		return -EINVAL;
	*bits = groups.gap < 0 ? groups.value : open_gap(&groups);
	return 0;
}

static int read_address(struct text text, struct address *address)
{
	size_t length = text_length(text);
	char copy[ADDRESS_TEXT_SIZE];

	if (length >= sizeof(copy) || memchr(text.start, 0, length))
		return -EINVAL;
	if (memchr(text.start, ':', length) && !memchr(text.start, '.', length)) {
		address->family = AF_INET6;
		return read_ipv6(text, &address->bits);
	}
	memcpy(copy, text.start, length);
	copy[length] = 0;
	return address_parse_written(copy, address);
}

int text_address(struct text text, struct address *address)
{
	int err = read_address(text, address);

	if (!err)
		address_unmap(address);
	return err;
}

int text_cidr(struct text text, struct cidr *cidr)
{
	const char *slash = memchr(text.start, '/', text_length(text));
	uint64_t length;

	if (read_address((struct text){ text.start, slash ? slash : text.end }, &cidr->addr))
		return -EINVAL;
	length = address_family_bits(cidr->addr.family);
	if (slash && quantity_parse_digits(slash + 1, text.end, length, &length))
		return -EINVAL;
	cidr->length = length;
	if (cidr->addr.bits & cidr_host_mask(length))
		return -ERANGE;
	cidr_unmap(cidr);
	return 0;
}

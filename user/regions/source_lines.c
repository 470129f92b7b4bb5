// SPDX-License-Identifier: BSD-2-Clause
/*
 * source_lines.c - what the readers of text files share: lines, names, and
 * what is said about bad ones.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/log.h"
#include "regions/source_formats.h"

#define SHOWN 10
#define ROOM_AT_FIRST 1024

/* Twice the longest range there is. */
#define LINE_MAX_LENGTH 255

bool line_next(struct line_reader *reader, struct text *line)
{
	while (reader->at < reader->end) {
		const char *end = memchr(reader->at, '\n', reader->end - reader->at);
		const char *comment;

		line->start = reader->at;
		line->end = end ? end : reader->end;
		reader->at = end ? end + 1 : reader->end;
		reader->number++;
		comment = memchr(line->start, '#', text_length(*line));
		if (comment)
			line->end = comment;
		*line = text_trim(*line);
		if (line->start < line->end)
			return true;
	}
	return false;
}

static int add(struct line_list *list, const struct line_range *range)
{
	if (list->count == list->room) {
		size_t room = list->room ? list->room * 2 : ROOM_AT_FIRST;
		struct line_range *grown = reallocarray(list->range, room, sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		list->range = grown;
		list->room = room;
	}
	list->range[list->count++] = *range;
	return 0;
}

static int read_line(struct source *source, struct text line, unsigned int number,
		     line_parser *parse, struct line_set *set)
{
	struct line_range range;
	int family, error;

	if (text_length(line) > LINE_MAX_LENGTH) {
		source_bad_line(source, number, "%zu characters are too many for a line",
				text_length(line));
		return -EINVAL;
	}
	error = parse(source, line, number, &range, &family);
	if (error)
		return error;
	return add(family == AF_INET ? &set->v4 : &set->v6, &range);
}

int source_read_lines(struct source *source, struct text data, line_parser *parse,
		      struct line_set *set)
{
	struct line_reader reader = { data.start, data.end, 0 };
	struct text line;

	while (line_next(&reader, &line)) {
		int error = read_line(source, line, reader.number, parse, set);

		if (error && error != -EINVAL)
			return error;
	}
	return 0;
}

void line_list_sort(struct line_list *list, line_compare *compare)
{
	for (size_t i = 1; i < list->count; i++) {
		if (compare(&list->range[i - 1], &list->range[i]) > 0) {
			qsort(list->range, list->count, sizeof(*list->range), compare);
			return;
		}
	}
}

void line_set_free(struct line_set *set)
{
	free(set->v4.range);
	free(set->v6.range);
}

void source_bad_line(struct source *source, unsigned int line, const char *format, ...)
{
	char reason[512];
	va_list args;

	if (source->bad++ >= SHOWN)
		return;
	va_start(args, format);
	vsnprintf(reason, sizeof(reason), format, args);
	va_end(args);
	log_at(source->path, line, "%s", reason);
}

void source_bad_cidr(struct source *source, unsigned int line, struct text text, int error,
		     struct cidr *cidr)
{
	char quoted[QUOTE_SIZE], network[CIDR_TEXT_SIZE], host[ADDRESS_TEXT_SIZE];

	text_quote(text, quoted);
	if (error != -ERANGE) {
		source_bad_line(source, line, "'%s' is not a prefix: ADDRESS/LENGTH, IPv4 or IPv6",
				quoted);
		return;
	}
	address_format(&cidr->addr, host);
	cidr->addr.bits &= cidr->length ? ~(addr_bits)0 << (128 - cidr->length) : 0;
	source_bad_line(source, line, "'%s' has bits set after its first %d: %s or %s/%d is meant",
			quoted, cidr->length, cidr_format(cidr, network), host,
			cidr->addr.family == AF_INET ? 32 : 128);
}

void source_bad_record(struct source *source, const struct cidr *at, const char *format, ...)
{
	char reason[512], prefix[CIDR_TEXT_SIZE];
	va_list args;

	if (source->bad++ >= SHOWN)
		return;
	va_start(args, format);
	vsnprintf(reason, sizeof(reason), format, args);
	va_end(args);
	log_error(-EINVAL, "%s: %s: %s", source->path, cidr_format(at, prefix), reason);
}

int source_sum_up(const struct source *source, const char *what)
{
	unsigned int more = source->bad - SHOWN;

	if (!source->bad)
		return 0;
	if (source->bad > SHOWN)
		log_error(-EINVAL, "%u more bad %s%s in %s", more, what,
			  more == 1 ? "" : "s", source->path);
	return -EINVAL;
}

int source_entry(struct source *source, struct text name, uint32_t *entry)
{
	size_t length = text_length(name);
	int id;

	if (length == strlen(SOURCE_UNKNOWN_NAME) &&
	    !memcmp(name.start, SOURCE_UNKNOWN_NAME, length)) {
		*entry = SOURCE_UNKNOWN_ENTRY;
		return 0;
	}
	id = names_intern(source->names, name.start, length);
	if (id < 0)
		return id;
	*entry = (uint32_t)id | source->number << ECDN_XDP_ENTRY_SOURCE_SHIFT;
	return 0;
}

int source_line_entry(struct source *source, struct text name, unsigned int line,
		      uint32_t *entry)
{
	int error = source_entry(source, name, entry);
	char quoted[QUOTE_SIZE];

	if (error == -ENOSPC)
		log_at(source->path, line, SOURCE_FULL, text_quote(name, quoted),
		       names_count(source->names));
	else if (error)
		source_bad_line(source, line, "'%s' is not a region name: 1 to 15 printable "
				"characters without space, quote, comma or '#'",
				text_quote(name, quoted));
	return error;
}

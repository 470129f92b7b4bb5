/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * source_formats.h - what source.c and the readers of the three formats share.
 */
#ifndef REGIONS_SOURCE_FORMATS_H
#define REGIONS_SOURCE_FORMATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cidr.h"
#include "regions/names.h"
#include "table/range.h"

/* The name of "not known": the file says nothing about these addresses. */
#define SOURCE_UNKNOWN_NAME "??"
#define SOURCE_UNKNOWN_ENTRY 0

struct source {
	const char *path;
	unsigned int number;
	struct names *names;
	unsigned int bad;       /* bad lines or records so far */
};

/* A piece of the file's text; not NUL-terminated. */
struct text {
	const char *start, *end;
};

/* What a line says. */
struct line_range {
	addr_bits first, last;
	uint32_t entry;
	uint32_t line;
};

struct line_list {
	struct line_range *range;
	size_t count, room;
};

struct line_set {
	struct line_list v4, v6;
};

struct line_reader {
	const char *at, *end;
	unsigned int number;    /* of the line last returned, from 1 */
};

/* Bytes of text_quote()'s result. */
#define QUOTE_SIZE 48

/* For messages: printable, cut to size. Returns quoted. */
const char *text_quote(struct text text, char quoted[QUOTE_SIZE]);

struct text text_trim(struct text text);

/* Takes the next word off *rest; empty at its end. */
struct text text_word(struct text *rest);

static inline size_t text_length(struct text text)
{
	return text.end - text.start;
}

/* As address_parse() and cidr_parse(), without a copy for what files hold most.
 * After -ERANGE, cidr holds the address as written; after -EINVAL, anything. */
int text_address(struct text text, struct address *address);
int text_cidr(struct text text, struct cidr *cidr);

/* Next line that holds more than blanks and a comment, without these. */
bool line_next(struct line_reader *reader, struct text *line);

/* Reads what a line says. -EINVAL: reported, go on with the next one. */
typedef int line_parser(struct source *source, struct text line, unsigned int number,
			struct line_range *range, int *family);

/* Lists what all lines say. The owner frees *set, after an error as well. */
int source_read_lines(struct source *source, struct text data, line_parser *parse,
		      struct line_set *set);

typedef int line_compare(const void *left, const void *right);

/* Files mostly are in order: looks before it sorts. */
void line_list_sort(struct line_list *list, line_compare *compare);
void line_set_free(struct line_set *set);

/* Reports a bad line or record, the first ten of a file. */
void source_bad_line(struct source *source, unsigned int line, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void source_bad_record(struct source *source, const struct cidr *at, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Reports what text_cidr() refused with `error`, and names what was probably meant:
 * the network, or the one address. Changes *cidr. */
void source_bad_cidr(struct source *source, unsigned int line, struct text text, int error,
		     struct cidr *cidr);

/* Says how many bad ones ("line", "record") were not shown. -EINVAL if there was
 * any, else 0. */
int source_sum_up(const struct source *source, const char *what);

/* Leaf entry for a region's name; nothing is said. -EINVAL for a name that is
 * none, -ENOSPC when there is no id left. */
int source_entry(struct source *source, struct text name, uint32_t *entry);

/* The same for a line: -EINVAL is reported and to be skipped, -ENOSPC is the end. */
int source_line_entry(struct source *source, struct text name, unsigned int line,
		      uint32_t *entry);

/* Of the name and how many ids there are. */
#define SOURCE_FULL "no room for region '%s': all %u ids are in use; more need `unload --all` and `load --max-regions`"

/*
 * Reads a file of text that ends a line with a newline, whatever it says. *data is to
 * be freed, after an error as well; *text is what of it counts. Errors are said, but
 * for -ENOMEM.
 */
int source_read_text(struct source *source, char **data, struct text *text);

/* Each returns 0 or a negative errno with the reason said, except for -ENOMEM;
 * *set may be filled in part then. */
int source_read_csv(struct source *source, struct text data, struct range_set *set);
int source_read_cidr(struct source *source, struct text data, struct range_set *set);
int source_read_mmdb(struct source *source, const char *field, struct range_set *set);

#endif

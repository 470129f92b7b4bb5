// SPDX-License-Identifier: BSD-2-Clause
#include "regions/source.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "regions/source_formats.h"

/* Looks among the formats of text, or among the others. *format is NULL if none of them knows
 * the file. 0 or a negative errno. */
static int find_format(const struct source *source, bool text,
		       const struct source_format **format)
{
	*format = NULL;
	for (size_t i = 0; i < source_formats_count && !*format; i++) {
		const struct source_format *row = &source_formats[i];
		int known = row->text == text ? row->knows(source) : 0;

		if (known < 0)
			return known;
		if (known)
			*format = row;
	}
	return 0;
}

/* Tells what a file with a NUL in it may have been meant to be. */
static void describe_no_text(char *message, size_t size)
{
	size_t used = snprintf(message, size, "neither text");

	for (size_t i = 0; i < source_formats_count && used < size; i++)
		if (!source_formats[i].text)
			used += snprintf(message + used, size - used, " nor a whole %s, which %s",
					 source_formats[i].name, source_formats[i].looks);
}

static int read_file(struct source *source, struct range_set *set)
{
	const struct source_format *format;
	int err = find_format(source, false, &format);
	char no_text[256];

	if (!err && !format) {
		describe_no_text(no_text, sizeof(no_text));
		err = file_text(&source->file, no_text);
		err = err ?: find_format(source, true, &format);
	}
	if (err)
		return err;
	if (!format)
		return log_error(-EINVAL, "cannot read %s: it is in no known format",
				 source->file.path);
	return format->read(source, set);
}

int source_read(const char *path, const char *mmdb_field, unsigned int number,
		struct names *names, struct range_set *set)
{
	struct source source = { .report = { .path = path }, .field = mmdb_field,
				 .number = number, .names = names };
	struct range_set read = {};
	int err = file_open(&source.file, path);

	err = err ?: read_file(&source, &read);
	file_close(&source.file);
	if (err == -ENOMEM)
		log_error(err, "cannot read %s: out of memory", path);
	if (err)
		range_set_free(&read);
	else
		*set = read;
	return err;
}

// SPDX-License-Identifier: BSD-2-Clause
#include "regions/source_entry.h"

#include <errno.h>
#include <string.h>

#include "base/log.h"

#define UNKNOWN_NAME "??"

#define FULL "no room for region '%s': these files name more than %u regions"
#define BAD_NAME "'%s' is not a region name: " NAMES_ARE

static int find_entry(struct source *source, struct text name, uint32_t *entry)
{
	size_t length = text_length(name);
	int id;

	if (length == strlen(UNKNOWN_NAME) && !memcmp(name.start, UNKNOWN_NAME, length)) {
		*entry = SOURCE_ENTRY_UNKNOWN;
		return 0;
	}
	id = names_intern(source->names, name.start, length);
	if (id < 0)
		return id;
	*entry = (uint32_t)id | source->number << RANGE_SOURCE_SHIFT;
	return 0;
}

int source_entry_of_line(struct source *source, struct text name, unsigned int line,
			 uint32_t *entry)
{
	int err = find_entry(source, name, entry);
	char quoted[TEXT_QUOTE_SIZE];

	if (err == -ENOSPC)
		log_at(source->file.path, line, FULL, text_quote(name, quoted),
		       names_capacity(source->names));
	else if (err)
		report_line(&source->report, line, BAD_NAME, text_quote(name, quoted));
	return err;
}

int source_entry_of_record(struct source *source, struct text name, const struct cidr *at,
			   uint32_t *entry)
{
	int err = find_entry(source, name, entry);
	char quoted[TEXT_QUOTE_SIZE], prefix[CIDR_TEXT_SIZE];

	if (err == -ENOSPC)
		log_error(err, "%s: %s: " FULL, source->file.path, cidr_format(at, prefix),
			  text_quote(name, quoted), names_capacity(source->names));
	else if (err)
		report_record(&source->report, at, "%s " BAD_NAME "; choose another field",
			      source->field, text_quote(name, quoted));
	return err;
}

// SPDX-License-Identifier: BSD-2-Clause
#include "show/output.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/escape.h"
#include "base/log.h"
#include "base/scoped.h"

int output_json(json_t *value)
{
	json_t *root = value ? json_pack("{s:i}", "schema", OUTPUT_SCHEMA) : NULL;
	int err = 0;

	if (!root || json_object_update(root, value))
		err = log_error(-ENOMEM, "out of memory");
	/* In ASCII, as some characters beyond it are commands to a terminal. */
	else if (json_dumpf(root, stdout, JSON_INDENT(2) | JSON_ENSURE_ASCII) ||
		 putchar('\n') == EOF)
		err = log_error(-EIO, "cannot write JSON to standard output");
	json_decref(root);
	json_decref(value);
	return err;
}

json_t *output_string(const char *text)
{
	scoped_free char *escaped = escape_is_utf8(text) ? NULL : escape_copy(text);

	return json_string(escaped ?: text);
}

void output_line(const char *format, ...)
{
	scoped_free char *text = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		text = NULL;
	va_end(args);
	escape_print(stdout, text ?: "out of memory", "");
	putchar('\n');
}

const char *output_time(uint64_t epoch_seconds, char text[OUTPUT_TIME_SIZE])
{
	time_t seconds = epoch_seconds;
	struct tm tm;

	if (!epoch_seconds)
		return "-";
	strftime(text, OUTPUT_TIME_SIZE, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&seconds, &tm));
	return text;
}

json_t *output_time_json(uint64_t epoch_seconds)
{
	char text[OUTPUT_TIME_SIZE];

	return epoch_seconds ? json_string(output_time(epoch_seconds, text)) : json_null();
}

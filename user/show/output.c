// SPDX-License-Identifier: BSD-2-Clause
#include "show/output.h"

#include <errno.h>
#include <stdio.h>
#include <time.h>

#include "base/log.h"

int output_json(json_t *value)
{
	int err = 0;

	if (!value)
		return log_error(-ENOMEM, "out of memory");
	if (json_dumpf(value, stdout, JSON_INDENT(2)) || putchar('\n') == EOF)
		err = log_error(-EIO, "cannot write JSON to standard output");
	json_decref(value);
	return err;
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

// SPDX-License-Identifier: BSD-2-Clause
#include "base/log.h"

#include <stdio.h>

static enum log_level level = LOG_WARNING;

void log_set_level(enum log_level new_level)
{
	level = new_level;
}

static void log_line(enum log_level of, const char *prefix, const char *format, va_list args)
{
	if (of > level)
		return;
	fputs("ecdn-xdp: ", stderr);
	fputs(prefix, stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
}

int (log_error)(int error, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_line(LOG_ERROR, "", format, args);
	va_end(args);
	return error;
}

void log_at(const char *file, unsigned int line, const char *format, ...)
{
	va_list args;

	fprintf(stderr, "%s:%u: ", file, line);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
}

void log_warning(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_line(LOG_WARNING, "warning: ", format, args);
	va_end(args);
}

void log_info(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_line(LOG_INFO, "", format, args);
	va_end(args);
}

void log_debug(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_line(LOG_DEBUG, "", format, args);
	va_end(args);
}

void log_as_is(enum log_level of, const char *format, va_list args)
{
	if (of <= level)
		vfprintf(stderr, format, args);
}

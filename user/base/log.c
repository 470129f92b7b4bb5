// SPDX-License-Identifier: BSD-2-Clause
#include "base/log.h"

#include <stdio.h>

#include "base/escape.h"
#include "base/scoped.h"

static enum log_level level = LOG_WARNING;

void log_set_level(enum log_level new_level)
{
	level = new_level;
}

/* What has no room here is allocated, or cut without memory. */
#define MESSAGE_SIZE 4096

/* What a message is about may come from anybody, and must not reach a terminal as it is. */
static void print(const char *format, va_list args, const char *keep)
{
	scoped_free char *longer = NULL;
	char text[MESSAGE_SIZE];
	va_list again;

	va_copy(again, args);
	if (vsnprintf(text, sizeof(text), format, args) >= (int)sizeof(text) &&
	    vasprintf(&longer, format, again) < 0)
		longer = NULL;
	va_end(again);
	escape_print(stderr, longer ?: text, keep);
}

static void log_line(enum log_level of, const char *prefix, const char *format, va_list args)
{
	if (of > level)
		return;
	fputs("ecdn-xdp: ", stderr);
	fputs(prefix, stderr);
	print(format, args, "");
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

	escape_print(stderr, file, "");
	fprintf(stderr, ":%u: ", line);
	va_start(args, format);
	print(format, args, "");
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

void log_note(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_line(LOG_WARNING, "", format, args);
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
		print(format, args, "\n\t");
}

// SPDX-License-Identifier: BSD-2-Clause
#include "base/log.h"

#include <stdio.h>
#include <string.h>

#include "base/escape.h"
#include "base/hash.h"
#include "base/scoped.h"

static enum log_level level = LOG_WARNING;

void log_set_level(enum log_level new_level)
{
	level = new_level;
}

/* What has no room here is allocated, or cut without memory. */
#define MESSAGE_SIZE 4096

#define OWN "ecdn-xdp: "

static struct log_seen *seen;

void log_seen_begin(struct log_seen *messages)
{
	seen = messages;
	seen->count = 0;
}

void log_seen_end(void)
{
	seen->before_count = seen->count;
	memcpy(seen->before, seen->now, sizeof(seen->before));
	seen = NULL;
}

static bool has(const uint64_t *hash, unsigned int count, uint64_t wanted)
{
	while (count--)
		if (hash[count] == wanted)
			return true;
	return false;
}

/* What there are too many of to remember is printed. */
static bool is_repeated(const char *text)
{
	uint64_t hash;

	if (!seen)
		return false;
	hash = hash_bytes(0, text, strlen(text));
	if (seen->count < LOG_SEEN_MAX)
		seen->now[seen->count++] = hash;
	return has(seen->before, seen->before_count, hash);
}

/* What a message is about may come from anybody, and must not reach a terminal as it is. Without a
 * prefix it is a part of a line, or of several. */
static void print(const char *prefix, const char *format, va_list args, const char *keep)
{
	scoped_free char *longer = NULL;
	char text[MESSAGE_SIZE];
	va_list again;

	va_copy(again, args);
	if (vsnprintf(text, sizeof(text), format, args) >= (int)sizeof(text) &&
	    vasprintf(&longer, format, again) < 0)
		longer = NULL;
	va_end(again);
	if (*prefix && is_repeated(longer ?: text))
		return;
	fputs(prefix, stderr);
	escape_print(stderr, longer ?: text, keep);
	if (*prefix)
		fputc('\n', stderr);
}

static void log_line(enum log_level of, const char *prefix, const char *format, va_list args)
{
	if (of <= level)
		print(prefix, format, args, "");
}

int (log_error)(int error, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_line(LOG_ERROR, OWN, format, args);
	va_end(args);
	return error;
}

void log_at(const char *file, unsigned int line, const char *format, ...)
{
	va_list args;

	escape_print(stderr, file, "");
	fprintf(stderr, ":%u: ", line);
	va_start(args, format);
	print("", format, args, "");
	va_end(args);
	fputc('\n', stderr);
}

void log_warning(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_line(LOG_WARNING, OWN "warning: ", format, args);
	va_end(args);
}

void log_note(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_line(LOG_WARNING, OWN, format, args);
	va_end(args);
}

void log_info(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_line(LOG_INFO, OWN, format, args);
	va_end(args);
}

void log_debug(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_line(LOG_DEBUG, OWN, format, args);
	va_end(args);
}

void log_as_is(enum log_level of, const char *format, va_list args)
{
	if (of <= level)
		print("", format, args, "\n\t");
}

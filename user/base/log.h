/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * log.h - messages to the person at the terminal, on standard error. A function that fails
 * returns a negative errno and logs the reason once, where most is known about it. Not
 * thread-safe. Of a message, base/escape.h's text is printed, so that whatever it is about may
 * stand in it.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdarg.h>
#include <stdint.h>

enum log_level {
	LOG_ERROR,
	LOG_WARNING,
	LOG_INFO,
	LOG_DEBUG,
};

/* Messages above the level are dropped. It is LOG_WARNING unless set. */
void log_set_level(enum log_level level);

/* Logs "ecdn-xdp: " and the message. Returns error, so that the caller can return it at once. */
int log_error(int error, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#ifdef __clang_analyzer__
/* It reads one file at a time, so it must be told here what log_error() returns. */
#define log_error(error, ...) ((log_error)(error, __VA_ARGS__), (error))
#endif

/* Logs "FILE:LINE: " and the message, whatever the level is. */
void log_at(const char *file, unsigned int line, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

void log_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* What is no fault and yet worth a line, such as why a list is empty. */
void log_note(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_debug(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Logs a library's own message, with its line ends; it ends with one. */
void log_as_is(enum log_level of, const char *format, va_list args);

/* The messages of something that is done again and again. Starts as all zeros. */
#define LOG_SEEN_MAX 8
struct log_seen {
	uint64_t before[LOG_SEEN_MAX], now[LOG_SEEN_MAX]; /* hashes */
	unsigned int before_count, count;
};

/* Between these two, a message that stood between them the last time, too, is not printed again,
 * as long as there are no more than LOG_SEEN_MAX of them. They do not nest. */
void log_seen_begin(struct log_seen *messages);
void log_seen_end(void);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * log.h - what is said to the person at the terminal, on standard error.
 * Functions inside return a negative errno; one that fails says why, once,
 * where it knows most. Not thread-safe.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

enum log_level {
	LOG_ERROR,
	LOG_WARNING,
	LOG_INFO,
	LOG_DEBUG,
};

/* What is above the level is not said. LOG_WARNING unless set. */
void log_set_level(enum log_level level);

/* "ecdn-xdp: " and the message. Returns error, so that it can be returned at once. */
int log_error(int error, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#ifdef __clang_analyzer__
/* It reads one file at a time, so it must be told here what log_error() returns. */
#define log_error(error, ...) ((log_error)(error, __VA_ARGS__), (error))
#endif

/* "FILE:LINE: " and the message. */
void log_at(const char *file, unsigned int line, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

void log_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_debug(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Passes libbpf's messages on as LOG_DEBUG. */
void log_adopt_libbpf(void);

#endif

// SPDX-License-Identifier: BSD-2-Clause
#include "access/access_log.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "access/access_stream.h"
#include "base/log.h"

#define SHOWN 10
#define PROGRESS_LINES 65536
#define REASON_SIZE (128 + TEXT_QUOTE_SIZE)

/* A log while it is read. */
struct reading_log {
	struct access_log *log;
	uint64_t good;
	unsigned int held;      /* reasons that wait for the first good line */
	struct {
		uint64_t line;
		char reason[REASON_SIZE];
	} reason[SHOWN];
};

const char *access_log_name(const char *path)
{
	return strcmp(path, "-") ? path : "standard input";
}

static void tell_held(struct reading_log *reading)
{
	for (unsigned int i = 0; i < reading->held; i++)
		log_at(access_log_name(reading->log->path), (unsigned int)reading->reason[i].line,
		       "%s, passed over", reading->reason[i].reason);
	reading->held = 0;
}

static void hold_reason(struct reading_log *reading, const struct access_fault *fault)
{
	char quoted[TEXT_QUOTE_SIZE];
	unsigned int i = reading->held++;

	reading->reason[i].line = reading->log->lines;
	if (text_length(fault->piece))
		snprintf(reading->reason[i].reason, REASON_SIZE, "%s'%s'", fault->why,
			 text_quote(fault->piece, quoted));
	else
		snprintf(reading->reason[i].reason, REASON_SIZE, "%snothing", fault->why);
	if (reading->good)
		tell_held(reading);
}

static int no_such_log(const struct reading_log *reading)
{
	const struct access_log *log = reading->log;

	if (!log->lines)
		return log_error(-EINVAL, "%s is empty", access_log_name(log->path));
	return log_error(-EINVAL, "%s is a log of another format (line %llu: %s); have nginx write "
			 "one by %s", access_log_name(log->path),
			 (unsigned long long)reading->reason[0].line, reading->reason[0].reason,
			 log->format);
}

static int take_bad(struct reading_log *reading, const struct access_fault *fault)
{
	if (reading->log->bad++ < SHOWN)
		hold_reason(reading, fault);
	return !reading->good && reading->log->bad >= ACCESS_LOG_TRIAL ? no_such_log(reading) : 0;
}

static int take_line(struct reading_log *reading, struct text line, bool whole)
{
	struct access_log *log = reading->log;
	struct access_fault fault = { "a line of more than 64 KiB: ", line };
	int err;

	log->lines++;
	err = whole ? log->take(log->context, line, &fault) : -EINVAL;
	if (err == -EINVAL)
		return take_bad(reading, &fault);
	if (err)
		return log_error(err, "out of memory");
	if (!reading->good++)
		tell_held(reading);
	return 0;
}

static int take_lines(struct reading_log *reading, struct access_stream *stream)
{
	const struct access_log *log = reading->log;
	struct text line;
	bool whole;
	int more, err = 0;

	while (!err && (more = access_stream_line(stream, &line, &whole)) != 0) {
		if (more < 0)
			return more;
		err = take_line(reading, line, whole);
		if (log->progress && log->lines % PROGRESS_LINES == 0)
			log->progress->tell(log->progress->context, log->lines,
					    access_stream_bytes(stream));
	}
	return err;
}

int access_log_read(struct access_log *log)
{
	struct reading_log reading = { .log = log };
	struct access_stream *stream;
	int err = access_stream_open(&stream, log->path);

	log->lines = log->bad = 0;
	err = err ?: take_lines(&reading, stream);
	access_stream_close(stream);
	if (err)
		return err;
	if (!reading.good)
		return no_such_log(&reading);
	if (log->bad > SHOWN)
		log_warning("%llu more bad lines in %s", (unsigned long long)(log->bad - SHOWN),
			    access_log_name(log->path));
	return 0;
}

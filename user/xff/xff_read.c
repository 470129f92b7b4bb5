// SPDX-License-Identifier: BSD-2-Clause
#include "xff/xff_read.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "xff/xff_stream.h"

#define SHOWN 10
#define PROGRESS_LINES 65536
#define REASON_SIZE (128 + TEXT_QUOTE_SIZE)

/* A log while it is read. */
struct reading_log {
	struct xff_counts *counts;
	const char *path;
	const struct xff_progress *progress;
	struct xff_reader reader;
	struct xff_record record;
	uint64_t good;
	unsigned int held;      /* reasons that wait for the first good line */
	struct {
		uint64_t line;
		char reason[REASON_SIZE];
	} reason[SHOWN];
};

static const char *name_of(const struct reading_log *log)
{
	return strcmp(log->path, "-") ? log->path : "standard input";
}

static void tell_held(struct reading_log *log)
{
	for (unsigned int i = 0; i < log->held; i++)
		log_at(name_of(log), (unsigned int)log->reason[i].line, "%s, passed over",
		       log->reason[i].reason);
	log->held = 0;
}

static void hold_reason(struct reading_log *log, const char *why, struct text piece)
{
	char quoted[TEXT_QUOTE_SIZE];
	unsigned int i = log->held++;

	log->reason[i].line = log->counts->lines;
	if (text_length(piece))
		snprintf(log->reason[i].reason, REASON_SIZE, "%s'%s'", why,
			 text_quote(piece, quoted));
	else
		snprintf(log->reason[i].reason, REASON_SIZE, "%snothing", why);
	if (log->good)
		tell_held(log);
}

static int no_such_log(const struct reading_log *log)
{
	if (!log->counts->lines)
		return log_error(-EINVAL, "%s is empty", name_of(log));
	return log_error(-EINVAL, "%s is a log of another format (line %llu: %s); have nginx write "
			 "one by %s", name_of(log),
			 (unsigned long long)log->reason[0].line, log->reason[0].reason,
			 XFF_READ_LOG_FORMAT);
}

static int take_bad(struct reading_log *log, const char *why, struct text piece)
{
	if (log->counts->bad++ < SHOWN)
		hold_reason(log, why, piece);
	return !log->good && log->counts->bad >= XFF_READ_TRIAL ? no_such_log(log) : 0;
}

static int take_line(struct reading_log *log, struct text line, bool whole)
{
	struct text piece = line;
	const char *why;
	int err;

	log->counts->lines++;
	if (!whole)
		return take_bad(log, "a line of more than 64 KiB: ", piece);
	if (xff_record_read(&log->reader, line, &log->record, &why, &piece))
		return take_bad(log, why, piece);
	if (!log->good++)
		tell_held(log);
	err = xff_counts_add(log->counts, &log->record);
	return err ? log_error(err, "out of memory") : 0;
}

static int take_lines(struct reading_log *log, struct xff_stream *stream)
{
	struct text line;
	bool whole;
	int more, err = 0;

	while (!err && (more = xff_stream_line(stream, &line, &whole)) != 0) {
		if (more < 0)
			return more;
		err = take_line(log, line, whole);
		if (log->progress && log->counts->lines % PROGRESS_LINES == 0)
			log->progress->tell(log->progress->context, log->counts->lines,
					    xff_stream_bytes(stream));
	}
	return err;
}

int xff_read_log(struct xff_counts *counts, const char *path, const struct xff_progress *progress)
{
	struct reading_log log = { .counts = counts, .path = path, .progress = progress };
	struct xff_stream *stream;
	int err = xff_stream_open(&stream, path);

	err = err ?: take_lines(&log, stream);
	xff_stream_close(stream);
	if (err)
		return err;
	if (!log.good)
		return no_such_log(&log);
	if (counts->bad > SHOWN)
		log_warning("%llu more bad lines in %s",
			    (unsigned long long)(counts->bad - SHOWN), name_of(&log));
	return 0;
}

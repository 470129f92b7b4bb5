// SPDX-License-Identifier: BSD-2-Clause
#include "xff/xff_read.h"

struct reading {
	struct xff_counts *counts;
	struct access_reader reader;
	struct xff_record record;
};

static int take(void *context, struct text line, struct access_fault *fault)
{
	struct reading *reading = context;

	return xff_record_read(&reading->reader, line, &reading->record, fault) ?:
	       xff_counts_add(reading->counts, &reading->record);
}

int xff_read_log(struct xff_counts *counts, const char *path,
		 const struct access_progress *progress)
{
	struct reading reading = { .counts = counts };
	struct access_log log = { .path = path, .format = XFF_READ_LOG_FORMAT, .take = take,
				  .context = &reading, .progress = progress };
	int err = access_log_read(&log);

	counts->lines = log.lines;
	counts->bad = log.bad;
	return err;
}

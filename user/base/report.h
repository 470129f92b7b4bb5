/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * report.h - what is wrong with a file: the first ten faults are logged, the others only
 * counted, so that a file in a wrong format does not fill the terminal.
 */
#ifndef BASE_REPORT_H
#define BASE_REPORT_H

#include "base/text.h"

/* Starts as all zeros but for the path. */
struct report {
	const char *path;       /* of the file */
	unsigned int faults;
};

/* A fault in a line, logged as "FILE:LINE: REASON", or in a record that a binary file has for
 * a prefix, as "FILE: PREFIX: REASON". */
void report_line(struct report *report, unsigned int line, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void report_record(struct report *report, const struct cidr *at, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* A prefix in a line that text_cidr() refused with err. Names what is probably meant: the
 * network, or the one address. cidr: what text_cidr() left of it. */
void report_cidr(struct report *report, unsigned int line, struct text text, int err,
		 const struct cidr *cidr);

/* Ends the report: logs how many faults were not shown, of which kind ("line", "record").
 * -EINVAL if there was any fault, else 0. */
int report_finish(const struct report *report, const char *kind);

#endif

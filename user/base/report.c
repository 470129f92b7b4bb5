// SPDX-License-Identifier: BSD-2-Clause
#include "base/report.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/log.h"

#define SHOWN 10
#define REASON_SIZE 512

void report_line(struct report *report, unsigned int line, const char *format, ...)
{
	char reason[REASON_SIZE];
	va_list args;

	if (report->faults++ >= SHOWN)
		return;
	va_start(args, format);
	vsnprintf(reason, sizeof(reason), format, args);
	va_end(args);
	log_at(report->path, line, "%s", reason);
}

void report_record(struct report *report, const struct cidr *at, const char *format, ...)
{
	char reason[REASON_SIZE], prefix[CIDR_TEXT_SIZE];
	va_list args;

	if (report->faults++ >= SHOWN)
		return;
	va_start(args, format);
	vsnprintf(reason, sizeof(reason), format, args);
	va_end(args);
	log_error(-EINVAL, "%s: %s: %s", report->path, cidr_format(at, prefix), reason);
}

void report_cidr(struct report *report, unsigned int line, struct text text, int err,
		 const struct cidr *cidr)
{
	char quoted[TEXT_QUOTE_SIZE], network[CIDR_TEXT_SIZE], host[ADDRESS_TEXT_SIZE];
	struct cidr whole;

	text_quote(text, quoted);
	if (err != -ERANGE) {
		report_line(report, line, "'%s' is not a prefix: ADDRESS/LENGTH, IPv4 or IPv6",
			    quoted);
		return;
	}
	whole = *cidr;
	whole.addr.bits &= ~cidr_host_mask(cidr->length);
	report_line(report, line, "'%s' has bits set after its first %d: %s or %s/%d is meant",
		    quoted, cidr->length, cidr_format(&whole, network),
		    address_format(&cidr->addr, host), address_family_bits(cidr->addr.family));
}

int report_finish(const struct report *report, const char *kind)
{
	unsigned int more = report->faults - SHOWN;

	if (!report->faults)
		return 0;
	if (report->faults > SHOWN)
		log_error(-EINVAL, "%u more bad %s%s in %s", more, kind, more == 1 ? "" : "s",
			  report->path);
	return -EINVAL;
}

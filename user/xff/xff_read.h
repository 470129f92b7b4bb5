/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * xff_read.h - a whole log is counted, line by line. Not thread-safe.
 */
#ifndef XFF_XFF_READ_H
#define XFF_XFF_READ_H

#include "access/access_log.h"
#include "xff/xff_counts.h"

/* The lines of nginx's configuration that write such a log. */
#define XFF_READ_LOG_FORMAT \
	"log_format ecdn_xff 'remote_addr:$realip_remote_addr\\tecdn_peer:$ecdn_peer\\t" \
	"ecdn_region:$ecdn_region\\tscheme:$scheme\\t" \
	"http_x_forwarded_for:$http_x_forwarded_for\\tdirect:$cookie_ecdn_direct';"

/* Adds the lines of a file, or of standard input ("-"), to the counts. progress: NULL: nobody is
 * told. 0 or a negative errno, logged: -EINVAL for a log without one good line. */
int xff_read_log(struct xff_counts *counts, const char *path,
		 const struct access_progress *progress);

#endif

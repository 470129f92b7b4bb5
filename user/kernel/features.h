/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * features.h - what the running kernel has beyond Linux 5.10, the oldest that is
 * supported. Each feature is a row.
 */
#ifndef KERNEL_FEATURES_H
#define KERNEL_FEATURES_H

#include <stdbool.h>

struct feature {
	const char *name;       /* in `status`, and the key of its JSON */
	const char *since;      /* the first Linux that has it */
	bool (*probe)(void);
	const char *without;    /* what is lost without it */
};

extern const struct feature features[]; /* ends with a NULL name */

/* True if XDP programs can be given frames that span several buffers. */
bool features_jumbo(void);

/* True if links can hold programs at TC. */
bool features_tcx(void);

/* True if a program can see what ICMP says of a socket: the tracepoint inet_sk_error_report. */
bool features_icmp(void);

#endif

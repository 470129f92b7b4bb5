/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * xff_record.h - a line of an access log becomes a record. Nothing is logged. Not thread-safe for
 * one reader.
 */
#ifndef XFF_XFF_RECORD_H
#define XFF_XFF_RECORD_H

#include <stdbool.h>

#include "access/access_line.h"

enum xff_label {
	XFF_REMOTE,             /* remote_addr: of the connection */
	XFF_PEER,               /* ecdn_peer */
	XFF_REGION,             /* ecdn_region */
	XFF_SCHEME,             /* scheme */
	XFF_HEADER,             /* http_x_forwarded_for */
	XFF_DIRECT,             /* direct: what a direct visit showed; need not be there */
	XFF_ISP,                /* isp: need not be there */
	XFF_LABELS,
};

/* Lines that have any of these are no lines of the format without them. */
#define XFF_LABELS_NEEDED XFF_DIRECT

struct xff_record {
	struct text value[XFF_LABELS];  /* empty: none, or "-" */
	struct address remote;
	struct address direct;          /* of family 0: none */
	bool node;                      /* the connection is an intermediate node's */
	bool tls;
};

/* 0, or -EINVAL with what is wrong. The record points into the line and the reader. */
int xff_record_read(struct access_reader *reader, struct text line, struct xff_record *record,
		    struct access_fault *fault);

#endif

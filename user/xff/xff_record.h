/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * xff_record.h - a line of an access log becomes a record: LABEL:VALUE pieces between tabs, or a
 * JSON object whose values are no objects. A label is the name of nginx's variable; other labels
 * are passed over. Nothing is logged. Not thread-safe for one reader.
 */
#ifndef XFF_XFF_RECORD_H
#define XFF_XFF_RECORD_H

#include <stdbool.h>

#include "base/text.h"

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

enum xff_format {
	XFF_FORMAT_NONE,        /* no line was good yet */
	XFF_FORMAT_TABS,
	XFF_FORMAT_JSON,
};

/* What the last line teaches about the next one, and room for what is unescaped. Starts as
 * zeros. */
struct xff_reader {
	enum xff_format format;         /* of the last good line */
	unsigned char order[16];        /* the label of each piece, plus 1 */
	char room[XFF_LABELS][1024]; /* of JSON strings that had escapes */
};

struct xff_record {
	struct text value[XFF_LABELS];  /* empty: none, or "-" */
	struct address remote;
	struct address direct;          /* of family 0: none */
	bool node;                      /* the connection is an intermediate node's */
	bool tls;
};

/* What is wrong with a line is put into *why, words that end with what is quoted in *piece, if that
 * is not empty. 0 or -EINVAL. The record points into the line and the reader. */
int xff_record_read(struct xff_reader *reader, struct text line, struct xff_record *record,
		    const char **why, struct text *piece);

/* The name of a label. */
const char *xff_record_label(enum xff_label label);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * origin_line.h - a text line in which a proxy says what became of an attempt to get an answer:
 *
 *	ADDR:PORT WHAT STATUS
 *
 * WHAT is a word, such as no_connect, or the two or four characters in which HAProxy says how a
 * session ended (%ts, %tsc; "Session state at disconnection" of its configuration manual). ADDR and
 * PORT may stand in brackets in either family, and be "-" for an answer that was no origin's.
 */
#ifndef ORIGIN_ORIGIN_LINE_H
#define ORIGIN_ORIGIN_LINE_H

#include <stdbool.h>

#include "base/text.h"
#include "ecdn-xdp-origin.h"

struct origin_line {
	struct ecdn_xdp_origin_key origin;
	enum ecdn_xdp_origin_said what;
	int status;             /* of what is answered or truncated; else not known */
	bool said;              /* false: nothing of an origin, as the proxy answered by itself or
				   its client left */
};

/* NULL, or why the line can be none, silent; *line is undefined then. */
const char *origin_line_parse(struct text text, struct origin_line *line);

#endif

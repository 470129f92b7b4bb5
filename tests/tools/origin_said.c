// SPDX-License-Identifier: BSD-2-Clause
/*
 * origin_said.c - prints what proxies said of origins since the last time, a row in a line, and
 * forgets it:
 *
 *	ADDR:PORT answered 2 2xx 1 4xx 1 404 1
 *
 * Row 0 is "--". Its argument is the directory of the pins.
 */
#include <stdio.h>
#include <string.h>

#include "../run/client_pins.h"
#include "../run/origin_pins.h"
#include "origin/origin_address.h"

static const char *const said_names[] = {
	[ECDN_XDP_ORIGIN_SAID_ANSWERED] = "answered",
	[ECDN_XDP_ORIGIN_SAID_NO_CONNECT] = "no_connect",
	[ECDN_XDP_ORIGIN_SAID_NO_ANSWER] = "no_answer",
	[ECDN_XDP_ORIGIN_SAID_MALFORMED] = "malformed",
	[ECDN_XDP_ORIGIN_SAID_TRUNCATED] = "truncated",
	[ECDN_XDP_ORIGIN_SAID_TIMED_OUT] = "timed_out",
};

static const char *const status_names[] = {
	"1xx", "2xx", "3xx", "4xx", "5xx", "strange", "400", "401", "403", "404", "429", "500",
	"502", "503", "504", "513", "522", "529", "538", "564",
};

_Static_assert(sizeof(status_names) / sizeof(*status_names) == ECDN_XDP_ORIGIN_STATUSES,
	       "a name for each");

static void take_row(struct origin_pins *pins, unsigned int row)
{
	static const struct ecdn_xdp_origin_requests none;
	struct ecdn_xdp_origin_requests sum;
	char text[ORIGIN_ADDRESS_TEXT_SIZE];

	origin_pins_sum(pins, row, &sum);
	if (!memcmp(&sum, &none, sizeof(sum)))
		return;
	fputs(row ? origin_address_format(&pins->keys[row].key, text) : "--", stdout);
	for (int what = 0; what < ECDN_XDP_ORIGIN_SAID_MAX; what++)
		if (sum.said[what])
			printf(" %s %llu", said_names[what], sum.said[what]);
	for (int status = 0; status < ECDN_XDP_ORIGIN_STATUSES; status++)
		if (sum.status[status])
			printf(" %s %llu", status_names[status], sum.status[status]);
	putchar('\n');
	for (unsigned int stripe = 0; stripe < ECDN_XDP_ORIGIN_STRIPES; stripe++)
		pins->requests[stripe * ECDN_XDP_ORIGINS + row] = none;
}

int main(int argc, char **argv)
{
	struct origin_pins pins;

	need(argc == 2, "origin_said DIR");
	origin_pins_open(&pins, argv[1]);
	for (unsigned int row = 0; row < ECDN_XDP_ORIGINS; row++)
		take_row(&pins, row);
	return 0;
}

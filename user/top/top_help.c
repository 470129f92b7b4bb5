// SPDX-License-Identifier: BSD-2-Clause
#include "top/top_help.h"

static const char *const lines[] = {
	"Up Down PgUp PgDn Home End   choose a region",
	"Enter     open it: prefixes, nodes, origins, limits (Tab, 1 to 4); Esc goes back",
	"/         show regions whose name has what you type; Enter keeps it, Esc ends it",
	"s S < >   sort by another column; r reverses the order",
	"e b R     exempt the region for a while, block it, release it: each asks first",
	"P Space   pause and go on;  d  how often to read;  ? h  this page;  q  quit",
	"",
	"SHARE     of PPS, BPS and CPS the largest by its limit; a surge is above 100%",
	"LAST      the same in the last minutes, newest to the right",
	"PPS BPS   packets/s and bits/s that come to protected ports, forged or not",
	"CPS       connections/s that are asked for;  PROVEN  those that were completed",
	"DROP/S    packets/s that are dropped;  WOULD/S  in monitor mode: would be",
	"513/S     requests and connections that got status 513",
	"SINCE     how long the region has been in its state",
};

unsigned int top_help_lines(void)
{
	return sizeof(lines) / sizeof(*lines);
}

void top_help_put(struct top_grid *grid, const struct top_state *state, unsigned int first,
		  unsigned int end)
{
	for (unsigned int row = first, at = state->scroll; row < end && at < top_help_lines();)
		top_grid_put(grid, row++, 0, grid->columns, TOP_LOOK_PLAIN, lines[at++]);
}

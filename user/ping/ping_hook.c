// SPDX-License-Identifier: BSD-2-Clause
#include "ping/ping_hook.h"

const struct tc_hook ping_hook = {
	.program = "ping",
	.load = "ecdn-xdp load --ping",
	.pins = "ping",
	.notes = "clsact",
	.index = "ping-index",
};

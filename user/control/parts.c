// SPDX-License-Identifier: BSD-2-Clause
#include "control/parts.h"

#include "control/request.h"

const struct parts_row parts[] = {
	{ &trust_part, offsetof(struct request, trust), NULL },
	{ &guard_part, offsetof(struct request, guard), NULL },
	{ &steer_part, offsetof(struct request, steer), &guard_part },
	{ &ping_part, offsetof(struct request, ping), NULL },
};

#define COUNT (sizeof(parts) / sizeof(*parts))
_Static_assert(COUNT <= PARTS_MAX, "PARTS_MAX has room for all parts");

unsigned int parts_count(void)
{
	return COUNT;
}

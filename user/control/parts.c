// SPDX-License-Identifier: BSD-2-Clause
#include "control/parts.h"

#include "control/request.h"
#include "kernel/verb_ring.h"

const struct parts_row parts[] = {
	{ &trust_part, offsetof(struct request, trust), NULL },
	{ &guard_part, offsetof(struct request, guard), NULL },
	{ &steer_part, offsetof(struct request, steer), &guard_part },
	{ &ping_part, offsetof(struct request, ping), NULL },
	{ &origin_part, offsetof(struct request, origin), NULL },
};

#define COUNT (sizeof(parts) / sizeof(*parts))
_Static_assert(COUNT <= PARTS_MAX, "PARTS_MAX has room for all parts");

unsigned int parts_count(void)
{
	return COUNT;
}

int parts_check(const char *dir, uint32_t bits)
{
	int err = maps_check(verb_ring_rows, dir);

	for (unsigned int i = 0; i < COUNT && !err; i++)
		if (bits & parts[i].part->bit)
			err = part_check(parts[i].part, dir);
	return err;
}

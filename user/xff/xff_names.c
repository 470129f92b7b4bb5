// SPDX-License-Identifier: BSD-2-Clause
#include "xff/xff_names.h"

#include <string.h>

#include "base/hash.h"

#define SLOTS (4 * XFF_NAMES_MAX)

uint16_t xff_names_number(struct xff_names *names, struct text name)
{
	static const char none[] = "-";
	size_t length = text_length(name);
	uint64_t at;

	if (!length) {
		name.start = none;
		length = 1;
	}
	if (length >= XFF_NAME_SIZE)
		length = XFF_NAME_SIZE - 1;
	at = hash_bytes(names->seed, name.start, length) % SLOTS;
	for (; names->slot[at]; at = (at + 1) % SLOTS) {
		const char *known = names->name[names->slot[at]];

		if (!memcmp(known, name.start, length) && !known[length])
			return names->slot[at];
	}
	if (names->count == XFF_NAMES_MAX)
		return 0;
	names->slot[at] = ++names->count;
	memcpy(names->name[names->count], name.start, length);
	return names->count;
}

const char *xff_names_name(const struct xff_names *names, uint16_t number)
{
	return number ? names->name[number] : "(others)";
}

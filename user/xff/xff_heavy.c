// SPDX-License-Identifier: BSD-2-Clause
#include "xff/xff_heavy.h"

#define LENGTH_IPV4 24
#define LENGTH_IPV6 56

static void take_off(struct xff_heavy *heavy, uint32_t times)
{
	for (int i = 0; i < XFF_HEAVY_MAX; i++)
		heavy->at[i].count -= times;
}

static void count_prefix(struct xff_heavy *heavy, addr_bits bits, uint32_t length, uint32_t times)
{
	int least = 0;

	for (int i = 0; i < XFF_HEAVY_MAX; i++) {
		uint32_t *count = &heavy->at[i].count;

		if (*count && heavy->at[i].bits == bits && heavy->at[i].length == length) {
			*count += times < UINT32_MAX - *count ? times : 0;
			return;
		}
		if (*count < heavy->at[least].count)
			least = i;
	}
	if (heavy->at[least].count >= times) {
		take_off(heavy, times);
		return;
	}
	times -= heavy->at[least].count;
	take_off(heavy, heavy->at[least].count);
	heavy->at[least].bits = bits;
	heavy->at[least].length = length;
	heavy->at[least].count = times;
}

void xff_heavy_count(struct xff_heavy *heavy, const struct address *address, uint32_t times)
{
	uint32_t length = address->family == AF_INET ? LENGTH_IPV4 : LENGTH_IPV6;

	if (address->family)
		count_prefix(heavy, address->bits & ~cidr_host_mask(length), length, times);
}

void xff_heavy_add(struct xff_heavy *heavy, const struct xff_heavy *from)
{
	for (int i = 0; i < XFF_HEAVY_MAX; i++)
		if (from->at[i].count)
			count_prefix(heavy, from->at[i].bits, from->at[i].length,
				     from->at[i].count);
}

int xff_heavy_first(const struct xff_heavy *heavy)
{
	int first = 0;

	for (int i = 1; i < XFF_HEAVY_MAX; i++)
		if (heavy->at[i].count > heavy->at[first].count)
			first = i;
	return heavy->at[first].count ? first : -1;
}

struct cidr xff_heavy_cidr(const struct xff_heavy *heavy, int index)
{
	uint32_t length = heavy->at[index].length;

	return (struct cidr){ { heavy->at[index].bits, length == LENGTH_IPV4 ? AF_INET : AF_INET6 },
			      (int)length };
}

// SPDX-License-Identifier: BSD-2-Clause
#include "show/events.h"

#define EVENT(name, group, meaning) \
	{ #name, offsetof(struct ecdn_xdp_events, name), group, meaning }

const struct event_name event_names[] = {
	EVENT(arp, EVENT_PASSED, "ARP"),
	EVENT(other_ethertype, EVENT_PASSED, "neither IP nor ARP"),
	EVENT(vlan_depth, EVENT_PASSED, "more than two VLAN tags"),
	EVENT(truncated, EVENT_PASSED, "ends before its IP header does"),
	EVENT(bad_header, EVENT_PASSED, "IP version or header length that cannot be"),
	EVENT(fragment, EVENT_PASSED, "fragment without ports, counted in its region"),
	EVENT(upper_truncated, EVENT_PASSED, "ends before its ports, counted in its region"),
	EVENT(ext_headers, EVENT_PASSED, "more than 8 IPv6 extension headers, counted in its region"),
	EVENT(no_table, EVENT_GIVE_UP, "no region table, counted as --"),
	EVENT(bucket_evicted, EVENT_GIVE_UP, "a prefix's limit forgotten for lack of room"),
	EVENT(map_missing, EVENT_GIVE_UP, "a map was not there"),
	{ NULL, 0, 0, NULL },
};

_Static_assert(sizeof(event_names) / sizeof(*event_names) - 1 ==
	       sizeof(struct ecdn_xdp_events) / sizeof(__u64), "a name for each counter");

uint64_t event_count(const struct ecdn_xdp_events *events, const struct event_name *name)
{
	return *(const __u64 *)((const char *)events + name->offset);
}

json_t *events_json(const struct ecdn_xdp_events *events, enum event_group group)
{
	json_t *counts = json_object();

	for (const struct event_name *name = event_names; name->name; name++)
		if (name->group == group)
			json_object_set_new(counts, name->name,
					    json_integer(event_count(events, name)));
	return counts;
}

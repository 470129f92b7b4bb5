// SPDX-License-Identifier: BSD-2-Clause
#include "show/event_fields.h"

#include "ecdn-xdp-maps.h"

#define EVENT(type, object, member, name, about, meaning) \
	{ FIELD_COUNT, .key = object "." #member, .metric = name, \
	  .label = "reason=\"" #member "\"", .unit = "packets", .help = about, \
	  .note = meaning, FIELD_AT(type, member) }

#define PASSED(member, meaning) \
	EVENT(struct ecdn_xdp_events, "passed_unparsed", member, \
	      "ecdn_xdp_unparsed_packets_total", \
	      "Packets that passed without a full view of their headers.", meaning)
#define GIVE_UP(member, meaning) \
	EVENT(struct ecdn_xdp_events, "give_ups", member, "ecdn_xdp_give_ups_total", \
	      "Times that the guard could not do its work and let pass.", meaning)
#define SHIELD(member, meaning) \
	EVENT(struct ecdn_xdp_events, "shield_passed", member, \
	      "ecdn_xdp_shield_passed_packets_total", \
	      "Packets without a socket that were not dropped as no_socket in a surge.", meaning)
#define PING(member, meaning) \
	EVENT(struct ecdn_xdp_ping_events, "events", member, "ecdn_xdp_ping_other_total", \
	      "Echo requests that were not answered here, by reason.", meaning)

const struct field event_fields_guard[] = {
	PASSED(arp, "ARP"),
	PASSED(other_ethertype, "neither IP nor ARP"),
	PASSED(truncated, "ends before its IP header does"),
	PASSED(bad_header, "IP version or header length that cannot be"),
	PASSED(vlan_depth, "more than 8 VLAN tags, counted as --; dropped if ports are protected"),
	PASSED(fragment, "fragment without ports, counted in its region"),
	PASSED(upper_truncated, "ends before its ports, counted in its region"),
	PASSED(ext_headers, "more than 8 IPv6 extension headers, counted in its region"),
	GIVE_UP(no_table, "no region table, counted as --"),
	GIVE_UP(bucket_evicted, "a prefix's bucket went to another for lack of room, within a "
				"region with what it holds, else full"),
	GIVE_UP(map_missing, "a map was not there"),
	SHIELD(cookie, "completes a SYN cookie: excused from no_socket, not from prefix_pps"),
	SHIELD(known, "its address has connected before: excused from no_socket, not from "
		      "prefix_pps"),
	GIVE_UP(unproven, "a connection by an interface without the guard proves nothing"),
	GIVE_UP(bucket_full, "others use all buckets of a set: each CPU limits by itself"),
	{},
};

const struct field event_fields_ping[] = {
	PING(stranger, "from no node, left to the host's own policy"),
	PING(stranger_dropped, "from no node, dropped"),
	PING(not_local, "to an address that is not this host's; after a change of addresses, "
			"`ecdn-xdp load --ping` again"),
	PING(fragment, "a node's, in fragments, left to the host's stack"),
	PING(options, "a node's, with a source route or extension headers, left to the host's "
		      "stack"),
	PING(truncated, "ends before its ICMP header does"),
	PING(give_up, "a node's, without room for its counters, or in a frame that cannot be "
		      "written or that names a group as its sender"),
	{},
};

#define ROWS(rows) (sizeof(rows) / sizeof(*(rows)) - 1)
_Static_assert(ROWS(event_fields_guard) ==
	       offsetof(struct ecdn_xdp_events, reserved) / sizeof(__u64),
	       "a name for each counter");
_Static_assert(ROWS(event_fields_ping) == sizeof(struct ecdn_xdp_ping_events) / sizeof(__u64),
	       "a name for each counter");

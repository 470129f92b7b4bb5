#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# load, load again, unload: what is attached, pinned and kept.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"

# xdp_of IFACE: the id of the program on it, and how it is attached: "MODE ID".
xdp_of() {
	on edge ip -j link show dev "$1" |
		jq -r '.[0].xdp // empty | "\(if .mode == 1 then "native" else "skb" end) \(.prog.id)"'
}

pinned_program() {
	bpftool -j prog show pinned "$pin/prog/guard" | jq .id
}

map_ids() {
	local map

	for map in "$pin"/*; do
		[[ -d $map || $map = */regions || $map = */proven ]] || bpftool -j map show pinned "$map" | jq .id
	done
}

interface_state() {
	ecdn status --json | jq -r ".interfaces[] | select(.interface == \"$1\") | .state"
}

test_first() {
	does "first load" ecdn load --regions "$regions" e0
	is "the program on the interface is the pinned one" "native $(pinned_program)" \
		"$(xdp_of e0)"
	is "the link is pinned by the interface's name" e0 "$(ls "$pin/link")"
	is "status: the interface" native "$(interface_state e0)"
	is "status: mode and ports" "enforce 80,443" \
		"$(ecdn status --json | jq -r '"\(.mode) \(.protect)"')"
	is "status: the source" "$regions" "$(ecdn status --json | jq -r '.table.sources[0]')"
	has "status: text" '^interface +e0: native$' "$(ecdn status)"
	does "the maps are pinned by name" \
		stat "$pin"/{config,region_cpu,region_state,region_limits,prefixes,region_lines,cpu_events}
}

# Everything that says how much came says the same.
test_counters() {
	local said dump sum

	said=$(flood --from 198.51.100.0/24 --type syn --rate 20k --seconds 500ms --size 100)
	flood --to $edge_ip6 --from 2001:db8:b::/48 --count 1000 --size 200 >/dev/null
	flood --from 10.0.0.0/8 --count 500 --size 64 >/dev/null
	is "stats: packets" "$(got sent "$said")" "$(stats ALPHA .packets)"
	is "stats: bytes" $(($(got sent "$said") * 100)) "$(stats ALPHA .bytes)"
	is "stats: connections" "$(got sent "$said")" "$(stats ALPHA .connections)"
	is "stats: IPv6" "1000 200000" "$(stats BETA '"\(.packets) \(.bytes)"')"
	is "stats: an address of no region" "500 32000" "$(stats_all '.regions[0] | "\(.packets) \(.bytes)"')"
	has "stats: text" '^ALPHA +normal +10000 +1000000 +10000 ' "$(ecdn stats --total ALPHA)"
	dump=$(bpftool -j map dump pinned "$pin/region_cpu")
	sum=$(jq '[.[] | .formatted.value.packets] | add' <<<"$dump")
	is "bpftool: fields by name that add up to stats" \
		"$(stats_all '[.regions[].packets] | add')" "$sum"
	is "cat regions: the same table" "$(stats_all '.regions[] | select(.packets > 0) |
		"\(.region) \(.state) \(.packets) \(.bytes) \(.connections) \(.dropped_packets) \(.dropped_bytes)"')" \
		"$(awk 'NR > 1 && $3 { print $1, $2, $3, $4, $5, $6, $7 }' "$pin/regions")"
}

test_json() {
	local shape

	shape=$(stats_all 'keys | sort | join(" ")')
	has "stats --json: the document's keys" \
		'generation.* mode.* passed_unparsed.* regions' "$shape"
	is "stats --json: a region's keys" "bps bytes connections cps dropped dropped_bytes \
dropped_packets dropped_pps ends got_513_ps limited_since load packets peak pps proven refused region \
requests since state steered why would_drop_pps" \
		"$(stats ALPHA 'del(.would_drop) | keys | join(" ")')"
	is "stats --json: reasons are objects of numbers" "number number" \
		"$(stats_all '"\(.regions[0].dropped.blocked.packets | type) \(.passed_unparsed.arp | type)"')"
	is "stats --json: regions that are named, and no others" "BETA ALPHA" \
		"$(ecdn stats --json BETA ALPHA | jq -r '[.regions[].region] | join(" ")')"
	fails "stats: a region that is not there" 2 NOWHERE ecdn stats NOWHERE
}

# All that an upgrade must keep; rates fade by themselves.
kept() {
	ecdn limit --json
	ecdn allow
	ecdn stats --json | jq '.regions[] | del(.pps, .bps, .cps)'
}

# Run again, load is an upgrade: another program, the same maps, and what is in them.
test_upgrade() {
	local maps program settings

	ecdn limit set BETA --pps 1k --hold 3s
	ecdn block GAMMA
	ecdn allow add 203.0.113.7
	maps=$(map_ids)
	program=$(pinned_program)
	settings=$(kept)
	does "load again" ecdn load e0
	is "upgrade: the same maps" "$maps" "$(map_ids)"
	is "upgrade: limits, blocks, allowed prefixes and counters stay" "$settings" \
		"$(kept)"
	if [ "$program" = "$(pinned_program)" ]; then
		not_ok "upgrade: another program" "it is still $program"
	else
		ok "upgrade: another program"
	fi
	is "upgrade: it is the one on the interface" "native $(pinned_program)" "$(xdp_of e0)"
	does "load with other ports and regions" ecdn load --protect 8443/tcp --monitor \
		--regions "$regions" e0
	is "upgrade: ports, mode and table are what was asked for" "8443/tcp monitor 2" \
		"$(ecdn status --json | jq -r '"\(.protect) \(.mode) \(.table.generation)"')"
	is "upgrade: counters stay when the table is replaced" 1000 "$(stats BETA .packets)"
	ecdn load --enforce --protect 80,443 e0
	lacks "nothing is left of the loads" next "$(ls -d "$pin"*)"
}

test_several() {
	local before

	wire client c1 edge e1
	wire client c2 edge v0.7
	before=$(map_ids)
	does "load on two more, one with a dot in its name" ecdn load e1 v0.7
	is "several: one program on all" \
		"$(pinned_program) $(pinned_program) $(pinned_program)" \
		"$(for i in e0 e1 v0.7; do xdp_of $i; done | awk '{ print $2 }' | xargs)"
	is "several: one set of maps" "$before" "$(map_ids)"
	is "several: status names them" "e0 e1 v0.7" \
		"$(ecdn status --json | jq -r '[.interfaces[].interface] | join(" ")')"
	before=$(stats ALPHA .packets)
	via=c1 flood --from 198.51.100.0/24 --count 100 >/dev/null
	via=c2 flood --from 198.51.100.0/24 --count 100 >/dev/null
	is "several: all are counted" $((before + 200)) "$(stats ALPHA .packets)"
	does "unload one" ecdn unload v0.7
	is "unload: it has no program, the others have" " native native" \
		"$(xdp_of v0.7) $(xdp_of e0 | cut -d' ' -f1) $(xdp_of e1 | cut -d' ' -f1)"
	is "unload: the counters stay" $((before + 200)) "$(stats ALPHA .packets)"
	fails "unload: what is not loaded" 1 'v0\.7 is not loaded' ecdn unload v0.7
	fails "unload: all or none" 1 'nowhere is not loaded' ecdn unload e1 nowhere
	is "unload: none, then" native "$(interface_state e1)"
}

test_vanished() {
	ip -n "ecdn-$id-edge" link del e1
	is "vanished: status says so" vanished "$(interface_state e1)"
	has "vanished: status says what to do" 'interface +e1: vanished; .*unload e1' "$(ecdn status)"
	does "vanished: the others can be upgraded" ecdn load e0
	does "vanished: unload cleans up" ecdn unload e1
	is "vanished: nothing is left of it" "e0" "$(ls "$pin/link")"
	wire client c1 edge e1
	does "vanished: load when it is back" ecdn load e1
	ip -n "ecdn-$id-edge" link del e1
	wire client c1 edge e1
	does "vanished: load when it is back, without unload" ecdn load e1
	is "vanished: it is attached" "native $(pinned_program)" "$(xdp_of e1)"
}

# One command at a time in a pin directory.
test_lock() {
	local said

	flock "$(find /run/ecdn-xdp -name "$(basename "$pin")-*")" sh -c "touch '$work/held'; sleep 3" &
	wait_for 5 test -e "$work/held"
	said=$(ecdn load e0 2>&1)
	has "lock: who waits for long says so" 'warning: waiting for another' "$said"
	is "lock: and has waited" "" "$(jobs -r)"
}

test_all() {
	ecdn load v0.7
	does "unload --all" ecdn unload --all
	is "unload --all: no program" "" "$(xdp_of e0)$(xdp_of e1)$(xdp_of v0.7)"
	is "unload --all: no pin" "" "$(ls -d "$pin"* 2>/dev/null || true)"
	does "unload --all: nothing loaded, no error" ecdn unload --all
	fails "stats: nothing loaded" 1 'ecdn-xdp load' ecdn stats
}

client_and_edge
test_first
test_counters
test_json
test_upgrade
test_several
test_vanished
test_lock
test_all
finish

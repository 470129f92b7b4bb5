#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Ceilings of nodes and allowed prefixes, which anybody can forge: what of a flood in their name
# is dropped, and what the commands say of it.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"

# node_is PREFIX FILTER: of one node's traffic; allow_is: of an allowed prefix's.
node_is() {
	ecdn node --json | jq -r ".nodes[] | select(.prefix == \"$1\") | .traffic | $2"
}

allow_is() {
	ecdn allow --json | jq -r ".prefixes[] | select(.prefix == \"$1\") | .traffic | $2"
}

ceilings() {
	ecdn status --json | jq -c '.ceilings | [.node_pps, .node_cps, .allow_pps, .allow_cps]'
}

# dropped: packets of ALPHA that were dropped as above a ceiling.
dropped() {
	stats ALPHA .dropped.trusted_pps.packets
}

test_words() {
	fails "node: --pps without add" 2 'go with `node add`' ecdn node list --pps 5
	fails "allow: --cps without add" 2 'go with `allow add`' ecdn allow --cps 5
	fails "allow add: no number" 2 'pps fast' ecdn allow add 198.51.100.0/24 --pps fast
	fails "node add: no number" 2 'cps -1' ecdn node add 198.51.100.0/24 --cps -1
	fails "load: no number" 2 'node-pps' ecdn load --node-pps fast e0
	is "words: nothing of it was done" 0 "$(trusted)"
}

test_load() {
	is "load: the defaults" '[100000,2000,100000,2000]' "$(ceilings)"
	is "load: they hold at once" 0 "$(ecdn status --json | jq '.ceilings.drop_in')"
	ecdn load --node-pps 1k --allow-cps 0
	is "load: those that are named change" '[1000,2000,100000,0]' "$(ceilings)"
	ecdn load
	is "load: and stay" '[1000,2000,100000,0]' "$(ceilings)"
	has "status: text" "^ceilings +of each node 1000 packets/s, 2000 connections/s; of each \
allowed prefix 100000 packets/s, any number of connections/s$" "$(ecdn status)"
	printf 'node_cps: 3k\nallow_pps: 50k\n' >"$work/config"
	ecdn load --config "$work/config"
	is "configuration" '[1000,3000,50000,0]' "$(ceilings)"
}

test_flood() {
	local said over

	ecdn block ALPHA
	ecdn node add 198.51.100.0/25 ams-1
	ecdn allow add 198.51.100.128/25
	has "silent: text" '^198\.51\.100\.0/25 +ams-1 .* 0 +1\.00k +0 +3\.00k +0 +never$' "$(ecdn node)"
	has "silent: an allowed one" '^198\.51\.100\.128/25 +0 +50\.0k +0 +- +0 +never$' \
		"$(ecdn allow)"
	flood --from 198.51.100.0/25 --count 10000 --rate 20k >/dev/null
	over=$(node_is 198.51.100.0/25 .over_packets)
	between "a node: above its ceiling" 8900 9500 "$over"
	is "a node: that is dropped" "$over" "$(dropped)"
	is "a node: all is counted" "10000 10000" "$(node_is 198.51.100.0/25 .packets) $(
		stats ALPHA .packets)"
	is "a node: it does not count in its region's rates" "0 blocked" \
		"$(stats ALPHA '"\(.pps) \(.state)"')"
	has "a node: text" "^198\.51\.100\.0/25 .* $over +[0-9]+s ago$" "$(ecdn node)"
	flood --from 198.51.100.128/25 --count 10000 --rate 20k >/dev/null
	is "an allowed prefix below its ceiling: all passes" "10000 0 $over" \
		"$(allow_is 198.51.100.128/25 '"\(.packets) \(.over_packets)"') $(dropped)"
	is "pings do not count" 0 "$(node_is 198.51.100.0/25 .connections)"
}

test_own() {
	local before

	ecdn node add 198.51.100.0/25 --pps 0
	is "own: none" "0 3000 true" \
		"$(node_is 198.51.100.0/25 '"\(.ceiling_pps) \(.ceiling_cps) \(.own_ceiling)"')"
	is "own: the name stays" ams-1 "$(ecdn node --json | jq -r '.nodes[0].name')"
	before=$(dropped)
	flood --from 198.51.100.0/25 --count 5000 --rate 20k >/dev/null
	is "own: nothing is dropped" "$before" "$(dropped)"
	ecdn allow add 198.51.100.128/25 --pps 2k --cps 7
	has "own: both are shown" '^198\.51\.100\.128/25 +[0-9.]+k? +2\.00k +[0-9]+ +7 ' "$(ecdn allow)"
	is "own: of an allowed one" "2000 7" \
		"$(allow_is 198.51.100.128/25 '"\(.ceiling_pps) \(.ceiling_cps)"')"
	flood --from 198.51.100.128/25 --count 5000 --rate 20k >/dev/null
	between "own: what is above is dropped" 3900 4600 $(($(dropped) - before))
	ecdn load e0
	is "own: an upgrade keeps it" "2000 7" \
		"$(allow_is 198.51.100.128/25 '"\(.ceiling_pps) \(.ceiling_cps)"')"
	is "own: what has become of it is told" \
		"added 0 prefixes, 1 was there; its ceiling is now the default of pps" \
		"$(ecdn allow add 198.51.100.128/25 --pps default 2>&1)"
	is "own: one back, the other stays" "50000 7 true" \
		"$(allow_is 198.51.100.128/25 '"\(.ceiling_pps) \(.ceiling_cps) \(.own_ceiling)"')"
	ecdn allow del 198.51.100.128/25
	ecdn allow add 198.51.100.128/25
	is "own: it goes with its prefix, as the counts do" "0 50000 0 false" \
		"$(allow_is 198.51.100.128/25 '"\(.packets) \(.ceiling_pps) \(.ceiling_cps) \(.own_ceiling)"')"
	ecdn node add 198.51.100.0/25 --pps default
}

# An allowed prefix inside a node's: all that comes is the node's.
test_inside() {
	local said

	said=$(ecdn allow add 198.51.100.64/26 --pps 5 2>&1)
	has "inside: it is said whose ceiling holds" \
		'198\.51\.100\.64/26 is inside node 198\.51\.100\.0/25, whose ceiling holds' "$said"
	has "inside: text" '^198\.51\.100\.64/26( +-)+$' "$(ecdn allow)"
	is "inside: JSON" "null null" "$(allow_is 198.51.100.64/26 '"\(.pps) \(.ceiling_pps)"')"
	is "inside: a node there has its own" "added 1 prefix; its ceiling is now 7 pps" \
		"$(ecdn node add 198.51.100.96/27 --pps 7 2>&1)"
	is "inside: which is shown" 7 "$(node_is 198.51.100.96/27 .ceiling_pps)"
	is "inside: outside there is no warning" \
		"added 2 prefixes; the ceiling of each is now none of pps, 1.5k cps" \
		"$(ecdn allow add 198.51.100.128/26 198.51.100.192/26 --pps 0 --cps 1.5k 2>&1)"
	ecdn node del 198.51.100.96/27
	ecdn allow del 198.51.100.64/26 198.51.100.128/26 198.51.100.192/26
}

# The map of own ceilings is small: who asks for too many changes nothing.
test_many() {
	local before

	before=$(trusted)
	awk 'BEGIN { for (i = 0; i < 4096; i++) printf "10.1.%d.%d\n", i / 250, i % 250 }' \
		>"$work/many"
	xargs "$build/ecdn-xdp" allow --pin-dir "$pin" add --pps 5 <"$work/many"
	is "many: 4,096 fit" 4096 \
		"$(bpftool -j map dump pinned "$pin/trusted_ceilings" | jq length)"
	fails "many: no more do" 1 'there can be 4096 .* nothing was changed' \
		ecdn allow add 10.2.0.0/16 --pps 5
	is "many: nothing of it was done" $((before + 4096)) "$(trusted)"
	ecdn allow add 10.1.0.0/32 10.1.0.1/32 --pps 6
	ecdn allow add 10.2.0.0/16 --pps default
	is "many: what adds none is done" $((before + 4097)) "$(trusted)"
	xargs "$build/ecdn-xdp" allow --pin-dir "$pin" del 10.2.0.0/16 <"$work/many"
	is "many: they go with their prefixes" 0 \
		"$(bpftool -j map dump pinned "$pin/trusted_ceilings" | jq length)"
}

test_monitor() {
	local before

	before=$(dropped)
	ecdn load --monitor
	flood --from 198.51.100.0/25 --count 5000 --rate 20k >/dev/null
	is "monitor: nothing is dropped" "$before" "$(dropped)"
	between "monitor: but would be" 4400 4800 "$(stats ALPHA .would_drop.trusted_pps.packets)"
	ecdn load --enforce
}

# Maps that are full are replaced by larger ones: what was counted in the old ones counts.
test_growth() {
	local before after entries

	entries=$(bpftool -j map show pinned "$pin/trusted_rates" | jq .max_entries)
	before=$(node_is 198.51.100.0/25 '"\(.packets) \(.over_packets)"')
	flood_start "$work/flood" --from 198.51.100.128/25 --rate 10k
	awk 'BEGIN { for (i = 0; i < 3000; i++) printf "10.0.%d.%d\n", i / 250, i % 250 }' |
		xargs "$build/ecdn-xdp" allow --pin-dir "$pin" add
	flood_stop "growth"
	is "growth: a larger map" true "$(bpftool -j map show pinned "$pin/trusted_rates" |
		jq ".max_entries > $entries")"
	is "growth: counts stay" "$before" "$(node_is 198.51.100.0/25 '"\(.packets) \(.over_packets)"')"
	is "growth: no packet is lost or counted twice" "$(got sent "$(<"$work/flood")")" \
		"$(allow_is 198.51.100.128/25 .packets)"
	after=$(bpftool -j map dump pinned "$pin/trusted_rates" | jq length)
	flood --from 10.0.0.0/20 --count 5000 --rate 50k >/dev/null
	is "growth: a row for each prefix, and none by packets" "$after" \
		"$(bpftool -j map dump pinned "$pin/trusted_rates" | jq length)"
	awk 'BEGIN { for (i = 0; i < 3000; i++) printf "10.0.%d.%d\n", i / 250, i % 250 }' |
		xargs "$build/ecdn-xdp" allow --pin-dir "$pin" del
	is "growth: prefixes that leave take their rows along" 4 \
		"$(bpftool -j map dump pinned "$pin/trusted_rates" | jq length)"
	ecdn load
	is "growth: and the room" "$entries" \
		"$(bpftool -j map show pinned "$pin/trusted_rates" | jq .max_entries)"
	is "growth: counts still stay" "$before" \
		"$(node_is 198.51.100.0/25 '"\(.packets) \(.over_packets)"')"
}

# Pins of a version without ceilings, and with fewer limits: none of the maps, and zeros in config.
test_upgrade() {
	local value before said

	before=$(dropped)
	rm "$pin"/trusted_{rates,cpu,ceilings}
	value=$(bpftool -j map lookup pinned "$pin/config" key 0 0 0 0 | jq -r '.value |
		(.[:136] + [range(32) | "0x00"] + .[168:192] + [range(40) | "0x00"] + .[232:]) | join(" ")')
	# shellcheck disable=SC2086 # bytes
	bpftool map update pinned "$pin/config" key 0 0 0 0 value $value
	is "upgrade: not measured before" null "$(node_is 198.51.100.0/25 .pps)"
	fails "upgrade: no ceilings of their own before" 1 'earlier version' \
		ecdn node add 198.51.100.0/25 --pps 5
	said=$(ecdn load e0 2>&1)
	is "upgrade: it is said once" "1 0" \
		"$(grep -c '24 hours' <<<"$said") $(ecdn load e0 2>&1 >/dev/null | grep -c '' || true)"
	is "upgrade: so are the limits that are new" 1 \
		"$(grep -c 'answer_cps now follows cps, as 4 times it' <<<"$said")"
	is "upgrade: which have their defaults" "200000 4000" "$(ecdn limit --json |
		jq -r '.default | "\(.shield_cps) \(.aggregate_pps[0])"')"
	is "upgrade: the defaults" '[100000,2000,100000,2000]' "$(ceilings)"
	between "upgrade: for a day nothing is dropped" 86300 86400 \
		"$(ecdn status --json | jq '.ceilings.drop_in | floor')"
	ecdn load --node-pps 1k
	flood --from 198.51.100.0/25 --count 5000 --rate 20k >/dev/null
	is "upgrade: nothing is" "$before" "$(dropped)"
	between "upgrade: but would be" 8800 9600 "$(stats ALPHA .would_drop.trusted_pps.packets)"
	is "upgrade: it is counted" 5000 "$(node_is 198.51.100.0/25 .packets)"
}

# The maps are the guard's: a host with ping alone does not pay for them.
test_ping_alone() {
	ecdn unload --all
	ecdn load --ping e0
	ecdn node add 198.51.100.0/25
	is "ping alone: no maps" 0 "$(find "$pin" -name 'trusted_[rc]*' | wc -l)"
	is "ping alone: nothing is measured" null "$(node_is 198.51.100.0/25 .packets)"
	fails "ping alone: no ceilings" 1 'is not loaded' ecdn node add 198.51.100.0/26 --pps 5
	is "ping alone: nothing was changed" 1 "$(trusted)"
	ecdn load --regions "$regions" --node-pps 1k e0
	ecdn block ALPHA
	flood --from 198.51.100.0/25 --count 5000 --rate 20k >/dev/null
	is "then the guard: it measures the list that was there" 5000 \
		"$(node_is 198.51.100.0/25 .packets)"
	between "and drops" 4400 4800 "$(dropped)"
	is "then the guard: no day of grace" 0 "$(ecdn status --json | jq .ceilings.drop_in)"
}

client_and_edge
ecdn load --regions "$regions" e0
test_words
test_load
test_flood
test_own
test_inside
test_many
test_monitor
test_growth
test_upgrade
test_ping_alone
finish

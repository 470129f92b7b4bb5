#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Pins of ABI 2 had the largest maps there are. The load that carries them over makes those small
# that are sized by what they hold, and later ones make them large again: no count is lost on the
# way, and none when a command is killed there.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/killer.sh
source "$(dirname "$0")/killer.sh"
# shellcheck source=tests/net/carry.sh
source "$(dirname "$0")/carry.sh"

KILLS=14                        # places in a load at which it is killed
MOST=262144                     # entries of ABI 2's node_stats

room() {
	bpftool -j map show pinned "$pin/$1" | jq .max_entries
}

# Ranges apart from each other, of seven regions.
seven_regions() {
	awk 'BEGIN {
		for (i = 0; i < 60000; i++)
			printf "%d.%d.%d.16/28 R%d\n", 16 + i / 65536, i / 256 % 256, i % 256, i % 7
	}'
}

# many_nodes COUNT
many_nodes() {
	seq 1 "$1" | awk '{ printf "10.0.%d.%d node-%d\n", $1 / 256, $1 % 256, $1 }'
}

# What ALPHA, BETA and the node have counted, to both kinds of readers.
counts() {
	stats ALPHA '"\(.packets) \(.dropped.blocked.packets)"'
	stats BETA '"\(.packets) \(.bytes)"'
	stats_all '.events | tostring'
	ecdn node --json | jq -r '[.nodes[] | select(.name == "near")][0] |
		"\(.requests) \(.answered) \(.bytes)"'
	awk '$1 == "ALPHA" || $1 == "BETA" { print $1, $3, $4 }' "$pin/regions"
}

fill_old() {
	printf '203.0.113.9 near\n' >"$work/nodes"
	old load --regions "$regions" --max-regions 64 --ping --guard "$@" e0
	old node load "$work/nodes" >/dev/null
	old block ALPHA
}

# The row behind those of CPUs is in a map that later commands share, whatever else they resize.
test_rows() {
	local rows before

	fill_old
	flood --from 198.51.100.0/24 --count 700 >/dev/null
	flood --from 203.0.113.0/24 --count 300 >/dev/null
	echoes >/dev/null
	ecdn load
	rows=$(room region_cpu)
	before=$(counts)
	is "rows: what ABI 2 has counted is there" "700 700" "$(head -n 1 <<<"$before")"
	has "rows: the node's too" '^1 1 ' "$before"
	is "rows: there is one more than of CPUs" $(($(room cpu) + 1)) $((rows / 64))
	is "rows: and of events" $(($(room cpu) + 1)) "$(room cpu_events)"
	does "rows: nodes have no more room than they need" [ "$(room node_stats)" -lt $MOST ]
	does "rows: nor has the table" [ "$(room region_table)" -lt 20 ]
	test_resized "$before" "$rows"
	is "rows: what is loaded is noted: the list, the guard, ping" 11 \
		"$(bpftool -j map dump pinned "$pin/config" | jq '.[0].formatted.value.parts')"
	flood --from 198.51.100.0/24 --count 50 >/dev/null
	is "rows: it counts on, in the rows of CPUs" "750 750" "$(counts | head -n 1)"
	ecdn unload --all
}

# test_resized COUNTS ROWS
test_resized() {
	local before=$1 rows=$2 small

	small=$(room region_table)
	does "rows: a table that needs more room" ecdn region load "$regions" "$work/many"
	does "rows: it has got it" [ "$(room region_table)" -gt "$small" ]
	is "rows: the same counts with a larger table" "$before" "$(counts)"
	does "rows: a list that needs more room" \
		ecdn node load <(cat "$work/nodes"; many_nodes 3000)
	is "rows: the same counts with a longer list" "$before" "$(counts)"
	ecdn region load --shrink "$regions"
	ecdn node load "$work/nodes" >/dev/null
	does "rows: load gives the room back" ecdn load e0
	is "rows: as it was" "$small" "$(room region_table)"
	is "rows: the same counts after that, and an upgrade" "$before" "$(counts)"
	is "rows: and the same rows" "$rows" "$(room region_cpu)"
}

# kill_at FUNCTION CALL: what the edge does then, and after the next load. Adds to wrong what is.
kill_at() {
	local said status=0

	fill_old --tc "$kind"
	echoes >/dev/null
	flood --from 198.51.100.0/24 --count 20 >/dev/null
	{ LD_PRELOAD=$work/killer.so KILL_AT=$1 KILL_CALL=$2 ecdn load e0; } >/dev/null 2>&1 ||
		status=$?
	[ "$status" = 137 ] && kills=$((kills + 1))
	[ "$(abi)" = 2 ] || finished=$((finished + 1))
	left+="$(find "$pin-next" -name ready -o -name whole 2>/dev/null | sed 's|.*/||' || true) "
	echoes >"$work/said"
	grep -q '^answers=1 ' "$work/said" || wrong+=" $1-$2:silent"
	flood --from 198.51.100.0/24 --count 20 >/dev/null
	ecdn load e0 || wrong+=" $1-$2:load"
	echoes >/dev/null
	flood --from 198.51.100.0/24 --count 20 >/dev/null
	said=$(counts | sed -n '1p;4p' | cut -d ' ' -f 1,2 | xargs)
	[ "$said" = "60 60 3 3" ] || wrong+=" $1-$2:'$said'"
	[ "$(room node_stats)" -lt $MOST ] || wrong+=" $1-$2:large"
	[ "$(ls -d "$pin"*)" = "$pin" ] || wrong+=" $1-$2:left"
	ecdn unload --all
}

# test_killed KIND LINKS: at each link that is updated, and at places all over the load, the
# removal of what is too large included.
test_killed() {
	local kind=$1 links=$2 all call wrong="" left="" finished=0 kills=0

	for ((call = 1; call <= 2 * links; call++)); do
		kill_at bpf_link_update "$call"
	done
	is "killed at a link, ping by $kind: at each" $((2 * links)) "$kills"
	is "killed at a link, ping by $kind: half of them when ABI 3 was there" "$links" "$finished"
	is "killed at a link, ping by $kind: each has left its mark" \
		"$(xargs -n 1 <<<"$left" | sort | uniq -c | xargs)" "$links ready $links whole"
	fill_old --tc "$kind"
	all=$(calls_of any load e0)
	ecdn unload --all
	kills=0
	finished=0
	for ((call = 2; call <= all; call += all / KILLS)); do
		kill_at any "$call"
	done
	between "killed, ping by $kind: loads that were killed" $((KILLS - 1)) $((KILLS + 1)) "$kills"
	between "killed, ping by $kind: of these, once ABI 3 was there" 2 "$KILLS" "$finished"
	is "killed at one of $all calls, ping by $kind: all is counted and answered" "" "$wrong"
	is "killed, ping by $kind: no packet got through" 0 "$(sunk alpha)"
}

needs_abi2
client_and_edge
sink_regions e0
build_killer
seven_regions >"$work/many"
ip -n "ecdn-$id-edge" addr add 198.51.100.2/32 dev lo
test_rows
test_killed tcx 2
test_killed clsact 1
finish

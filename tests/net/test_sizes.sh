#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Tables and maps are as large as what they hold: a change that outgrows them makes larger
# ones while packets come, and not one slips through, is counted twice or is missed. A command
# that is killed on its way there leaves something that the next one completes.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/ping_load.sh
source "$(dirname "$0")/ping_load.sh"
# shellcheck source=tests/net/killer.sh
source "$(dirname "$0")/killer.sh"

ROUNDS=10
RATE=100k

# Entries of a map: of an array of maps, the units of its tables.
room() {
	bpftool -j map show pinned "$pin/$1" | jq .max_entries
}

grown() {
	does "$1: $2 has grown from $3" [ "$(room "$2")" -gt "$3" ]
}

# many_nodes COUNT [FIRST]
many_nodes() {
	seq "${2:-0}" $((${2:-0} + $1 - 1)) |
		awk '{ printf "10.%d.%d.%d node-%d\n", $1 / 65536, $1 / 256 % 256, $1 % 256, $1 }'
}

test_regions() {
	local round said before failures=0 small

	small=$(room region_table)
	ecdn block ALPHA
	flood_start "$work/flood" --from 198.51.100.0/24 --rate $RATE
	for ((round = 0; round < ROUNDS; round++)); do
		before=$(room region_table)
		ecdn region load "$regions" "$work/many" || failures=$((failures + 1))
		[ "$(room region_table)" -gt "$before" ] || failures=$((failures + 1))
		ecdn region load --shrink "$regions" || failures=$((failures + 1))
		ecdn load e0 || failures=$((failures + 1))
	done
	flood_stop "tables that grow under a flood"
	said=$(<"$work/flood")
	is "tables that grow under a flood: $ROUNDS have grown" 0 "$failures"
	is "tables that grow under a flood: load has given the room back" "$small" \
		"$(room region_table)"
	is "tables that grow under a flood: no blocked packet gets through" 0 "$(sunk alpha)"
	is "tables that grow under a flood: every packet is counted" "$(got sent "$said")" \
		"$(stats ALPHA .packets)"
	is "tables that grow under a flood: every packet is counted as dropped" \
		"$(got sent "$said")" "$(stats ALPHA .dropped.blocked.packets)"
	is "tables that grow under a flood: none is without a table" 0 \
		"$(stats_all .give_ups.no_table)"
	ecdn release ALPHA
}

# What is said is what is asked for.
test_said() {
	is "a table that grows: nothing is said but what it is" 1 \
		"$(ecdn region load "$regions" "$work/many" 2>&1 | grep -c .)"
	ecdn region load --shrink "$regions"
	ecdn load e0
	has "a table that grows: -v says it" 'making room' \
		"$(ecdn region load -v "$regions" "$work/many" 2>&1)"
	is "a table that has grown: lookup" "R0 ALPHA" \
		"$(ecdn region lookup --json 16.0.0.1 198.51.100.1 |
			jq -r '[.lookups[].region] | join(" ")')"
	has "a table that has grown: proxies see it" '^pass .* R0$' \
		"$("$build/tests/tools/client" --pin-dir "$pin" <<<"verdict 16.0.0.1" 2>&1)"
	before=$(room region_table)
	ecdn region load --shrink "$regions"
	is "a smaller table keeps the room" "$before" "$(room region_table)"
}

# A proxy that is open all the time follows.
test_proxy() {
	local said proxy

	ecdn load e0
	mkfifo "$work/ask"
	"$build/tests/tools/client" --pin-dir "$pin" <"$work/ask" >"$work/told" 2>&1 &
	proxy=$!
	exec 7>"$work/ask"
	echo "verdict 16.0.0.1" >&7
	does "an open proxy: it answers" wait_for 5 grep -q '^pass' "$work/told"
	ecdn region load "$regions" "$work/many"
	sleep 1.5
	echo "verdict 16.0.0.1" >&7
	does "an open proxy: it knows what the larger table has" \
		wait_for 5 grep -q '^pass .* R0$' "$work/told"
	exec 7>&-
	wait "$proxy"
	ecdn region load --shrink "$regions"
	ecdn load e0
}

# A filter is replaced by netlink, which asks for a capability of its own.
test_refused() {
	local before

	ecdn load --ping --tc clsact --nodes <(echo "$node ams-1") e0
	before=$(find "$pin" | sort; room region_table; pinned_guard; runs)
	fails "without a capability: it is named" 1 'outgrows .* lacks CAP_NET_ADMIN' \
		on edge setpriv --bounding-set -net_admin --inh-caps -net_admin \
		"$build/ecdn-xdp" region load --pin-dir "$pin" "$regions" "$work/many"
	is "without a capability: nothing is changed" "$before" \
		"$(find "$pin" | sort; room region_table; pinned_guard; runs)"
	is "without a capability: the guard is the old one" "$(pinned_guard)" \
		"$(on edge ip -j link show dev e0 | jq '.[0].xdp.prog.id')"
	is "without a capability: a node is answered" 5 "$(ping_from $node)"
	does "without a capability: what needs no room is done" \
		on edge setpriv --bounding-set -net_admin --inh-caps -net_admin \
		"$build/ecdn-xdp" region load --shrink --pin-dir "$pin" "$regions"
	ecdn unload --all
	ecdn load --regions "$regions" e0
}

pinned_guard() {
	bpftool -j prog show pinned "$pin/prog/guard" | jq .id
}

# The table that is pinned is the one that packets meet, and so is the list.
holds_together() {
	local what=$1

	does "$what: status" ecdn status
	does "$what: region load" ecdn region load --shrink "$work/omega"
	is "$what: packets meet the new table" 100 "$(
		before=$(stats OMEGA .packets)
		flood --from 198.51.100.0/24 --count 100 >/dev/null
		echo $(($(stats OMEGA .packets) - before)))"
	does "$what: region load, back" ecdn region load "$regions"
	ecdn block ALPHA
	fate "$what: blocked" drop --from 198.51.100.0/24
	ecdn allow add 198.51.100.0/24
	fate "$what: packets meet the new list" pass --from 198.51.100.0/24
	ecdn allow del 198.51.100.0/24
	ecdn release ALPHA
	is "$what: a node is answered" 5 "$(ping_from $node)"
	lacks "$what: nothing is left" next "$(ls -d "$pin"*)"
}

# Kills at each call of a function until the command survives it.
killed_everywhere() {
	local function=$1 call status

	for ((call = 1; call < 60; call++)); do
		ecdn load e0
		status=0
		{ LD_PRELOAD=$work/killer.so KILL_AT=$function KILL_CALL=$call \
			ecdn region load "$regions" "$work/many"; } >/dev/null 2>&1 || status=$?
		[ "$status" = 137 ] || break
		holds_together "killed at $function $call"
	done
	is "killed at $function: at the end it is done" 0 "$status"
	between "killed at $function: calls" "$2" 59 "$call"
	ecdn region load --shrink "$regions"
}

test_killed() {
	printf '198.51.100.0/24 OMEGA\n' >"$work/omega"
	killed_everywhere bpf_link_update 3
	killed_everywhere rename 6
	killed_everywhere bpf_obj_pin 6
	killed_everywhere bpf_map_update_elem 4
}

# Of the first node, which has a name.
requests() {
	ecdn node --json | jq '[.nodes[] | select(.name == "ams-1")][0].requests'
}

# The same for a list that outgrows what is kept of its nodes: nothing that was counted is lost.
killed_nodes() {
	local function=$1 call status before

	for ((call = 1; call < 60; call++)); do
		ecdn node load <(echo "$node ams-1")
		ecdn load e0
		ping_from $node >/dev/null
		before=$(requests)
		status=0
		{ LD_PRELOAD=$work/killer.so KILL_AT=$function KILL_CALL=$call \
			ecdn node load <(echo "$node ams-1"; many_nodes 3000); } >/dev/null 2>&1 ||
			status=$?
		[ "$status" = 137 ] || break
		is "nodes, killed at $function $call: a node is answered" 5 "$(ping_from $node)"
		does "nodes, killed at $function $call: the next command" \
			ecdn node add 203.0.113.$call
		is "nodes, killed at $function $call: its counters" $((before + 5)) "$(requests)"
		is "nodes, killed at $function $call: it is still answered" 5 "$(ping_from $node)"
		is "nodes, killed at $function $call: and counted" $((before + 10)) "$(requests)"
	done
	is "nodes, killed at $function: at the end it is done" 0 "$status"
	between "nodes, killed at $function: calls" "$2" 59 "$call"
}

# Pings of one node while the list grows: each is counted once, and answered.
test_nodes() {
	local kind=$1 said sent round failures=0 list stats before

	ecdn load --ping --tc "$kind" --ping-rate 1M --ping-burst 1M \
		--nodes <(echo "$node ams-1") e0
	list=$(room trusted_table)
	stats=$(room node_stats)
	before=$(requests)
	(exec nsenter --net="/run/netns/ecdn-$id-client" ping -q -I "$node" -i 0.002 -c 100000 \
		"$edge_ip" >"$work/pings") &
	flooding=$!
	sleep 0.3
	for ((round = 1; round <= 5; round++)); do
		ecdn node load <(echo "$node ams-1"; many_nodes $((2000 * round * round * round))) ||
			failures=$((failures + 1))
	done
	ecdn load e0 || failures=$((failures + 1))
	kill -INT "$flooding"
	wait "$flooding" || true
	said=$(<"$work/pings")
	sent=$(sed -nE 's/^([0-9]+) packets transmitted.*/\1/p' <<<"$said")
	is "nodes, $kind: all commands succeed" 0 "$failures"
	grown "nodes, $kind" trusted_table "$list"
	grown "nodes, $kind" node_stats "$stats"
	between "nodes, $kind: pings were sent" 300 100000 "${sent:-0}"
	is "nodes, $kind: each was counted once" "$sent" $(($(requests) - before))
	is "nodes, $kind: each was answered" "$sent" \
		"$(sed -nE 's/.* ([0-9]+) received.*/\1/p' <<<"$said")"
	ecdn node load <(echo "$node ams-1")
	ecdn load e0
	is "nodes, $kind: load has given the room back" "$stats" "$(room node_stats)"
	is "nodes, $kind: the counters are kept" "$sent" $(($(requests) - before))
	ecdn node load <(many_nodes 3000)
	ecdn node load <(echo "$node ams-1")
	is "nodes, $kind: a node that was off the list begins anew" 0 "$(requests)"
	ecdn unload e0
	ecdn load --regions "$regions" e0
}

# Prefixes that have as little in common as can be.
scattered() {
	awk -v count="$1" 'BEGIN {
		srand(2)
		for (i = 0; i < count; i++)
			printf "%x:%x:%x:%x::%x\n", 8192 + i, rand() * 65536, rand() * 65536,
				rand() * 65536, rand() * 65535 + 1
	}'
}

test_least() {
	local before

	before=$(room trusted_table)
	does "1,024 rows: they are allowed" on edge xargs -a <(scattered 1024) \
		"$build/ecdn-xdp" allow add --pin-dir "$pin"
	is "1,024 rows fit where there was none" "$before" "$(room trusted_table)"
	is "1,024 rows are there" 1024 "$(trusted)"
	on edge xargs -a <(scattered 1024) "$build/ecdn-xdp" allow del --pin-dir "$pin"
}

# Rows that were allowed while packets come from them.
test_allowed() {
	local said round before failures=0

	before=$(room trusted_table)
	ecdn block BETA
	ecdn allow add 203.0.113.0/24
	flood_start "$work/flood" --from 203.0.113.0/24 --rate $RATE
	for ((round = 1; round <= 4; round++)); do
		many_nodes $((1500 * round * round)) | awk '{ print $1 }' |
			xargs nsenter --net="/run/netns/ecdn-$id-edge" "$build/ecdn-xdp" allow add \
			--pin-dir "$pin" || failures=$((failures + 1))
	done
	flood_stop "a list that grows"
	said=$(<"$work/flood")
	is "a list that grows: all commands succeed" 0 "$failures"
	grown "a list that grows" trusted_table "$before"
	is "a list that grows: every packet passes" "$(got sent "$said")" "$(sunk beta)"
	ecdn release BETA
}

prepare
build_killer
sink_regions e0
many_regions 200000 >"$work/many"
ecdn load --regions "$regions" e0
test_regions
on edge nft delete table netdev sink
test_said
test_refused
test_proxy
for kind in $kinds; do
	test_nodes "$kind"
done
ecdn load --ping --nodes <(echo "$node ams-1") e0
killed_nodes bpf_link_update 3
killed_nodes rename 6
killed_nodes bpf_obj_pin 6
test_killed
ecdn unload --all
ecdn load --regions "$regions" e0
test_least
sink_regions e0
test_allowed
ecdn unload --all
finish

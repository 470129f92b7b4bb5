#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Parts are loaded one by one: what nobody asked for is not pinned, readers take it for not
# loaded, a part that comes later leaves the others as they are, and a command that is
# killed as it adds one leaves nothing that the next one stumbles over.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/ping_load.sh
source "$(dirname "$0")/ping_load.sh"
# shellcheck source=tests/net/killer.sh
source "$(dirname "$0")/killer.sh"

# Its link to the cgroup, proven, is among them.
GUARD_MAPS="armed capture_cpu capture_packets capture_rule change_head changes cpu cpu_events fast_opens known prefix_buckets prefixes protected_ports public_config
	proven region_cpu region_history region_learned region_limits region_lines region_name region_notes region_rate region_sources region_state
	region_table region_until regions request_stats shield_ifaces trusted_ceilings trusted_cpu trusted_rates"
PING_MAPS="local_addresses node_buckets node_stats ping_config ping_events ping_interfaces"
KIB_MAX=4096

# Files right below the pin directory, and programs.
pinned() {
	find "$pin" -maxdepth 1 -type f -printf '%f\n' | sort | xargs
}

programs() {
	find "$pin/prog" -type f -printf '%f\n' | sort | xargs
}

sorted() {
	xargs -n 1 <<<"$*" | sort | xargs
}

pinned_kib() {
	local map sum=0

	for map in "$pin"/*; do
		if [ ! -f "$map" ] || [ "${map##*/}" = regions ] || [ "${map##*/}" = proven ]; then
			continue
		fi
		sum=$((sum + $(bpftool -j map show pinned "$map" | jq .bytes_memlock)))
	done
	echo $((sum >> 10))
}

test_ping_alone() {
	ecdn load --ping --nodes <(echo "$node ams-1") e0
	is "ping alone: its maps, and no others" \
		"$(sorted config verbs trusted_lines trusted_table "$PING_MAPS")" "$(pinned)"
	is "ping alone: its program" ping "$(programs)"
	between "ping alone, with a node: KiB of maps" 512 $KIB_MAX "$(pinned_kib)"
	is "ping alone: a node is answered" 5 "$(ping_from $node)"
	has "ping alone: status" '^guard +not loaded$' "$(ecdn status)"
	is "ping alone: status as JSON" '[null,null,[]]' \
		"$(ecdn status --json | jq -c '[.mode, .table, .interfaces]')"
	fails "ping alone: stats" 1 'the guard is not loaded' ecdn stats
	fails "ping alone: limit" 1 'the guard is not loaded' ecdn limit
	does "ping alone: events, of commands" ecdn events
	fails "ping alone: events of a region" 1 'the guard is not loaded' ecdn events ALPHA
	fails "ping alone: prefix" 1 'the guard is not loaded' ecdn prefix
	fails "ping alone: region lookup" 1 'the guard is not loaded' ecdn region lookup 192.0.2.1
	fails "ping alone: limit set" 1 'the guard is not loaded' ecdn limit set default --pps 1k
	fails "ping alone: region load" 1 'the guard is not loaded' ecdn region load "$regions"
	fails "ping alone: steer add" 1 'the guard is not loaded' ecdn steer add 80 127.0.0.1:8513
	fails "ping alone: steer" 1 'the guard is not loaded' ecdn steer
	does "ping alone: allow" ecdn allow add 198.51.100.0/24
	is "ping alone: the list has it" 198.51.100.0/24 "$(allowed)"
	does "ping alone: allow del" ecdn allow del 198.51.100.0/24
	has "ping alone: libecdn-xdp" 'no guard is loaded' \
		"$("$build/tests/tools/client" --pin-dir "$pin" <<<"verdict 198.51.100.1" 2>&1)"
	is "ping alone: nothing was pinned by all that" \
		"$(sorted config verbs trusted_lines trusted_table "$PING_MAPS")" "$(pinned)"
}

listener_start() {
	waiting edge "$build/tests/tools/waiter" 127.0.0.1:8513 refused
}

listener_stop() {
	stop "$waiter"
}

requests() {
	ecdn node --json | jq '.nodes[0].requests'
}

# Of the node's counters and its answers nothing may be lost.
test_guard_joins() {
	local before

	before=$(requests)
	ecdn load --regions "$regions" --protect 80 e0
	is "the guard joins: both programs run" "guard ping proven publish" "$(programs)"
	is "the guard joins: all maps" "$(sorted config verbs trusted_lines trusted_table "$PING_MAPS" \
		"$GUARD_MAPS")" "$(pinned)"
	is "the guard joins: a node's requests are kept" "$before" "$(requests)"
	is "the guard joins: a node is answered" 5 "$(ping_from $node)"
	is "the guard joins: packets are counted" 100 "$(
		flood --from 198.51.100.0/24 --count 100 >/dev/null
		stats ALPHA .packets)"
	has "the guard joins: libecdn-xdp" '^pass .* ALPHA$' \
		"$("$build/tests/tools/client" --pin-dir "$pin" <<<"verdict 198.51.100.1" 2>&1)"
	is "the guard joins: the trusted list is known" 1 \
		"$(ecdn status --json | jq .trusted)"
}

test_steer_joins() {
	fails "steer del: without steer" 1 'port 80 has no listener' ecdn steer del 80
	does "steer refresh: without steer there is nothing to do" ecdn steer refresh
	fails "steer add: nobody listens" 1 'no TCP socket listens' ecdn steer add 80 127.0.0.1:8513
	is "steer add that failed: it is not loaded" "guard ping proven publish" "$(programs)"
	listener_start
	does "steer add" ecdn steer add 80 127.0.0.1:8513
	is "steer add: it is loaded" "guard listen ping proven publish steer" "$(programs)"
	has "steer add: it is attached" '^steer +attached; takes listeners of root' "$(ecdn status)"
	is "steer add: its listener is ready" ready "$(ecdn steer --json | jq -r '.steer[0].state')"
	listener_stop
	does "steer del" ecdn steer del 80
	is "steer del: it stays loaded" "guard listen ping proven publish steer" "$(programs)"
	does "an upgrade has all parts" ecdn load e0
	ecdn unload --all
	is "unload --all: no pin is left" "" "$(pins)"
}

test_ping_joins() {
	ecdn load --regions "$regions" e0
	flood --from 198.51.100.0/24 --count 100 >/dev/null
	is "the guard alone: its maps, and no others" \
		"$(sorted config verbs trusted_table "$GUARD_MAPS")" "$(pinned)"
	ecdn load --ping --nodes <(echo "$node") e0
	is "ping joins: packets counted are kept" 100 "$(stats ALPHA .packets)"
	is "ping joins: a node is answered" 5 "$(ping_from $node)"
	does "unload takes both off" ecdn unload e0
	is "unload: the guard is off" false "$(has_xdp)"
	is "unload: ping is off" none "$(runs)"
	ecdn unload --all
}

# Each rename publishes one pin: maps, then programs, then what attaches them.
test_killed_joins() {
	local call

	for call in 1 2 8 17 18 19 20 21; do
		ecdn load --ping --nodes <(echo "$node") e0
		killed "guard joins, killed at step $call" rename $call load --regions "$regions" e0
		is "guard joins, killed at step $call: ping answers" 5 "$(ping_from $node)"
		does "guard joins, killed at step $call: status" ecdn status
		does "guard joins, killed at step $call: node add" ecdn node add 203.0.113.1
		does "guard joins, killed at step $call: the next load" \
			ecdn load --regions "$regions" e0
		is "guard joins, killed at step $call: it counts" 100 "$(
			flood --from 198.51.100.0/24 --count 100 >/dev/null
			stats ALPHA .packets)"
		lacks "guard joins, killed at step $call: nothing is left" next "$(ls -d "$pin"*)"
		does "guard joins, killed at step $call: unload --all" ecdn unload --all
		is "guard joins, killed at step $call: no pin is left" "" "$(pins)"
	done
}

# What somebody else leaves where a command builds is not looked at.
test_foreign_next() {
	ecdn load --regions "$regions" e0
	mkdir "$pin-next"
	ln -s "$pin-others/count" "$pin-next/node_stats"
	ln -s "$pin-others/count" "$pin-next/node_buckets"
	is "another's DIR-next: readers take no map of it" 0 "$(ecdn node --json | jq '.nodes | length')"
	fails "another's DIR-next: writers refuse it" 1 'not a pin directory' \
		ecdn node add 192.0.2.9
	does "another's DIR-next: it stays" test -L "$pin-next/node_stats"
	rm -r "$pin-next"
	ecdn unload --all
}

# Nothing is pinned among pins of others, and what is there stays.
test_foreign_directory() {
	local verb

	for verb in "load e0" "load --ping e0"; do
		mkdir -p "$pin/theirs"
		bpftool map pin pinned "$pin-others/count" "$pin/theirs-too"
		# shellcheck disable=SC2086
		fails "a directory of others: $verb" 1 'not a pin directory' ecdn $verb
		is "a directory of others: $verb: it is as it was" "$pin $pin/theirs $pin/theirs-too" \
			"$(pins | xargs)"
		is "a directory of others: $verb: nothing is attached" "false none" "$(has_xdp) $(runs)"
		rm -r "$pin"
		mkdir "$pin"
		# shellcheck disable=SC2086
		does "an empty directory: $verb" ecdn $verb
		does "an empty directory: $verb: unload --all" ecdn unload --all
		is "an empty directory: $verb: no pin is left" "" "$(pins)"
	done
}

# A load that failed has set nothing for the next one.
test_failed_join() {
	ecdn load --ping e0
	fails "a load that fails" 1 'no interface nosuch0' ecdn load --guard --monitor nosuch0
	is "a load that fails: nothing of it is pinned" \
		"$(sorted config verbs trusted_table "$PING_MAPS")" "$(pinned)"
	ecdn load --regions "$regions" e0
	is "a load that failed: the next one enforces" enforce "$(ecdn status --json | jq -r .mode)"
	ecdn unload --all
}

# Steer's link comes last, so that what is attached can be taken off.
test_killed_steer() {
	local call

	listener_start
	for call in 1 2 3 4 5; do
		ecdn load --regions "$regions" e0
		killed "steer add, killed at step $call" rename $call steer add 80 127.0.0.1:8513
		has "steer add, killed at step $call: it is not attached" '^steer +not attached$' \
			"$(ecdn status)"
		does "steer add, killed at step $call: another change" ecdn limit set default --pps 1k
		does "steer add, killed at step $call: again" ecdn steer add 80 127.0.0.1:8513
		is "steer add, killed at step $call: it is ready" ready \
			"$(ecdn steer --json | jq -r '.steer[0].state')"
		ecdn unload --all
	done
	listener_stop
}

prepare
build_killer
ecdn unload --all
write_regions
test_ping_alone
test_guard_joins
test_steer_joins
test_ping_joins
test_killed_joins
test_killed_steer
test_foreign_next
test_foreign_directory
test_failed_join
finish

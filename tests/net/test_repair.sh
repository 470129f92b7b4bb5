#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# A command is killed while it puts programs with larger maps in place of others, and the next
# one that should complete this cannot: then nothing is undone, what is needed for it stays,
# and a later command completes it.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/ping_load.sh
source "$(dirname "$0")/ping_load.sh"
# shellcheck source=tests/net/killer.sh
source "$(dirname "$0")/killer.sh"

# kill_at FUNCTION N ARGUMENTS...: runs a command that is killed at its Nth call.
kill_at() {
	local function=$1 call=$2

	shift 2
	(LD_PRELOAD=$work/killer.so KILL_AT=$function KILL_CALL=$call ecdn "$@") \
		>/dev/null 2>&1 || true
}

# without CAPABILITY ARGUMENTS...: runs a command of a root who lacks it.
without() {
	local lacks=$1

	shift
	on edge setpriv --bounding-set "-$lacks" --inh-caps "-$lacks" "$build/ecdn-xdp" "$@" \
		--pin-dir "$pin"
}

# failing_links ARGUMENTS...: runs a command that cannot give any link another program.
failing_links() {
	LD_PRELOAD=$work/killer.so KILL_AT=bpf_link_update KILL_CALL=1 KILL_HOW=fail ecdn "$@"
}

# counts WHAT: packets that come to each interface are counted in the region of a new table.
counts() {
	local before

	ecdn region load --shrink "$work/omega"
	before=$(stats OMEGA .packets)
	flood --from 198.51.100.0/24 --count 100 >/dev/null
	via=c1 flood --from 198.51.100.0/24 --count 100 >/dev/null
	is "$1: every interface has the new table" 200 $(($(stats OMEGA .packets) - before))
}

# Killed when the first of two interfaces has the new program and the second has not.
test_between_interfaces() {
	ecdn load --regions "$regions" e0 e1
	kill_at bpf_link_update 2 region load "$regions" "$work/many"
	does "killed between two interfaces: what is to be done is there" [ -d "$pin-next/ready" ]
	fails "a repair that cannot be: it says so" 1 'was killed while it made room' \
		failing_links allow add 203.0.113.9
	does "a repair that cannot be: what it needs stays" [ -d "$pin-next/ready" ]
	does "a repair that can be" ecdn allow add 203.0.113.9
	is "a repair that can be: nothing is left over" "" "$(ls -d "$pin-next" 2>/dev/null)"
	counts "after the repair"
	ecdn unload --all
}

# The same when pins of both kinds are published in part, and ping is a filter.
test_half_published() {
	local at

	for at in 3 4 5 6; do
		ecdn load --regions "$regions" e0 e1
		ecdn load --ping --tc clsact --nodes <(echo "$node ams-1") e0
		kill_at rename "$at" region load "$regions" "$work/many"
		without net_admin allow add 203.0.113.9 >/dev/null 2>&1 || true
		counts "killed at rename $at, and a repair that failed"
		ecdn load e0 e1
		kill_at rename "$at" region load "$regions" "$work/many"
		without net_admin allow add 203.0.113.10 >/dev/null 2>&1 || true
		ecdn unload --all
		is "killed at rename $at, a repair that failed, unload --all: no filter is left" "" \
			"$(on edge tc -j filter show dev e0 ingress 2>/dev/null | jq -r '.[].options.bpf_name // empty')"
	done
}

# A program of another kind in a program's place, and an array that no table has.
test_replaced() {
	ecdn load --regions "$regions" e0
	rm "$pin/prog/guard"
	bpftool prog pin pinned "$pin/prog/publish" "$pin/prog/guard"
	fails "another program in the guard's place" 1 'is not the program of that name' ecdn status
	fails "another program in the guard's place: load" 1 'is not the program of that name' \
		ecdn load e0
	ecdn unload --all
	ecdn load --regions "$regions" e0
	bpftool map create "$pin/inner" type array key 4 value 64 entries 1024 name inner flags 0x400
	rm "$pin/trusted_table"
	bpftool map create "$pin/trusted_table" type array_of_maps key 4 value 4 entries 2097152 \
		name trusted_table inner_map pinned "$pin/inner"
	rm "$pin/inner"
	fails "an array of more entries than any table needs" 1 'more than any table needs' \
		ecdn allow add 203.0.113.9
	ecdn unload --all
}

client_and_edge
wire client c1 edge e1
build_killer
many_regions 200000 >"$work/many"
echo '198.51.100.0/24 OMEGA' >"$work/omega"
test_between_interfaces
test_half_published
test_replaced
finish

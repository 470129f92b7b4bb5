#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Pins that somebody has removed or replaced by hand: each command says which one, changes
# nothing and does not touch what may be anything; `unload --all` takes all of it away.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"

# Whatever could be changed but for the counters of what comes meanwhile.
everything() {
	find "$pin" | sort
	bpftool -j map dump pinned "$pin/config" | md5sum
	on edge ip -j link show dev e0 | jq -c '.[0].xdp.prog.id'
}

# damaged WHAT PIN PATTERN: all commands say what is wrong with the pin, and what to do.
damaged() {
	local what=$1 name=$2 pattern=$3 verb before

	before=$(everything)
	for verb in status stats "load e0" "block ALPHA" "region load $regions" \
		"allow add 203.0.113.9" node "region lookup 198.51.100.1" "unload e0"; do
		# shellcheck disable=SC2086
		fails "$what: $verb" 1 "$pin/$name $pattern.*unload --all" ecdn $verb
	done
	is "$what: nothing was changed" "$before" "$(everything)"
	does "$what: unload --all" ecdn unload --all
	is "$what: no pin is left" "" "$(find "$pin"* 2>/dev/null)"
}

loaded() {
	ecdn load --regions "$regions" e0
	ecdn load --ping e0
	ecdn allow add 203.0.113.7
}

# replaced PIN TYPE KEY VALUE [FLAGS]: by a map of that type and of these sizes.
replaced() {
	bpftool map create "$pin/other" type "$2" key "$3" value "$4" entries 8 name other \
		flags "${5:-0}"
	mv "$pin/other" "$pin/$1"
}

test_missing() {
	local name

	for name in region_cpu prefix_buckets public_config region_table trusted_table node_stats \
		local_addresses prog/guard prog/publish prog/ping; do
		loaded
		rm "$pin/$name"
		damaged "$name is missing" "$name" 'is missing'
	done
}

MMAPABLE=1024

test_replaced() {
	loaded
	replaced region_limits hash 4 128
	damaged "another type" region_limits 'is a map of type hash'
	loaded
	replaced node_buckets hash 8 16 1
	damaged "another key size" node_buckets 'is a map .*keys of 8 .*should be hash, 4, 16'
	loaded
	replaced region_cpu array 4 456 $MMAPABLE
	damaged "another value size" region_cpu 'is a map .*values of 456 .*should be array, 4, 448'
	loaded
	replaced region_state array 4 32
	damaged "not to be mapped" region_state 'is a map .*should be array, 4, 32, mmapable'
	loaded
	replaced cpu lru_hash 4 64
	damaged "a map that commands do not open" cpu 'is a map of type lru_hash'
	loaded
	replaced region_limits array 4 128
	damaged "a map of the same kind" region_limits 'is a map .*named other'
	loaded
	mv "$pin/region_name" "$pin/prog/guard"
	fails "a map in a program's place" 1 "region_name is missing" ecdn status
	ecdn unload --all
	loaded
	mv "$pin/prog/ping" "$pin/ping_events"
	damaged "a program in a map's place" ping_events 'is not a map'
}

# What was never loaded is not missed.
test_not_loaded() {
	ecdn load --regions "$regions" e0
	has "a part that is not loaded: status" '^ping +not loaded$' "$(ecdn status)"
	is "a part that is not loaded: node" 0 "$(ecdn node --json | jq '.nodes | length')"
	does "a part that is not loaded: block" ecdn block ALPHA
	bpftool map create "$pin/node_stats" type percpu_hash key 4 value 56 entries 8 name node_stats
	does "maps of a part that is not loaded are left of a killed load" ecdn load --ping e0
	between "maps of a part that is not loaded: they are made anew" 1024 1000000 \
		"$(bpftool -j map show pinned "$pin/node_stats" | jq -r .max_entries)"
	ecdn unload --all
}

client_and_edge
test_missing
test_replaced
test_not_loaded
finish

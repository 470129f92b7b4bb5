#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# A surge from its first packet to its end: declared within 100 ms, kept up
# while it lasts, over when it has been over for `hold`, and not before. Its packets are
# forged, and the shield is off.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"

TRIES=3
HOLD_US=1000000

# Nanoseconds of CLOCK_MONOTONIC at which the kernel declared the surge.
declared_ns() {
	local key

	key=$(ecdn region --json | jq ".regions[] | select(.region == \"$1\") | .id")
	bpftool -j map dump pinned "$pin/region_state" |
		jq ".[] | .formatted // . | select(.key == $key) | .value.since_ns"
}

# Both times are the kernel's own; a busy machine may be late a time or two.
test_declared() {
	local what=$1 said late try best=

	shift
	for ((try = 0; try < TRIES; try++)); do
		ecdn release ALPHA
		said=$(flood "$@" --seconds 500ms)
		late=$((($(declared_ns ALPHA) - $(got start_ns "$said")) / 1000000))
		if ((late >= 0 && (${#best} == 0 || late < best))); then best=$late; fi
		((late < 0 || late > 100)) || break
	done
	between "declared within 100 ms: $what" 0 100 "${best:--1}"
	is "declared: $what: limited" limited "$(state ALPHA)"
}

test_each_limit() {
	local family=(--from 198.51.100.0/24)

	ecdn limit set ALPHA --pps 5k --hold 1m
	test_declared "packets, 4 times the limit" "${family[@]}" --rate 20k
	test_declared "packets, 1.5 times the limit" "${family[@]}" --rate 7500
	test_declared "packets, IPv6" --to $edge_ip6 --from 2001:db8:a::/48 --rate 20k
	# 20k frames of 125 bytes are 20 Mbit.
	ecdn limit set ALPHA --pps 0 --bps 5M
	test_declared "bits" "${family[@]}" --rate 20k --size 125
	ecdn limit set ALPHA --bps 0 --cps 2k
	test_declared "connections" "${family[@]}" --rate 8k --type syn
}

# A machine that is busy has the flood wait and then catch up, which is a surge: that shows nothing.
test_not_declared() {
	local before try said

	ecdn limit set ALPHA --pps 5k --bps 5M --cps 2k
	for ((try = 0; try < TRIES; try++)); do
		ecdn release ALPHA
		before=$(stats ALPHA .dropped_packets)
		said=$(flood --from 198.51.100.0/24 --rate 4k --seconds 2500ms)
		[ "$(got stalled "$said")" != 0.000 ] || break
	done
	is "below every limit: no surge" normal "$(state ALPHA)"
	is "below every limit: nothing is dropped" "$before" "$(stats ALPHA .dropped_packets)"
	ecdn limit set ALPHA --pps 0 --bps 0 --cps 100
	flood --from 198.51.100.0/24 --rate 20k --seconds 500ms --type ack >/dev/null
	is "packets of old connections are no new ones" normal "$(state ALPHA)"
}

# watch_end STARTED_US RAN_S: reads the state until it is normal; says how long
# after the flood's earliest possible end that was seen, in us.
watch_end() {
	local end=$(($1 + $(awk -v s="$2" 'BEGIN { printf "%d", s * 1e6 }')))

	wait_for 15 test_normal ALPHA || return 1
	echo $(($(now_us) - end))
}

test_normal() {
	[ "$(state "$1")" = normal ]
}

test_end() {
	local started said over since

	ecdn limit set ALPHA --pps 5k --cps 0 --hold $((HOLD_US / 1000))ms
	ecdn release ALPHA
	started=$(now_us)
	flood --from 198.51.100.0/24 --rate 50k --seconds 4s >"$work/flood" &
	sleep 1
	is "while it lasts: limited after 1 s" limited "$(state ALPHA)"
	since=$(stats ALPHA .limited_since)
	sleep 2
	is "while it lasts: limited after 3 s, longer than hold" limited "$(state ALPHA)"
	is "while it lasts: since the same time" "$since" "$(stats ALPHA .limited_since)"
	wait
	said=$(<"$work/flood")
	over=$(watch_end "$started" "$(got seconds "$said")") || over=-1
	between "silence ends it, and not before hold" $HOLD_US 15000000 "$over"
	is "when it is over: no limited_since" null "$(stats ALPHA .limited_since)"
	has "when it is over: the iterator says so without a packet" '^ALPHA +normal' \
		"$(cat "$pin/regions")"
}

# Between 80 % and 100 % of its limit a surge neither ends nor would have begun.
test_hysteresis() {
	local before said

	ecdn release ALPHA
	flood --from 198.51.100.0/24 --rate 50k --seconds 500ms >/dev/null
	flood --from 198.51.100.0/24 --rate 4500 --seconds 5s >/dev/null
	is "at 90 % of the limit for 5 times hold: still limited" limited "$(state ALPHA)"
	flood --from 198.51.100.0/24 --rate 2k --seconds 5s >/dev/null
	is "at 40 % of the limit: over" normal "$(state ALPHA)"
	before=$(sunk alpha)
	said=$(flood --from 198.51.100.0/24 --rate 2k --seconds 500ms)
	is "when it is over: everything passes" "$(got sent "$said")" \
		$(($(sunk alpha) - before))
}

client_and_edge
sink_regions e0
ecdn load --shield off --regions "$regions" e0
ecdn limit set default --grace 0s
test_each_limit
test_not_declared
test_end
test_hysteresis
finish

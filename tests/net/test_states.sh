#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# What the operator decides: block, exempt, release, allow, monitor. Floods are forged, and
# the shield is off, so that they limit their region.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"

alpha=(--from 198.51.100.0/24)
alpha6=(--to "$edge_ip6" --from 2001:db8:a::/48)

# arrive NAME COUNTER WHICH OPTION...: all packets arrive, or none. So many are $sent.
arrive() {
	local what=$1 counter=$2 which=$3 before

	shift 3
	before=$(sunk "$counter")
	sent=$(got sent "$(flood "$@")")
	[ "$which" = all ] && which=$sent || which=0
	is "$what" "$which" $(($(sunk "$counter") - before))
}

# limited_now NAME [OPTION...]: an eighth of a flood passes at the most.
limited_now() {
	local what=$1 before said

	shift
	(($#)) || set -- "${alpha[@]}"
	before=$(sunk alpha)
	said=$(flood "$@" --rate 50k --seconds 500ms)
	between "$what" 0 $(($(got sent "$said") / 8)) $(($(sunk alpha) - before))
}

test_block() {
	ecdn block ALPHA
	is "block: state at once" blocked "$(state ALPHA)"
	arrive "block: nothing arrives" alpha none "${alpha[@]}" --count 1000
	arrive "block: nor by IPv6" alpha none "${alpha6[@]}" --count 1000
	arrive "block: other regions do" beta all --from 203.0.113.0/24 --count 1000
	is "block: counted" "2000 2000" \
		"$(stats ALPHA '"\(.dropped_packets) \(.dropped.blocked.packets)"')"
	is "block: the kernel's own state" blocked \
		"$(awk '$1 == "ALPHA" { print $2 }' "$pin/regions")"
	ecdn release ALPHA
	is "release: ends a block" normal "$(state ALPHA)"
	arrive "release: all arrive" alpha all "${alpha[@]}" --count 1000
}

test_exempt() {
	limited_now "exempt: before, the flood is limited"
	is "exempt: before" limited "$(state ALPHA)"
	ecdn exempt ALPHA
	is "exempt: state at once, in the middle of a surge" exempt "$(state ALPHA)"
	arrive "exempt: everything arrives" alpha all "${alpha[@]}" --rate 50k --seconds 500ms
	is "exempt: limit shows it has no end" "exempt null" "$(ecdn limit --json |
		jq -r '.regions[] | select(.region == "ALPHA") | "\(.state) \(.exempt_until)"')"
	ecdn exempt ALPHA --for 2s
	arrive "exempt --for: everything arrives" alpha all "${alpha[@]}" --rate 50k \
		--seconds 500ms
	has "exempt --for: limit shows the end" '^[0-9]{4}-[0-9-]+T[0-9:]+Z$' "$(ecdn limit --json |
		jq -r '.regions[] | select(.region == "ALPHA") | .exempt_until')"
	does "exempt --for: it ends" wait_for 10 not_exempt
	sleep 1
	limited_now "exempt --for: after it, the flood is limited"
	fails "exempt: not a duration" 2 'for' ecdn exempt ALPHA --for soon
	fails "exempt: unknown region" 2 'NOWHERE' ecdn exempt NOWHERE
}

not_exempt() {
	[ "$(state ALPHA)" != exempt ]
}

test_release() {
	is "release: before, a surge is on" limited "$(state ALPHA)"
	ecdn release ALPHA
	is "release: ends it at once" normal "$(state ALPHA)"
	arrive "release: what is within the limits arrives" alpha all "${alpha[@]}" \
		--rate 1k --seconds 500ms
	limited_now "release: the next surge is limited again"
	is "release: ... and declared" limited "$(state ALPHA)"
}

# Allowed prefixes are never dropped, and their packets declare no surge.
test_allow() {
	ecdn release ALPHA
	ecdn allow add 198.51.100.64/26 2001:db8:a:1::/64
	is "allow: lists" $'198.51.100.64/26\n2001:db8:a:1::/64' "$(allowed | sort)"
	arrive "allow: a flood of an allowed prefix arrives" alpha all \
		--from 198.51.100.64/26 --rate 50k --seconds 1s
	is "allow: it does not push its region into the limit" normal "$(state ALPHA)"
	limited_now "allow: its neighbours are limited" --from 198.51.100.128/25
	arrive "allow: while the region is limited, all of it arrives" alpha all \
		--from 198.51.100.64/26 --rate 20k --seconds 500ms
	ecdn block ALPHA
	arrive "allow: while the region is blocked, all of it arrives" alpha all \
		--from 198.51.100.64/26 --count 1000
	arrive "allow: IPv6 too" alpha all --to $edge_ip6 --from 2001:db8:a:1::/64 --count 1000
	arrive "allow: its neighbours are blocked" alpha none --to $edge_ip6 \
		--from 2001:db8:a:2::/64 --count 1000
	fails "allow del: all or none" 1 '192.0.2.0/24' \
		ecdn allow del 198.51.100.64/26 192.0.2.0/24
	arrive "allow del: none, then" alpha all --from 198.51.100.64/26 --count 100
	ecdn allow del 198.51.100.64/26
	arrive "allow del: taken off, it is blocked" alpha none --from 198.51.100.64/26 --count 100
	fails "allow add: host bits" 2 '198.51.100.65/26' ecdn allow add 198.51.100.65/26
	ecdn release ALPHA
}

# Everything is measured, judged and counted; everything passes.
test_monitor() {
	local before

	ecdn load --monitor e0
	before=$(stats ALPHA .dropped_packets)
	is "monitor: mode" monitor "$(stats_all .mode)"
	ecdn block BETA
	arrive "monitor: what is blocked arrives" beta all --from 203.0.113.0/24 --count 1000
	is "monitor: counted as would_drop" 1000 "$(stats BETA .would_drop.blocked.packets)"
	arrive "monitor: a surge arrives" alpha all "${alpha[@]}" --rate 50k --seconds 1s
	is "monitor: it is declared" limited "$(state ALPHA)"
	is "monitor: nothing is counted as dropped" "$before" "$(stats ALPHA .dropped_packets)"
	between "monitor: most of it would be dropped" $((sent * 8 / 10)) "$sent" \
		"$(stats ALPHA .would_drop.prefix_pps.packets)"
	ecdn load --enforce e0
	arrive "enforce: what is blocked is dropped" beta none --from 203.0.113.0/24 --count 1000
}

client_and_edge
sink_regions e0
ecdn load --shield off --regions "$regions" e0
ecdn limit set default --grace 0s
test_block
ecdn limit set ALPHA --pps 5k --prefix-pps 1k --hold 1m
test_exempt
test_release
test_allow
test_monitor
finish

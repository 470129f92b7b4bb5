#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The first load where a version of ABI 2 is at work: all that its pins hold goes over, with no
# packet unguarded and none uncounted, however the command ends.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/killer.sh
source "$(dirname "$0")/killer.sh"
# shellcheck source=tests/net/carry.sh
source "$(dirname "$0")/carry.sh"
# shellcheck source=tests/net/asking.sh
source "$(dirname "$0")/asking.sh"

ROUNDS=5
RATE=100k
KILLS=${KILLS:-12}             # places in a load at which it is killed

xdp_of() {
	on edge ip -j link show dev "$1" | jq -r '.[0].xdp.prog.id // empty'
}

# waiter ADDR:PORT: a listener on the edge, with two sockets.
waiter() {
	waiting edge "$build/tests/tools/waiter" --workers 2 "$1" 513
}

# What each version says of the same things, without what no carrying could keep: rates, and limits
# that follow from others now.
said_by() {
	"$1" stats --json --all | jq -S '.regions[] | [.region, .state, .packets, .bytes,
		.connections, .dropped_packets, .dropped_bytes, .dropped.blocked.packets,
		.dropped.answer_cps.packets, .would_drop.blocked.packets, .requests, .refused]'
	"$1" stats --json --all | jq -S '[.not_ip, .passed, .give_ups, .events] | del(.. | nulls) |
		del(.[]? | .vlan_depth?, .bucket_full?, .unproven?)'
	"$1" limit --json | jq -S 'del(.. | .answer_cps?, .grace?, .shield_cps?, .aggregate_pps?,
		.blocked?, .blocked_until?)'
	"$1" allow --json | jq -S .allow
	"$1" node --json | jq -S 'del(.nodes[].traffic)'
	"$1" steer --json 2>/dev/null | jq -S .
	"$1" prefix --json | jq -S '.prefixes[] | [.region, .prefix, .packets, .bytes]'
	"$1" region lookup --json -v 198.51.100.7 2001:db8:b::1 192.0.2.7 8.8.8.8 | jq -S .
	"$1" status --json | jq -S 'del(.abi, .version, .lines, .table.lines, .pins, .requests_frozen,
		.ceilings, .proven, .off, .guarded, .shield_passed, .give_ups.bucket_full, .give_ups.unproven)'
}

# lost BEFORE AFTER: each value that was said before, and is not said in the same place after.
# What is said besides is new.
lost() {
	jq -n -c --slurpfile before <(echo "$1") --slurpfile after <(echo "$2") '$before |
		paths(type != "object" and type != "array") as $at |
		select(($after | getpath($at)) != getpath($at)) |
		[$at, getpath($at), ($after | getpath($at))]'
}

# A bit of everything that pins can hold.
fill_old() {
	old load --regions "$regions" --max-regions 64 --protect 80,443,8443/udp --ping --guard \
		--proxy-group 4242 e0
	old limit set default --cps 5k --hold 20s
	old limit set BETA --pps 1M --answer-cps 200000
	old limit set CROWD --answer-cps 300
	old limit set GAMMA --pps 100 --hold 5m
	old block ALPHA
	old exempt WIDE
	old exempt CROWD --for 1h
	old allow add 198.18.5.0/24 2001:db8:1000::/48
	printf '203.0.113.9 near\n2001:db8:b::9 far\n' >"$work/nodes"
	old node load "$work/nodes" >/dev/null
	waiter 127.0.0.1:8513
	old steer add 80 127.0.0.1:8513
}

# Of a limited, a blocked and other regions; connections too; and the steering of a blocked one.
traffic() {
	flood --from 198.51.100.0/24 --count 1000 >/dev/null
	flood --from 203.0.113.0/24 --count 500 >/dev/null
	flood --from 198.18.0.0/16 --count 300 --type syn >/dev/null
	# In more than one jiffy, so that some of it finds the surge declared.
	flood --from 192.0.2.0/24 --count 2000 --rate 20k >/dev/null
	echoes
	on edge curl -s -m 3 http://198.51.100.2/ >/dev/null || true
}

answer_cps() {
	bpftool -j map dump pinned "$pin/region_limits" | jq ".[$(ecdn region lookup --json -v \
		"$(address_of "$1")" | jq '.lookups[0].id')].formatted.value.answer_cps"
}

address_of() {
	awk -v region="$1" '$2 == region { sub("/.*", "", $1); print $1; exit }' "$regions"
}

test_values() {
	local before map

	ip -n "ecdn-$id-edge" addr add 198.51.100.2/32 dev lo
	fill_old
	traffic
	before=$(said_by old)
	for map in 198.18.5.0/24 '"limited"' '"blocked"' '"exempt"' '"answered": 1' \
		'"steered": [1-9]' '"198.51.100.0/24",' '"far"'; do
		has "values: there is something to carry: $map" "$map" "$before"
	done
	map=$(bpftool -j map dump pinned "$pin/config" | jq '.[0].formatted.value.hash_seed')
	fails "stats of pins of ABI 2" 1 'ABI 2.*ecdn-xdp load. carries them over' ecdn stats
	fails "status of pins of ABI 2" 1 'ecdn-xdp load. carries them over' ecdn status
	fails "block where pins are of ABI 2" 1 'ecdn-xdp load. carries them over' ecdn block BETA
	fails "region load where pins are of ABI 2" 1 'carries them over' \
		ecdn region load "$regions"
	fails "unload e0 where pins are of ABI 2" 1 'carries them over' ecdn unload e0
	fails "load --max-regions of another number" 1 'room for 64' ecdn load --max-regions 128 e0
	is "values: until then nothing has changed" "$before" "$(said_by old)"
	does "values: load" ecdn load --shield off
	is "values: the pins are of ABI 3" 3 "$(abi)"
	is "values: all is as it was" "" "$(lost "$before" "$(said_by ecdn)")"
	is "values: the hash seed" "$map" \
		"$(bpftool -j map dump pinned "$pin/config" | jq '.[0].formatted.value.hash_seed')"
	is "values: the proxies' group" "660 4242" "$(stat -c '%a %g' "$pin/request_stats")"
	is "values: nothing is left" "$pin" "$(ls -d "$pin"*)"
	is "values: the iterator counts them too" \
		"$(stats ALPHA '"\(.packets) \(.bytes)"')" \
		"$(awk '$1 == "ALPHA" { print $3, $4 }' "$pin/regions")"
	traffic
	is "values: it counts on" 2000 "$(stats ALPHA .packets)"
	is "values: and blocks" 2000 "$(stats ALPHA .dropped.blocked.packets)"
	fails "values: the old version has to go" 1 'ABI 3.*uses ABI 2' old stats
	does "values: load again" ecdn load --regions "$regions"
	is "values: counts stay" 2000 "$(stats ALPHA .packets)"
	is "values: an answer_cps that nobody had set follows cps" "20000 20000" \
		"$(answer_cps ALPHA) $(ecdn limit --json | jq .default.answer_cps)"
	ecdn limit set default --answer-cps 7
	is "values: who had an answer_cps keeps it, even one that looks like the default" \
		"200000 300 7" "$(answer_cps BETA) $(answer_cps CROWD) $(answer_cps ALPHA)"
	does "values: unload e0" ecdn unload e0
	is "values: both are off it" "" "$(xdp_of e0)$(ls "$pin/ping" 2>/dev/null)"
	ecdn unload --all
	kill %+ 2>/dev/null || true
}

# test_ping KIND: ping alone, by a link or a filter.
test_ping() {
	local kind=$1

	old load --ping --tc "$kind" e0
	printf '203.0.113.9 near\n' >"$work/nodes"
	old node load "$work/nodes" >/dev/null
	has "ping by $kind: the old version answers" '^answers=1 ' "$(echoes)"
	killed "ping by $kind, before it is published" renameat2 1 load --ping
	has "ping by $kind: killed, it answers" '^answers=1 ' "$(echoes)"
	killed "ping by $kind, once it is published" rmdir 4 load --ping
	is "ping by $kind: killed, the new pins are there" 3 "$(abi)"
	does "ping by $kind: load" ecdn load --ping
	is "ping by $kind: the pins are of ABI 3" 3 "$(abi)"
	has "ping by $kind: it answers" '^answers=1 ' "$(echoes)"
	is "ping by $kind: all are counted" "3 3" \
		"$(ecdn node --json | jq -r '.nodes[0] | "\(.requests) \(.answered)"')"
	has "ping by $kind: status knows where it is" "e0: $kind" "$(ecdn status)"
	does "ping by $kind: the next load" ecdn load --ping e0
	does "ping by $kind: unload" ecdn unload e0
	has "ping by $kind: the edge does not answer any more" '^answers=0' "$(echoes)"
	is "ping by $kind: no qdisc is left" "" "$(on edge tc qdisc show dev e0 clsact)"
	ecdn unload --all
}

test_traffic() {
	local round said failures=0 sent=0 counted=0 dropped=0 through=0

	for ((round = 0; round < ROUNDS; round++)); do
		old load --regions "$regions" e0
		old block ALPHA
		through=$((through - $(sunk alpha)))
		flood_start "$work/flood" --from 198.51.100.0/24 --rate $RATE
		ecdn load e0 || failures=$((failures + 1))
		flood_stop "carried under a flood, round $round"
		said=$(<"$work/flood")
		sent=$((sent + $(got sent "$said")))
		counted=$((counted + $(stats ALPHA .packets)))
		dropped=$((dropped + $(stats ALPHA .dropped.blocked.packets)))
		through=$((through + $(sunk alpha)))
		ecdn unload --all
	done
	is "carried under a flood: $ROUNDS loads succeed" 0 "$failures"
	is "carried under a flood: no blocked packet gets through" 0 "$through"
	is "carried under a flood: every packet is counted" "$sent" "$counted"
	is "carried under a flood: and as dropped" "$sent" "$dropped"
	echo "    $sent packets in $ROUNDS rounds, $through through"
}

test_proxies() {
	local fd

	old load --regions "$regions" e0
	old block ALPHA
	asking old "$build/abi2/client" --pin-dir "$pin"
	asking new "$build/tests/tools/client" --pin-dir "$pin"
	is "proxies: the old library knows" "blocked 2 ALPHA" "$(ask old "verdict 198.51.100.7")"
	is "proxies: and counts" "count 0" "$(ask old "count 2 513")"
	is "proxies: the new library passes everybody" "pass 0 --" "$(ask new "verdict 198.51.100.7")"
	has "proxies: and says why" 'are of ABI 2, and this library .* uses ABI 3:.*`ecdn-xdp load`' "$(<"$work/new.said")"
	ecdn load e0
	is "proxies: the old library passes everybody, at once" "pass 0 --" \
		"$(ask old "verdict 198.51.100.7")"
	has "proxies: and says why" 'are not of ABI 2' "$(<"$work/old.said")"
	does "proxies: the new library follows" wait_for 3 \
		asks new "verdict 198.51.100.7" "blocked 2 ALPHA"
	is "proxies: it counts" "count 0" "$(ask new "count 2 513")"
	is "proxies: what both counted is there" "2 2" "$(stats ALPHA '"\(.requests) \(.refused)"')"
	for fd in "${asked[@]}" "${answers[@]}"; do
		exec {fd}>&-
	done
	ecdn unload --all
}

# refused NAME PATTERN WORD...: the load fails with one line, and the old version goes on.
refused() {
	local what=$1 pattern=$2 said status=0 before program

	shift 2
	before=$(pins)
	program=$(xdp_of e0)
	said=$(ecdn load "$@" 2>&1) || status=$?
	is "$what: load fails" 1 "$status"
	has "$what: and says why" "$pattern" "$said"
	is "$what: in one line" 1 "$(wc -l <<<"$said")"
	is "$what: the old program is on e0, and no pin has changed" "$program $before" \
		"$(xdp_of e0) $(pins)"
	flood --from 198.51.100.0/24 --count 100 >/dev/null
	is "$what: it drops" 0 "$(sunk alpha)"
}

test_failures() {
	local map before counted

	old load --regions "$regions" e0
	old block ALPHA
	before=$(sunk alpha)
	refused "no such interface" 'no interface nope' e0 nope
	refused "a bad region file" 'nowhere' --regions "$work/nowhere" e0
	counted=$(old stats --json ALPHA | jq '.regions[0].packets')
	is "after that the old version has counted all" 200 "$counted"
	for map in region_stats region_table region_name config-not events region_limits; do
		[ -e "$pin/$map" ] || continue
		mv "$pin/$map" "$pin/kept"
		bpftool map create "$pin/$map" type array key 4 value 40 entries 7 name foo
		refused "$map is another's" "$map|another's" e0
		rm "$pin/$map"
		refused "$map is missing" "$map" e0
		mv "$pin/kept" "$pin/$map"
	done
	mv "$pin/prog/publish" "$pin/kept"
	refused "a program is missing" 'missing' e0
	mv "$pin/kept" "$pin/prog/publish"
	is "failures: none got through" "$before" "$(sunk alpha)"
	does "failures: all is in its place again" ecdn load e0
	is "failures: every packet is counted" $((200 + 1100)) "$(stats ALPHA .packets)"
	ecdn unload --all
}

# Memory is out at one call after another: the load fails and the old version goes on, or it
# has been carried over.
test_injected() {
	local all call status failed=0 wrong=

	old load --regions "$regions" --max-regions 8 e0
	old block ALPHA
	all=$(calls_of bpf load e0)
	ecdn unload --all
	old load --regions "$regions" --max-regions 8 e0
	old block ALPHA
	for ((call = 1; call < all; call += all / KILLS)); do
		status=0
		LD_PRELOAD=$work/killer.so KILL_AT=bpf KILL_CALL=$call KILL_HOW=fail \
			ecdn load e0 >"$work/said" 2>&1 || status=$?
		flood --from 198.51.100.0/24 --count 10 >/dev/null
		failed=$((failed + !!status))
		if ((status)) && [ "$(abi)" = 2 ]; then
			[ "$status" = 1 ] || wrong+=" $call:$status"
		else
			# The new pins were there already when memory ran out.
			((!status)) || ecdn load e0 || wrong+=" $call:$status:3"
			ecdn unload --all
			old load --regions "$regions" --max-regions 8 e0
			old block ALPHA
		fi
	done
	is "memory is out at one of $all calls: the old version is as it was, or all is carried" \
		"" "$wrong"
	between "memory is out: loads that fail" 3 "$all" "$failed"
	is "memory is out: no packet got through" 0 "$(sunk alpha)"
	ecdn unload --all
}

# kill_at FUNCTION CALL: a load under a flood, killed there; the next load makes it whole. What
# came and what was counted is added to sent, counted, dropped.
kill_at() {
	local said

	old load --regions "$regions" --max-regions 8 e0
	old block ALPHA
	flood_start "$work/flood" --from 198.51.100.0/24 --rate $RATE
	{ LD_PRELOAD=$work/killer.so KILL_AT=$1 KILL_CALL=$2 ecdn load e0 || true; } \
		>/dev/null 2>&1
	[ "$(abi)" = 2 ] || forward=$((forward + 1))
	kills=$((kills + 1))
	ecdn load e0 && mended=$((mended + 1))
	flood_stop "killed at $1 $2"
	said=$(<"$work/flood")
	sent=$((sent + $(got sent "$said")))
	counted=$((counted + $(stats ALPHA .packets)))
	dropped=$((dropped + $(stats ALPHA .dropped.blocked.packets)))
	ecdn unload --all
}

# The exchange is by renameat2, with all links changed before. What comes after it begins with an
# rmdir, the fourth after those of the command's begin, and ends with the removal of old pins.
test_killed() {
	local all call sent=0 counted=0 dropped=0 mended=0 kills=0 forward=0

	old load --regions "$regions" --max-regions 8 e0
	all=$(calls_of any load e0)
	ecdn unload --all
	kill_at renameat2 1
	is "killed: before the exchange the old pins are there" 0 "$forward"
	kill_at rmdir 4
	for call in 1 5 9 13 17; do
		kill_at remove $call
	done
	is "killed: after it the new ones are" 6 "$forward"
	for ((call = 1; call < all; call += all / KILLS)); do
		kill_at any $call
	done
	is "killed: the next load succeeds, every time" "$kills" "$mended"
	is "killed: no packet got through" 0 "$(sunk alpha)"
	is "killed: every packet is counted" "$sent" "$counted"
	is "killed: and as dropped" "$sent" "$dropped"
	is "killed: nothing is left" "" "$(pins)"
	echo "    $kills loads of $all calls, $sent packets"
}

# What a kill leaves can be removed, too.
test_killed_unload() {
	local at

	for at in "renameat2 1" "rmdir 4"; do
		old load --regions "$regions" --ping --guard --tc clsact e0
		# shellcheck disable=SC2086
		killed "unload after a kill at $at" $at load
		does "unload after a kill at $at" ecdn unload --all
		is "unload after a kill at $at: nothing is left" " " \
			"$(pins) $(xdp_of e0)$(on edge tc qdisc show dev e0 clsact)"
	done
}

needs_abi2
client_and_edge
sink_regions e0
build_killer
test_values
test_ping tcx
test_ping clsact
test_traffic
test_proxies
test_failures
test_injected
test_killed
test_killed_unload
finish

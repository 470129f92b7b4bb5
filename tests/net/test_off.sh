#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Off is off: after `ecdn-xdp off`, and once no interface has the guard, nobody is dropped, refused
# or steered; `on` and the next load bring all of it back.
# shellcheck disable=SC2016 # the names of commands in messages
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/asking.sh
source "$(dirname "$0")/asking.sh"

alpha=198.51.100.2

# Connections to an address of the edge come from there too.
set_up() {
	client_and_edge
	host other
	wire other o0 edge e1
	ip -n "ecdn-$id-edge" addr add $alpha/32 dev lo
	sink_regions e0
	ecdn load --shield off --regions "$regions" e0 e1
	waiting edge "$build/tests/tools/waiter" --name normal $alpha:80 200
	waiting edge "$build/tests/tools/waiter" --name refusing 127.0.0.1:8513 513
	ecdn steer add 80 127.0.0.1:8513
	ecdn block ALPHA >/dev/null
	asking proxy on edge "$build/tests/tools/client" --pin-dir "$pin"
}

# What a client of ALPHA gets, what a proxy is told, and how many of 100 packets pass.
served() {
	local before verdict

	before=$(sunk alpha)
	flood --from 198.51.100.128/25 --count 100 >/dev/null
	verdict=$(ask proxy verdict $alpha | cut -d ' ' -f 1)
	echo "$(on edge curl -s -m 3 "http://$alpha/") $verdict $(($(sunk alpha) - before))"
}

status() {
	ecdn status --json | jq -c "$1"
}

test_off() {
	is "before: refused" "513 blocked 0" "$(served)"
	has "off" '^off: .* until `ecdn-xdp on`$' "$(SUDO_USER=alice ecdn off --reason 'all are refused')"
	is "off: served" "200 pass 100" "$(served)"
	is "off: what would be dropped is counted" 100 "$(stats ALPHA .would_drop.blocked.packets)"
	has "off: status says it first" '^off +since 20.*, by alice: all are refused$' \
		"$(ecdn status | head -n 1)"
	is "off: status, JSON" '[true,"monitor"]' "$(status '[.off, .mode]')"
	has "off again" '^is off already since 20.*, by alice: all are refused$' "$(ecdn off)"
	ecdn load --enforce e0
	is "load --enforce does not end it" "200 pass 100" "$(served)"
	printf 'interfaces: [e0]\nmonitor: false\nblock: [ALPHA, BETA]\n' >"$work/off.yaml"
	ecdn load --config "$work/off.yaml"
	is "nor does a file" "200 pass 100" "$(served)"
	is "on" "on: limits and blocks hold again" "$(ecdn on)"
	is "on: refused" "513 blocked 0" "$(served)"
	is "on again" "is on already" "$(ecdn on)"
	is "on: status" '[false,"enforce"]' "$(status '[.off, .mode]')"
	ecdn off >/dev/null
	ecdn load --monitor e0
	has "monitor mode goes on" '^on, in monitor mode' "$(ecdn on)"
	is "monitor mode: served" "200 pass 100" "$(served)"
	ecdn load --enforce e0
	is "its end" "513 blocked 0" "$(served)"
	fails "off: a reason with control characters" 2 'control' ecdn off --reason $'a\nb'
	fails "off: no words" 2 'no words' ecdn off ALPHA
	is "which change nothing" false "$(status .off)"
}

# A command that was killed before it told proxies is done by the next one.
test_off_killed() {
	local value

	mapfile -t value < <(bpftool -j map lookup pinned "$pin/config" key 0 0 0 0 | jq -r '.value[]')
	value[8]=1 value[48]=1  # monitor, off
	bpftool map update pinned "$pin/config" key 0 0 0 0 value "${value[@]}"
	is "off, killed: proxies are not told" "200 blocked 100" "$(served)"
	has "off, killed: again" '^is off already' "$(ecdn off)"
	is "off, killed: they are now" "200 pass 100" "$(served)"
	ecdn on >/dev/null
	is "off, killed: on" "513 blocked 0" "$(served)"
}

test_unload() {
	ecdn unload e1
	is "one of two interfaces unloaded: refused" "513 blocked 0" "$(served)"
	ecdn unload e0
	is "the last one unloaded: served" "200 pass 100" "$(served)"
	is "steer is detached" '[false,false]' "$(status '[.guarded, .steer.attached]')"
	ecdn block BETA >/dev/null
	ecdn steer add 443 127.0.0.1:8513
	ecdn steer refresh
	is "commands do not bring it back" "200 pass 100" "$(served)"
	is "nor steer" '[false,false]' "$(status '[.guarded, .steer.attached]')"
	ecdn load --monitor e0
	ecdn load --enforce
	is "the next load does: refused" "513 blocked 0" "$(served)"
	is "steer is attached" '[true,true]' "$(status '[.guarded, .steer.attached]')"
	ecdn off >/dev/null
	ecdn unload e0
	ecdn on >/dev/null
	is "on is no guard" "200 pass 100" "$(served)"
	ecdn load e0
	is "loaded after that: refused" "513 blocked 0" "$(served)"
	# Pins of an earlier version do not tell, and steer goes on: the next load sees to it.
	ecdn unload e0
	forget_unguarded
	ecdn load
	is "earlier pins, loaded on no interface: served" "200 pass 100" "$(served)"
}

# As an earlier version leaves what has lost its last interface: steer is attached.
forget_unguarded() {
	ecdn load e0
	rm "$pin/link/e0"
}

test_ping_alone() {
	ecdn unload --all
	ecdn load --ping e0
	has "off, with ping alone" '^off: ' "$(ecdn off)"
	is "off, with ping alone: status" true "$(status .off)"
	has "on, with ping alone" '^on: ' "$(ecdn on)"
}

set_up
test_off
test_off_killed
test_unload
test_ping_alone
finish

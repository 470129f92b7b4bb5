#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# check: each fault is brought about, is named with its remedy, ends check with 3, and is gone
# once it is mended. status begins with the same in a line.
# shellcheck disable=SC2016 # what is said has commands in backquotes
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"

# says NAME CHECK PATTERN [OPTION...]: check has a line of that check that matches, and ends with 3.
says() {
	local what=$1 check=$2 pattern=$3

	shift 3
	fails "$what" 3 "^$check +.*$pattern" ecdn check "$@"
	has "$what: status counts it" 'checks? says? no: .*`ecdn-xdp check`' "$(ecdn status | head -n 3)"
}

# well NAME [OPTION...]: check finds nothing.
well() {
	local what=$1 said status=0

	shift
	said=$(ecdn check "$@") || status=$?
	is "$what: all is as configured" "0 all is as configured" "$status $said"
}

# faults: their checks, in order.
faults() {
	{ ecdn check --json || true; } | jq -r '[.faults[].check] | join(" ")'
}

load() {
	ecdn load --shield "$shield" --regions "$regions" "$@"
}

test_nothing_loaded() {
	fails "nothing is loaded" 1 'nothing is loaded' ecdn check
	fails "words" 2 'takes no words' ecdn check everything
	fails "no duration" 2 'max-table-age' ecdn check --max-table-age old
}

test_limits() {
	load e0
	says "no limit" limits 'no limit is set, .*: `ecdn-xdp limit set default'
	is "no limit: JSON" '{"check":"limits","remedy":"`ecdn-xdp limit set default --pps N --cps N`"}' \
		"$({ ecdn check --json || true; } | jq -c '.faults[0] | {check, remedy}')"
	is "no limit: JSON says no" false "$({ ecdn check --json || true; } | jq .ok)"
	ecdn limit set default --pps 100k
	well "a limit"
	is "a limit: JSON" '{"ok":true,"faults":[]}' "$(ecdn check --json | jq -c '{ok, faults}')"
	is "a limit: status" "guarding e0; all is as configured" "$(ecdn status | head -n 1)"
	is "a limit: status, JSON" '["guarding e0; all is as configured",[],[],[]]' \
		"$(ecdn status --json | jq -c '[.summary, .limited, .shielded, .faults]')"
}

test_table() {
	fails "an old table" 3 '^table +.*was loaded 0 days ago: .*ecdn-xdp region load' ecdn check \
		--max-table-age 0s
	well "a table of today" --max-table-age 1d
	ecdn limit set BETA --pps 1k
	grep -v BETA "$regions" >"$work/fewer"
	fewer
	says "a region without addresses" regions '1 region .*: BETA: .*ecdn-xdp region load'
	ecdn limit clear BETA
	well "one that nobody has set anything for"
	ecdn region load "$regions" >/dev/null
	ecdn unload --all
	load --max-regions 6 e0
	ecdn limit set default --pps 100k
	says "names" names '6 of 6 region names .*load --max-regions'
	ecdn unload --all
	load e0
	ecdn limit set default --pps 100k
	well "names, with more room"
}

# A later version refuses tables that lose ranges unless it is told.
fewer() {
	ecdn region load "$work/fewer" >/dev/null 2>&1 ||
		ecdn region load --shrink "$work/fewer" >/dev/null
}

test_interfaces() {
	wire client c1 edge e1
	load e0 e1
	well "two interfaces"
	ip -n "ecdn-$id-edge" link set e1 down
	ip -n "ecdn-$id-edge" link set e1 name eth9
	says "renamed" interfaces 'e1 .*eth9'
	ip -n "ecdn-$id-edge" link set eth9 name e1
	ip -n "ecdn-$id-edge" link set e1 up
	well "renamed back"
	ip -n "ecdn-$id-edge" link del e1
	says "gone" interfaces 'e1 .*gone.*unload'
	wire client c1 edge e1
	says "back" interfaces 'e1 is back.*ecdn-xdp load e1'
	ecdn unload e1
	well "unloaded"
	ecdn unload e0
	says "none" interfaces 'no interface has the guard'
	has "none: status" '^no interface is guarded' "$(ecdn status)"
	load e0
}

test_monitor() {
	load --monitor e0
	well "monitor mode of today"
	has "monitor mode: status" '^guarding e0; monitor mode; ' "$(ecdn status)"
	fails "monitor mode for long" 3 '^monitor +monitor mode for 0 hours.*--enforce' ecdn check \
		--max-monitor 0s
	load --enforce e0
	ecdn load --protect 80,443 e0
	well "enforced"
}

test_off() {
	ecdn off
	says "off" off 'switched off: .*`ecdn-xdp on`'
	has "off: status begins with it" '^off' "$(ecdn status | head -n 1)"
	ecdn on
	well "on"
}

test_durations() {
	printf 'block: {BETA: 2h}\nexempt: {ALPHA: {until: "2099-01-01 08:00"}}\n' >"$work/durations.yaml"
	ecdn load --config "$work/durations.yaml" e0
	says "a duration in a file" durations '1 duration .*: BETA: .*until:'
	ecdn release BETA
	ecdn release ALPHA
	well "a duration that was released"
}

test_detached() {
	bpftool link detach pinned "$pin/link/e0"
	says "detached" interfaces 'somebody has detached the guard from e0: `ecdn-xdp load e0`'
	load e0
	well "attached again"
}

test_unproven() {
	shield=on load e0
	bpftool link detach pinned "$pin/proven"
	says "the shield's link is gone: one remedy" shield \
		'nothing is proven: its link is gone, .* until the next load: `ecdn-xdp load IFACE`$'
	has "the shield's link is gone: status" 'proven +no: its link is gone, .* until the next load' \
		"$(ecdn status)"
	shield=on load e0
	well "the shield's link, loaded again"
	load e0
}

test_unpinned() {
	load e0 e1
	rm "$pin/link/e1"
	says "a link's pin is gone" interfaces 'somebody has removed the pin that holds the guard to e1: `ecdn-xdp load e1`'
	load e1
	well "the pin, loaded again"
	ecdn unload e1
	well "unloaded again"
}

# On a host of its own, as far as the tool sees: the real one's is not to be touched.
any_user() {
	echo "$1" >"$work/disabled"
	shift
	on edge unshare --mount bash -c \
		'mount --bind "$0" /proc/sys/kernel/unprivileged_bpf_disabled && exec "$@"' \
		"$work/disabled" "$build/ecdn-xdp" "$@" --pin-dir "$pin"
}

test_programs() {
	fails "programs of any user" 3 '^programs +any user may load BPF programs, .*: `sysctl kernel.unprivileged_bpf_disabled=1`$' \
		any_user 0 check
	does "programs of root alone" any_user 2 check
	does "programs of root alone for good" any_user 1 check
}

test_requests() {
	bpftool map freeze pinned "$pin/request_stats"
	says "frozen requests" requests 'request_stats is frozen: `ecdn-xdp load'
	load e0
	well "requests, loaded again"
}

test_pins() {
	rm "$pin/region_sources"
	well "files that an earlier version has not noted"
	rm "$pin/armed"
	says "a map of an earlier version" pins 'armed is missing'
	load e0
	[ -e "$pin/armed" ] || ecdn unload --all
	[ -e "$pin/armed" ] || { load e0 && ecdn limit set default --pps 100k; }
	well "pins, loaded again"
}

test_ceilings() {
	ecdn allow add 198.51.100.0/24 --pps 100
	flood_start "$work/flood" --from 198.51.100.0/24 --rate 5k
	sleep 1.5
	says "a ceiling" ceilings '1 allowed prefixes .*198.51.100.0/24'
	flood_stop "a ceiling: the flood"
	ecdn allow del 198.51.100.0/24
	well "a ceiling, without the prefix"
}

test_give_ups() {
	flood_start "$work/flood" --from 198.51.100.0/24 --rate 5k
	well "traffic is no fault"
	flood_stop "give-ups: the flood"
	grow &
	growing=$!
	wait_for 5 grown
	fails "give-ups" 3 '^give-ups +packets pass, as a map is missing: .*ecdn-xdp load' ecdn check
	touch "$work/enough"
	wait $growing
	well "give-ups are no fault once they do not grow"
}

# grow: the first CPU counts what it has no map for.
grow() {
	local count

	for count in {1..255}; do
		[ ! -e "$work/enough" ] || return 0
		# shellcheck disable=SC2046
		bpftool map update pinned "$pin/cpu_events" key 0 0 0 0 value \
			$(printf '0 %.0s' {1..80}) "$count" $(printf '0 %.0s' {1..47})
	done
}

grown() {
	[ "$(stats_all .give_ups.map_missing)" -gt 0 ]
}

test_steer() {
	waiting edge "$build/tests/tools/waiter" --name waiter 127.0.0.1:513 513
	does "steer: a listener" wait_for 5 ecdn steer add 80 127.0.0.1:513
	well "steer: it listens"
	bpftool link detach pinned "$pin/listen"
	says "steer: what finds listeners is gone" steer 'not counted, and listeners that start later are not found: .*`ecdn-xdp load IFACE`'
	ecdn steer refresh
	says "steer: as a command has noted" steer 'listeners that start later are not found: listen is attached to no cgroup: .*`ecdn-xdp load IFACE`'
	load e0
	well "steer: and is there again"
	bpftool link detach pinned "$pin/steer"
	says "steer: its own link is gone" steer 'steer is not attached'
	ecdn steer refresh
	well "steer: its own link is there again"
	ecdn load --protect 443 e0
	says "steer: a port that is not protected" listeners 'port 80 is not protected.*--protect 80 '
	ecdn load --protect 80,443 e0
	kill "$waiter"
	wait "$waiter" || true
	says "steer: nobody listens" listeners 'port 80: nobody listens at 127.0.0.1:513'
	ecdn steer del 80 >/dev/null
	well "steer: no listener"
	test_steer_port
}

# A socket at a port that is open to any user may be one that root accepted and gave away.
test_steer_port() {
	waiting edge "$build/tests/tools/waiter" --name waiter 127.0.0.1:1024 513
	does "steer: an open port" wait_for 5 ecdn steer add 80 127.0.0.1:1024
	says "steer: an open port" listener-ports \
		'port 80: its listener 127.0.0.1:1024 has a port at which any user.*at a port below 1024'
	on edge sysctl -q net.ipv4.ip_unprivileged_port_start=1025
	well "steer: the first open port is above"
	on edge sysctl -q net.ipv4.ip_unprivileged_port_start=0
	says "steer: all ports are open" listener-ports \
		'127.0.0.1:1024 .*sysctl net.ipv4.ip_unprivileged_port_start=1024'
	on edge sysctl -q net.ipv4.ip_unprivileged_port_start=1024
	kill "$waiter"
	wait "$waiter" || true
	ecdn steer del 80 >/dev/null
	well "steer: no listener at an open port"
}

test_surge() {
	ecdn limit set ALPHA --pps 1k --hold 1m --grace 0s
	flood --from 198.51.100.0/24 --rate 20k --seconds 500ms >/dev/null
	ecdn block BETA
	has "a surge: status" "^guarding e0; 1 region (limited|shielded): ALPHA; 1 region blocked: BETA; " \
		"$(ecdn status)"
	is "a surge: status, JSON" '["ALPHA"]' "$(ecdn status --json | jq -c '.limited + .shielded')"
	ecdn release ALPHA
	ecdn release BETA
	ecdn limit clear ALPHA
}

test_ping() {
	printf '198.51.100.9\n' >"$work/nodes"
	ecdn load --ping e0
	says "ping: no nodes" nodes 'knows no nodes.*ecdn-xdp node load'
	ecdn node load "$work/nodes"
	says "ping: a node that was never heard" nodes '1 of 1 nodes .*ecdn-xdp node check'
	ip -n "ecdn-$id-edge" addr add 192.0.2.77/24 dev e0
	says "ping: an address that it does not know" addresses '1 addresses .*ecdn-xdp load --ping'
	fails "ping: node check says no, too" 3 'addresses that ping does not know' ecdn node check \
		--exit-code
	ip -n "ecdn-$id-edge" addr del 192.0.2.77/24 dev e0
}

shield=off
client_and_edge
test_nothing_loaded
test_limits
test_table
test_interfaces
test_monitor
test_off
test_durations
test_detached
test_unproven
test_unpinned
test_programs
test_requests
test_pins
test_ceilings
test_give_ups
test_steer
test_surge
test_ping
finish

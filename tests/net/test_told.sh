#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# What writing verbs tell, once and in the words of the rest; and tables that fit a terminal.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"

# on_terminal COLUMNS VERB...: a table as a terminal of that width gets it.
on_terminal() {
	on edge script -qec "stty cols $1; $build/ecdn-xdp ${*:2} --pin-dir $pin" /dev/null \
		</dev/null | tr -d '\r'
}

# widest TEXT: characters of its longest line.
widest() {
	awk '{ if (length($0) > most) most = length($0) } END { print most }' <<<"$1"
}

test_load() {
	is "load: what has the guard" 'e0: has the guard' "$(ecdn load e0)"
	is "load again" 'loaded again on all interfaces that were' "$(ecdn load)"
	is "load -q" '' "$(ecdn load -q)"
	ecdn region load "$regions"
	is "unload: what was, and what that means" \
		$'e0: unloaded\nno interface has the guard any more: nothing is dropped, proxies refuse nobody, nothing is steered' \
		"$(ecdn unload e0)"
	ecdn load -q e0
}

test_steer() {
	local gone='no socket listens on 127.0.0.1:513'

	fails "steer del where nothing was ever steered" 1 'port 80 has no listener' ecdn steer del 80
	printf 'steer: {80: "127.0.0.1:513"}\n' >"$work/steer.yaml"
	is "a listener that is not there is told once" 1 \
		"$(ecdn load --config "$work/steer.yaml" e0 2>&1 | grep -c "$gone")"
	is "and once when it was configured before" 1 \
		"$(ecdn load --config "$work/steer.yaml" e0 2>&1 | grep -c "$gone")"
	is "and by a load that says nothing of it" 1 "$(ecdn load e0 2>&1 | grep -c "$gone")"
	waiting edge setpriv --reuid 65534 --clear-groups "$build/tests/tools/waiter" 127.0.0.1:8513 513
	printf 'steer: {81: "127.0.0.1:8513"}\n' >"$work/steer.yaml"
	fails "a listener of another user: all but it is loaded" 3 'belongs to uid 65534' \
		ecdn load -q --protect 80,81 --config "$work/steer.yaml" e0
	is "a listener of another user is told once" 1 \
		"$(ecdn steer refresh 2>&1 | grep -c 'belongs to uid 65534')"
	stop "$waiter"
	waiting edge "$build/tests/tools/waiter" 127.0.0.1:513 513
	is "steer add" 'port 80: new connections of limited and blocked regions go to 127.0.0.1:513' \
		"$(ecdn steer add 80 127.0.0.1:513)"
	is "steer refresh" 'looked for the sockets of 2 listeners' "$(ecdn steer refresh 2>/dev/null)"
	between "80 columns: steer" 20 80 "$(widest "$(on_terminal 80 steer -q)")"
	is "steer del" 'port 81: is steered no more' "$(ecdn steer del 81)"
	is "steer del -q" '' "$(ecdn steer del 80 -q)"
	stop "$waiter"
}

test_explain() {
	ecdn block -q ALPHA
	ecdn exempt -q ALPHA --for 2h
	has "explain: the block below an exemption" '^state +exempt since .*; over a block$' \
		"$(ecdn explain 198.51.100.9)"
	ecdn release -q ALPHA
	fails "explain: bits beyond the length" 2 '10.0.0.1/8 has bits set' ecdn explain 10.0.0.1/8
	fails "explain: no address" 2 'nonsense is not an address or CIDR' ecdn explain nonsense
}

test_tables() {
	ecdn limit set -q default --pps 200k --cps 5k
	ecdn limit set -q ALPHA --pps 100 --hold 1m
	ecdn node add -q 2001:db8:a::/48 --name amsterdam-1
	between "80 columns: limit" 20 80 "$(widest "$(on_terminal 80 limit)")"
	between "80 columns: node" 20 80 "$(widest "$(on_terminal 80 node)")"
	has "200 columns: nothing is left out" 'AGGREGATE .*SHIELD-CPS' "$(on_terminal 200 limit)"
}

test_check() {
	bpftool link detach pinned "$pin/link/e0"
	has "check: a guard that somebody has detached" \
		'^interfaces +somebody has detached the guard from e0: .ecdn-xdp load e0.$' \
		"$(ecdn check || true)"
	ecdn load -q e0
}

client_and_edge
fails "where bpffs is mounted: name a directory in it" 1 'name a directory in it' \
	on edge "$build/ecdn-xdp" load --pin-dir /sys/fs/bpf e0
test_load
test_steer
test_explain
test_tables
test_check
is "unload --all" "nothing is loaded in $pin any more" "$(ecdn unload --all)"
finish

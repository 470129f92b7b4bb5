#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# load --ping that is killed half-way, and interfaces that vanish, get another name, or
# are in another network namespace.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/killer.sh
source "$(dirname "$0")/killer.sh"
# shellcheck source=tests/net/ping_load.sh
source "$(dirname "$0")/ping_load.sh"

test_vanished() {
	local kind

	for kind in $kinds; do
		ip -n "ecdn-$id-edge" link add v0 type veth peer name v1
		ecdn load --ping --tc "$kind" v0
		ip -n "ecdn-$id-edge" link set v0 name w0
		does "$kind: a renamed interface is known" ecdn load --ping w0
		ip -n "ecdn-$id-edge" link del w0
		is "$kind: vanished" gone "$(status '.interfaces[0].state')"
		does "$kind: vanished: others are loaded" ecdn load --ping --tc "$kind" e0
		does "$kind: vanished: unload is no error" ecdn unload v0
		is "$kind: vanished: its pin is gone" e0 "$(status '[.interfaces[].interface] | join(" ")')"
		ecdn unload --all
	done
}

test_namespaces() {
	local kind before

	host other
	ip -n "ecdn-$id-other" link add e0 type veth peer name e1
	for kind in $kinds; do
		ecdn load --ping --tc "$kind" e0
		before=$(pins)
		fails "$kind, other namespace: load is refused" 1 'e0.*namespace' \
			on other "$build/ecdn-xdp" load --pin-dir "$pin" --ping e0
		is "$kind, other namespace: no pin is changed" "$before" "$(pins)"
		is "$kind, other namespace: it stays where it is" "$(pinned_program)" "$(runs)"
		has "$kind, other namespace: status there" 'e0: attached, in another' \
			"$(on other "$build/ecdn-xdp" status --pin-dir "$pin")"
		ecdn unload --all
	done
}

# unload, of a filter that only its own namespace can reach.
test_out_of_reach() {
	ecdn load --ping --tc clsact e0
	on other "$build/ecdn-xdp" load --pin-dir "$pin" --guard e1
	fails "out of reach: unload" 1 'e0 in another network namespace; unload it there' \
		on other "$build/ecdn-xdp" unload --pin-dir "$pin" e1 e0
	is "out of reach: the other one stays, too" true \
		"$(on other ip -j link show dev e1 | jq '.[0] | has("xdp")')"
	ecdn unload --all
}

# The maps hold the addresses of one namespace: of that in which ping is.
test_two_namespaces() {
	local kind

	for kind in $kinds; do
		ecdn load --ping --tc "$kind" e0
		ecdn node add $node
		does "$kind, two namespaces: the guard alone there" \
			on other "$build/ecdn-xdp" load --pin-dir "$pin" e1
		is "$kind, two namespaces: ping answers for the addresses here" 5 "$(ping_from $node)"
		is "$kind, two namespaces: which status knows" '[]' "$(status .unknown_addresses)"
		has "$kind, two namespaces: ping there is said to end that" \
			'warning: e0: .*addresses .*another --pin-dir' \
			"$(on other "$build/ecdn-xdp" load --pin-dir "$pin" --ping --tc "$kind" e1 2>&1)"
		ecdn unload --all 2>/dev/null
		on edge tc qdisc del dev e0 clsact 2>/dev/null || true
		on other tc qdisc del dev e1 clsact 2>/dev/null || true
	done
}

# A filter of a load that was killed, which whoever comes next cannot reach.
test_killed_elsewhere() {
	build_killer
	killed "killed in another namespace" rename 1 load --ping --tc clsact e0
	has "killed in another namespace: the next load tells of the filter" \
		'warning: e0: .*killed.*another network namespace.*remove' \
		"$(on other "$build/ecdn-xdp" load --pin-dir "$pin" e1 2>&1)"
	on edge tc qdisc del dev e0 clsact
	ecdn unload --all
}

is_off() {
	[ "$(our_filters)" = 0 ] && ! has_clsact
}

# Renames publish the program, then what holds it: for a filter its note and its pin.
test_killed() {
	local kind call upgrade another

	for kind in $kinds; do
		upgrade="1" another="1 2"
		[ "$kind" = tcx ] || upgrade="1 2" another="1 2 3"
		killed "$kind, killed first load" rename 1 load --ping --tc "$kind" e0
		does "$kind, killed first load: unload --all" ecdn unload --all
		does "$kind, killed first load: nothing is left" is_off
		killed "$kind, killed first load again" rename 1 load --ping --tc "$kind" e0
		does "$kind, killed first load: the next one" ecdn load --ping --tc "$kind" e0
		is "$kind, killed first load: one runs" "$(pinned_program)" "$(runs)"
		for call in $upgrade; do
			killed "$kind, upgrade killed at step $call" rename "$call" load --ping e0
			is "$kind, killed upgrade, step $call: status says what runs" "$kind" \
				"$(status '.interfaces[0].state')"
			does "$kind, killed upgrade, step $call: the next load" ecdn load --ping e0
			is "$kind, killed upgrade, step $call: one runs" "$(pinned_program)" "$(runs)"
		done
		killed "$kind, upgrade killed once more" rename 1 load --ping e0
		does "$kind, killed upgrade: unload" ecdn unload e0
		does "$kind, killed upgrade: nothing is left" is_off
		for call in $another; do
			killed "$kind, another interface, killed at step $call" rename "$call" \
				load --ping --tc "$kind" e0
			does "$kind, killed at step $call: the next load" ecdn load --ping --tc "$kind" e0
			is "$kind, killed at step $call: one runs" "$(pinned_program)" "$(runs)"
			ecdn unload e0
			does "$kind, killed at step $call: unload leaves nothing" is_off
		done
		ecdn unload --all
	done
}

# requests PREFIX
requests() {
	ecdn node --json | jq -r ".nodes[] | select(.prefix == \"$1/32\") | .requests"
}

# Killed between the list and the counters: nobody else gets them.
test_killed_nodes() {
	ecdn load --ping e0
	ecdn node add $node
	is "killed node load: a node is heard" "5 5" "$(ping_from $node) $(requests $node)"
	echo 192.0.2.77 >"$work/others"
	killed "node load, killed before the counters" rename 1 node load "$work/others"
	is "killed node load: the list is the new one" 192.0.2.77/32 "$(ecdn node list --format plain)"
	is "killed node load: who came begins with none" 0 "$(requests 192.0.2.77)"
	ecdn node add $node
	is "killed node load: who comes back, too" 0 "$(requests $node)"
	ecdn unload --all
}

prepare
test_vanished
test_namespaces
test_out_of_reach
test_two_namespaces
test_killed_elsewhere
test_killed
test_killed_nodes
finish

#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Commands that are killed half-way, and pins that are not what they seem: of
# another network namespace, of names that cannot be, of somebody else.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/killer.sh
source "$(dirname "$0")/killer.sh"

pinned_program() {
	bpftool -j prog show pinned "$pin/prog/guard" | jq .id
}

# xdp_of HOST IFACE: the id of the program on it.
xdp_of() {
	on "$1" ip -j link show dev "$2" | jq -r '.[0].xdp.prog.id // empty'
}

# A link goes a moment after its last user.
has_no_xdp() {
	[ -z "$(xdp_of "$1" "$2")" ]
}

pins() {
	find "$pin"* 2>/dev/null | sort || true
}

test_killed_first_load() {
	killed "load, killed before it publishes" rename 2 load --regions "$regions" e0
	is "killed load: it is attached, and pinned nowhere else" "yes $pin-next" \
		"$(has_no_xdp edge e0 || echo yes) $(ls -d "$pin"*)"
	fails "killed load: status" 1 'nothing is loaded' ecdn status
	does "killed load: unload --all" ecdn unload --all
	does "killed load: unload --all has detached it" wait_for 5 has_no_xdp edge e0
	is "killed load: unload --all leaves no pin" "" "$(pins)"
	killed "load, killed before it publishes, again" rename 2 load --regions "$regions" e0
	does "killed load: the next load" ecdn load --regions "$regions" e0
	is "killed load: the next load is on the interface" "$(pinned_program)" "$(xdp_of edge e0)"
}

# 1: of the interface's link; 2: of the program.
test_killed_upgrade() {
	local call

	ip -n "ecdn-$id-edge" link set e1 down
	for call in 1 2; do
		ecdn unload e1 2>/dev/null || true
		killed "upgrade, killed at step $call" rename $call load e1
		does "killed upgrade, step $call: the next load" ecdn load e0 e1
		is "killed upgrade, step $call: one program on both" \
			"$(pinned_program) $(pinned_program)" \
			"$(xdp_of edge e0) $(xdp_of edge e1)"
		lacks "killed upgrade, step $call: nothing is left" next "$(ls -d "$pin"*)"
	done
}

# Pins go one by one, so there are many ways to be killed.
test_killed_unload() {
	local call

	for call in 1 5 12; do
		killed "unload --all, killed at pin $call" remove $call unload --all
		does "killed unload, pin $call: the next load" ecdn load --regions "$regions" e0
		is "killed unload, pin $call: it is on the interface" "$(pinned_program)" \
			"$(xdp_of edge e0)"
		is "killed unload, pin $call: the guard counts" 100 "$(
			flood --from 198.51.100.0/24 --count 100 >/dev/null
			stats ALPHA .packets)"
	done
	killed "unload --all, killed before the pins" rename 1 unload --all
	does "killed unload: once more" ecdn unload --all
	is "killed unload: no pin is left" " " "$(pins) $(xdp_of edge e0)"
}

# verdict ADDR: what a proxy that comes now is told.
verdict() {
	"$build/tests/tools/client" --pin-dir "$pin" <<<"verdict $1" 2>&1
}

# Killed between the slot, which packets read, and the pin, which proxies open: the next
# command of any kind, a load too, finishes it.
test_killed_table() {
	local next

	ecdn block ALPHA
	sed 's/ALPHA/BETA/' "$regions" >"$work/other"
	for next in "load" "release GAMMA"; do
		has "killed table: proxies know the one before" '^blocked .* ALPHA$' \
			"$(verdict 198.51.100.7)"
		killed "region load, killed before it pins" rename 1 region load "$work/other"
		# shellcheck disable=SC2086
		ecdn $next
		has "killed table: $next has proxies see it" '^pass .* BETA$' "$(verdict 198.51.100.7)"
		ecdn region load "$regions"
	done
	killed "allow, killed before it pins" rename 1 allow add 198.51.100.0/24
	ecdn release GAMMA
	has "killed allow: the next command has proxies see it" '^pass .* ALPHA$' \
		"$(verdict 198.51.100.7)"
	ecdn allow del 198.51.100.0/24
	has "killed allow: and its end" '^blocked .* ALPHA$' "$(verdict 198.51.100.7)"
	is "killed tables: nothing is left beside them" "" "$(find "$pin" -name '*-next')"
	ecdn unload --all
}

# What cannot be told is said, and everything goes.
test_broken_unload() {
	ecdn load --regions "$regions" e0
	mv "$pin/prog/guard" "$pin/prog/publish"
	has "unload --all: proxies cannot be told" 'prog/publish is not the program of that name' \
		"$(ecdn unload --all 2>&1)"
	is "unload --all: proxies cannot be told: no pin is left" "" "$(pins)"
	does "unload --all: proxies cannot be told: it is detached" wait_for 5 has_no_xdp edge e0
}

index_of() {
	on "$1" ip -j link show dev "$2" | jq '.[0].ifindex'
}

# An index is unique in its namespace alone.
test_other_namespace() {
	local before program host

	host other
	for host in edge other; do
		ip -n "ecdn-$id-$host" link add v0 index 77 type veth peer name v1
		ip -n "ecdn-$id-$host" link set v0 up
	done
	is "other namespace: the same index" "$(index_of edge v0)" "$(index_of other v0)"
	ecdn load --regions "$regions" v0
	before=$(pins)
	program=$(xdp_of edge v0)
	fails "other namespace: load of v0 is refused" 1 'v0.*namespace' \
		on other "$build/ecdn-xdp" load --pin-dir "$pin" v0
	is "other namespace: nothing is attached there" "" "$(xdp_of other v0)"
	is "other namespace: the program on the first one's v0 is the same" "$program" \
		"$(xdp_of edge v0)"
	is "other namespace: nor is a pin changed" "$before" "$(pins)"
	does "other namespace: another --pin-dir" \
		on other "$build/ecdn-xdp" load --pin-dir "$pin-other" --regions "$regions" v0
	on other "$build/ecdn-xdp" unload --all --pin-dir "$pin-other"
	ecdn unload --all
}

test_names() {
	does "names: the same interface twice" ecdn load --regions "$regions" e0 e0
	does "names: and in an upgrade" ecdn load e0 e0
	is "names: it is pinned once" e0 "$(ls "$pin/link")"
	fails "names: too long for an interface" 1 'abcdefghijklmnopqrst.*too long' \
		ecdn load abcdefghijklmnopqrst
	fails "names: too long, to unload" 1 'abcdefghijklmnopqrst.*too long' \
		ecdn unload abcdefghijklmnopqrst
	printf 'interfaces: [abcdefghijklmnopqrst]\n' >"$work/long.yaml"
	fails "names: too long, in a configuration" 1 "^$work/long.yaml:1: " \
		ecdn load --config "$work/long.yaml"
	ecdn unload --all
}

# foreign NAME: unload --all leaves what is there.
foreign() {
	local before

	before=$(pins)
	fails "$1: unload --all is refused" 1 'not a pin directory' \
		on edge "$build/ecdn-xdp" unload --all --pin-dir "$pin-foreign"
	is "$1: nothing is removed" "$before" "$(pins)"
}

test_foreign() {
	local map

	mkdir -p "$pin-foreign/sub"
	for map in foo sub/foo; do
		bpftool map create "$pin-foreign/$map" type array key 4 value 4 entries 1 name foo
	done
	foreign "somebody else's pins"
	mkdir "$pin-foreign/link"
	foreign "somebody else's pins, an empty directory named link"
	[ -d "$pin-foreign/link" ] || mkdir "$pin-foreign/link"
	bpftool map create "$pin-foreign/link/foo" type array key 4 value 4 entries 1 name foo
	foreign "somebody else's pins below link"
}

client_and_edge
wire client c1 edge e1
build_killer
test_killed_first_load
test_killed_upgrade
test_killed_unload
ecdn load --regions "$regions" e0
test_killed_table
test_broken_unload
test_other_namespace
test_names
test_foreign
finish

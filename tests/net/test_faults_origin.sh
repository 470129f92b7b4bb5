#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The observer is loaded, changed and taken off by commands one of whose calls fails: all is as it
# was, or all is done. And by commands that are killed: the next one goes on.
# shellcheck source=tests/net/own_net.sh
source "$(dirname "$0")/own_net.sh"
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"
STRIKES=${STRIKES:-4}
# shellcheck source=tests/net/faults.sh
source "$(dirname "$0")/faults.sh"
# shellcheck source=tests/net/killer.sh
source "$(dirname "$0")/killer.sh"
# shellcheck source=tests/net/cgroup.sh
source "$(dirname "$0")/cgroup.sh"

ecdn() {
	here "$@"
}

names() {
	[ ! -e "$pin/origin_names" ] || bpftool -j map dump pinned "$pin/origin_names" |
		jq -c '[.[].formatted | [.key.family, .key.port, .value.name, .value.sni]] | sort'
}

programs() {
	bpftool -j cgroup show "$cgroup" | jq -r '.[].name' | sort | xargs
}

meaning() {
	here status --json | jq -c '[.mode, .origin]'
	names
	programs
} 2>&1

# What ICMP says is not seen, where a warning says so.
done_without() {
	local done_without=$1

	[[ $said != *'warning: '*', so what ICMP says'* ]] ||
		done_without=${done_without//sees_icmp\":false/sees_icmp\":true}
	[ "$done_without" = "$wanted" ]
}

back_to_nothing() {
	here unload --all
} 2>/dev/null

back_to_sockets() {
	here load --quiet --origin=sockets --origin-cgroup "$cgroup" --origin-ports 443,80
	here origin del shop
	here origin add -q img 203.0.113.8
} 2>/dev/null

back_names() {
	here origin del shop
	here origin add -q img 203.0.113.8
} 2>/dev/null

# What a command leaves that was killed: the next one makes of it what it should be.
test_killed() {
	local call calls at

	for at in rename unlink remove bpf_map_update_elem bpf_link_update; do
		calls=$(calls_at "$at" load --origin)
		here load --quiet --origin=sockets
		for call in $(chosen "$calls"); do
			killed "content, killed at $at $call" "$at" "$call" load --origin
			does "content, killed at $at $call: status" here status
			does "content, killed at $at $call: load" here load --quiet --origin
			is "content, killed at $at $call: all is there" "origin origin_in origin_out" \
				"$(programs)"
			here load --quiet --origin=sockets
		done
	done
	for at in rename unlink remove bpf_map_update_elem; do
		here load --quiet --origin --origin-cgroup "$cgroup"
		calls=$(calls_at "$at" load --no-origin)
		for call in $(chosen "$calls"); do
			here load --quiet --origin --origin-cgroup "$cgroup"
			killed "off, killed at $at $call" "$at" "$call" load --no-origin
			does "off, killed at $at $call: status" here status
			does "off, killed at $at $call: load" here load --quiet --no-origin
			is "off, killed at $at $call: nothing is left" "" \
				"$(programs)$(cd "$pin" && find . -name 'origin*')"
		done
	done
}

# calls_at FUNCTION VERB...: how often it calls that, all done.
calls_at() {
	LD_PRELOAD=$work/killer.so KILL_AT=$1 KILL_COUNT=$work/calls here "${@:2}" >/dev/null
	cat "$work/calls"
}

back_loaded() {
	here load --quiet --origin --origin-cgroup "$cgroup"
	here origin add -q img 203.0.113.8
} 2>/dev/null

faults_prepare
build_killer
cgroup_make
each_fault "first load" back_to_nothing load --origin --origin-cgroup "$cgroup"
here load --quiet --regions "$regions" --max-regions 64 e0
back_to_sockets || true
each_fault "content, and other ports" back_to_sockets load --origin --origin-ports 443,8000/http
each_fault "origin add" back_names origin add shop 203.0.113.7 2001:db8::7 --sni shop.example
each_fault "origin del" back_names origin del img
back_loaded
each_fault "load --no-origin" back_loaded load --no-origin
STRIKES=2
test_killed
here unload --all
finish

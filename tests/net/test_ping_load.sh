#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# load --ping, load again, unload: by tcx and by clsact, beside the guard and beside
# filters of others.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"

# shellcheck source=tests/net/ping_load.sh
source "$(dirname "$0")/ping_load.sh"

test_alone() {
	does "$1: load --ping" ecdn load --ping --tc "$1" e0
	does "$1: a node" ecdn node add $node/32
	is "$1: what runs is what is pinned" "$(pinned_program)" "$(runs)"
	is "$1: no guard is on the interface" "false 0" "$(has_xdp) $(find "$pin/link" -type f | wc -l)"
	is "$1: status, JSON" "e0 $1" "$(status '.interfaces[] | "\(.interface) \(.state)"')"
	has "$1: status, text" "^ping +e0: $1\$" "$(ecdn status)"
	has "$1: status says what it does" \
		"^ping +answer nodes' requests, up to 100/s of each, burst 200; .* left to the host" \
		"$(ecdn status)"
	is "$1: a node is answered" 5 "$(ping_from $node)"
	is "$1: a stranger is left to the stack" 0 "$(ping_from $stranger)"
	is "$1: which status counts" 5 "$(status .events.stranger)"
	has "$1: and explains" '^ping +5 stranger: from no node' "$(ecdn status)"
}

test_settings() {
	is "$1: settings of the first load" "answer false 100 200" "$(ping_config)"
	does "$1: other settings" ecdn load --ping=pass --ping-rate 50 --ping-burst 60 \
		--ping-only-nodes e0
	is "$1: they are there" "pass true 50 60" "$(ping_config)"
	does "$1: load again" ecdn load e1
	is "$1: they stay" "pass true 50 60" "$(ping_config)"
	is "$1: and so does ping, with the new program" "$(pinned_program)" "$(runs)"
	does "$1: without an interface" ecdn load --ping=answer --no-ping-only-nodes --ping-rate 0
	is "$1: what is given changes" "answer false 0 60" "$(ping_config)"
	has "$1: no limit is said" 'however many' "$(ecdn status)"
	ecdn unload e1
}

# What holds ping to e0: a link's id; a filter says when it goes.
holder() {
	bpftool -j link show pinned "$pin/ping/e0" 2>/dev/null | tr -d '\0' | jq '.id // empty' || true
}

# Every request is answered while the program is replaced.
test_upgrade() {
	local before said link monitor

	before=$(runs)
	link=$(holder)
	(exec nsenter --net="/run/netns/ecdn-$id-edge" tc monitor >"$work/monitor") &
	monitor=$!
	on client ping -I $node -c 400 -i 0.002 -W 1 -q $edge_ip >"$work/ping" &
	said=$!
	for _ in 1 2 3; do
		does "$1: upgrade under ping" ecdn load --ping e0
	done
	wait "$said"
	kill $monitor
	said=$(cat "$work/ping")
	has "$1: upgrade without a gap" '400 packets transmitted, 400 received' "$said"
	is "$1: upgrade: the new program runs" "$(pinned_program)" "$(runs)"
	lacks "$1: upgrade: the old one does not" "^$before\$" "$(runs)"
	is "$1: upgrade: by the same link" "$link" "$(holder)"
	lacks "$1: upgrade: no filter was deleted" deleted "$(cat "$work/monitor")"
	[ "$1" != clsact ] ||
		has "$1: upgrade: but one was replaced" ' ping:' "$(cat "$work/monitor")"
}

test_others() {
	local before count

	count=$(counted)
	ping_from $stranger >/dev/null
	between "$1: filters of others meet what is not ours, both of them" 10 14 \
		$(($(counted) - count))
	before=$(filters)
	is "$1: there are two" 2 "$(grep -c . <<<"$before")"
	ecdn load --ping e0
	is "$1: an upgrade leaves them" "$before" "$(filters)"
	does "$1: unload" ecdn unload e0
	is "$1: unload leaves them" "$before" "$(filters)"
	is "$1: nothing of ours is left" "none 0 0" \
		"$(runs) $(our_filters) $(find "$pin/ping" "$pin/clsact" -mindepth 1 | wc -l)"
	count=$(counted)
	ping_from $stranger >/dev/null
	between "$1: they go on" 10 14 $(($(counted) - count))
	does "$1: load beside them" ecdn load --ping --tc "$1" e0
	is "$1: load leaves them" "$before" "$(filters)"
	is "$1: a node is answered beside them" 5 "$(ping_from $node)"
	does "$1: unload --all" ecdn unload --all
	is "$1: unload --all leaves them" "$before" "$(filters)"
	is "$1: and no pin" "" "$(pins)"
}

test_life() {
	test_alone "$1"
	test_settings "$1"
	test_upgrade "$1"
	does "$1: the qdisc of others" on edge tc qdisc replace dev e0 clsact
	filter 5
	filter 50
	test_others "$1"
	on edge tc qdisc del dev e0 clsact
}

test_qdisc() {
	ecdn load --ping --tc clsact e0
	does "qdisc: ours is made" has_clsact
	ecdn unload e0
	fails "qdisc: and removed" 1 '' has_clsact
	on edge tc qdisc add dev e0 clsact
	ecdn load --ping --tc clsact e0
	ecdn unload e0
	does "qdisc: that of others stays" has_clsact
	on edge tc qdisc del dev e0 clsact
	ecdn load --ping --tc clsact e0
	filter 3
	ecdn unload e0
	is "qdisc: ours stays while others use it" 1 "$(filters | grep -c .)"
	ecdn load --ping --tc clsact e0
	is "qdisc: ping comes before them" "2 3" "$(on edge tc -j filter show dev e0 ingress |
		jq -r '[.[] | select(.options.handle?) | .pref] | join(" ")')"
	ecdn unload --all
	on edge tc qdisc del dev e0 clsact
	ecdn load --ping --tc clsact e0
	on edge tc qdisc del dev e0 clsact
	is "qdisc: removed by hand, ping is detached" detached "$(status '.interfaces[0].state')"
	is "qdisc: removed by hand, check tells" false "$(ecdn node check --json | jq .attached)"
	has "qdisc: removed by hand, a load tells" 'warning: e0: .*no longer attached.*load --ping e0' \
		"$(ecdn load 2>&1)"
	does "qdisc: and comes back" ecdn load --ping --tc clsact e0
	is "qdisc: it runs" "$(pinned_program)" "$(runs)"
	ecdn unload --all
}

test_guard() {
	does "guard and ping" ecdn load --guard --ping --regions "$regions" e0
	is "guard and ping: both are there" "true $(pinned_program)" "$(has_xdp) $(runs)"
	is "guard and ping: status" "e0 e0" \
		"$(ecdn status --json | jq -r '"\(.interfaces[0].interface) \(.ping.interfaces[0].interface)"')"
	ecdn node add $node/32
	is "guard and ping: a node is answered" 5 "$(ping_from $node)"
	does "guard and ping: unload" ecdn unload e0
	is "guard and ping: neither is there" "false none" "$(has_xdp) $(runs)"
	fails "guard and ping: unload once more" 1 'e0 is not loaded' ecdn unload e0
	does "guard alone, as ever" ecdn load e0
	is "guard alone" "true none" "$(has_xdp) $(runs)"
	has "guard alone: status" '^ping +not attached$' "$(ecdn status)"
	does "ping is added" ecdn load --ping e0
	is "ping is added: both are there" "true $(pinned_program)" "$(has_xdp) $(runs)"
	ecdn unload --all
}

# load_fails NAME PATTERN WORD...: and has changed nothing.
load_fails() {
	local what=$1 pattern=$2 before

	shift 2
	before="$(pins) $(runs) $(has_xdp) $(on edge tc qdisc show dev e0)"
	fails "$what" 1 "$pattern" ecdn load "$@"
	is "$what: nothing is changed" "$before" \
		"$(pins) $(runs) $(has_xdp) $(on edge tc qdisc show dev e0)"
}

test_errors() {
	local kind

	fails "errors: a mode that is none" 2 'never: not a mode' ecdn load --ping=never e0
	fails "errors: a mode without its '='" 2 'pass is no interface.*--ping=pass' \
		ecdn load --ping pass e0
	fails "errors: a mode of nothing" 2 'no value' ecdn load --ping= e0
	fails "errors: a rate without ping" 2 'name --ping' ecdn load --ping-rate 5 e0
	fails "errors: only nodes without ping" 2 'name --ping' ecdn load --ping-only-nodes e0
	fails "errors: everybody without ping" 2 'name --ping' ecdn load --no-ping-only-nodes e0
	fails "errors: a TC without ping" 2 'name --ping' ecdn load --guard --tc tcx e0
	fails "errors: a TC that is none" 2 'xdp: must be' ecdn load --ping --tc xdp e0
	fails "errors: both only-nodes" 2 'exclude each other' \
		ecdn load --ping --ping-only-nodes --no-ping-only-nodes e0
	fails "errors: a burst of none" 2 'burst' ecdn load --ping --ping-burst 0 e0
	fails "errors: a rate that cannot be" 2 'rate' ecdn load --ping --ping-rate 2G e0
	fails "errors: no interface, nothing loaded" 2 'name an interface' ecdn load --ping
	for kind in $kinds; do
		load_fails "errors: $kind, an interface that is not there" 'no interface nosuch' \
			--guard --ping --tc "$kind" e0 nosuch
		ecdn load --ping --tc "$kind" e0
		load_fails "errors: $kind, an upgrade with one that is not there" \
			'no interface nosuch' --ping --tc "$kind" e0 e1 nosuch
		ecdn node add $node/32
		is "errors: $kind, the old ping answers" 5 "$(ping_from $node)"
		ecdn unload --all
	done
	ecdn load e0
	fails "errors: no interface, ping nowhere" 2 'ping is on no interface' ecdn load --ping
	ecdn load --ping --tc clsact e0
	load_fails "errors: tcx where clsact is" 'cannot change in place' --ping --tc tcx e0
	ecdn unload --all
}

local_addresses() {
	bpftool -j map dump pinned "$pin/local_addresses" | jq -r \
		'.[].formatted.key | "\(.family) \(.prefix_len - 32) \(.addr[:4] | join("."))"' | sort
}

test_addresses() {
	ecdn load --ping e0
	is "addresses: this host's own, without loopback" "4 32 192.0.2.1" "$(local_addresses)"
	is "addresses: a value is 1" 1 "$(bpftool -j map dump pinned "$pin/local_addresses" |
		jq '.[].formatted.value')"
	on edge ip address add 198.51.100.1/24 dev e0
	on edge ip address del 192.0.2.1/24 dev e0
	on edge ip route add local 203.0.113.0/24 dev lo
	on edge ip route add local default dev lo table 100
	on edge sysctl -qw net.ipv6.conf.e1.disable_ipv6=0
	on edge ip address add 2001:db8::1/64 dev e1 nodad
	does "addresses: load again" ecdn load
	is "addresses: those of now" "4 24 203.0.113.0
4 32 198.51.100.1" "$(local_addresses | grep '^4')"
	has "addresses: IPv6" '^6 128 32.1.13.184$' "$(local_addresses)"
	is "addresses: status counts them" "$(local_addresses | wc -l)" "$(status .addresses)"
	on edge sysctl -qw net.ipv4.ip_default_ttl=99
	ecdn load
	is "addresses: the TTL is the host's" "99 64" "$(status '"\(.ttl) \(.hop_limit)"')"
	on edge sysctl -qw net.ipv4.ip_default_ttl=64
	on edge sysctl -qw net.ipv6.conf.e1.disable_ipv6=1
	on edge ip address add 192.0.2.1/24 dev e0
	ecdn unload --all
}

test_configuration() {
	printf 'interfaces: [e1]\nping: {mode: pass, only_nodes: true, rate: 7, burst: 9, tc: clsact}\n' \
		>"$work/ping.yaml"
	does "configuration: ping where the guard is" ecdn load --config "$work/ping.yaml"
	is "configuration: both are on e1" "e1 e1 clsact" "$(ecdn status --json |
		jq -r '"\(.interfaces[0].interface) \(.ping.interfaces[0] | "\(.interface) \(.state)")"')"
	is "configuration: its settings" "pass true 7 9" "$(ping_config)"
	ecdn unload --all
	printf 'ping: {interfaces: [e0]}\n' >"$work/ping.yaml"
	does "configuration: ping alone" ecdn load --config "$work/ping.yaml"
	is "configuration: no guard" "0 e0" "$(ecdn status --json |
		jq -r '"\(.interfaces | length) \(.ping.interfaces[0].interface)"')"
	ecdn unload --all
	printf 'ping:\n  mode: never\n  rate: 2G\n  burst: 0\n  speed: 1\n' >"$work/ping.yaml"
	for line in 2 3 4 5; do
		fails "configuration: line $line is wrong" 1 "ping.yaml:$line: " \
			ecdn load --config "$work/ping.yaml" e0
	done
}

prepare
for kind in $kinds; do
	test_life "$kind"
done
test_qdisc
test_guard
test_errors
test_addresses
test_configuration
finish

#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The agent attaches the guard and ping again to interfaces that come back: deleted and made
# again, moved to another network namespace and back. What follows an interface by itself stays.
# It attaches nothing that nobody loaded, or that somebody has unloaded.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/watch.sh
source "$(dirname "$0")/watch.sh"

ip_edge() {
	ip -n "ecdn-$id-edge" "$@"
}

# make IFACE [OPTION...]
make() {
	ip_edge link add "$1" "${@:2}" type veth peer name "$1p"
	ip_edge link set "$1" up
	ip_edge link set "$1p" up
}

rename() {
	ip_edge link set "$1" down
	ip_edge link set "$1" name "$2"
	ip_edge link set "$2" up
}

# guarded IFACE [native|skb]
guarded() {
	local mode=

	[ "${2:-}" != skb ] || mode=generic
	ip_edge link show "$1" | grep -Eq " xdp$mode "
}

# pinged IFACE: by a filter; Debian 12's tools do not show tcx.
pinged() {
	on edge tc filter show dev "$1" ingress 2>/dev/null | grep -q ' ping'
}

state_of() {
	ecdn status --json | jq -r ".$1[] | select(.interface == \"$2\") | .state"
}

attached_by() {
	[ "$(state_of "$1" "$2")" = "$3" ]
}

test_made_again() {
	make v0
	make v1
	ecdn load -m skb v0
	ecdn load v1
	ecdn load --ping --tc clsact v0
	ecdn load --ping v1
	kind=$(state_of ping.interfaces v1)
	agent_start
	ip_edge link del v0
	make v0
	comes "made again: the guard, in the mode that was asked for" 1000 guarded v0 skb
	comes "made again: ping, as a filter" 1000 pinged v0
	comes "made again: the agent says so" 1000 agent_says 'v0: is back, and has the guard again'
	has "made again: so do events" 'agent: re-attached v0' "$(ecdn events)"
	ip_edge link del v1
	make v1
	comes "made again: the other one" 1000 guarded v1
	comes "made again: ping through $kind" 1000 attached_by ping.interfaces v1 "$kind"
	is "made again: status has nothing to say" native "$(state_of interfaces v1)"
}

# An interface keeps both while its name changes, and its name then tells which it is.
test_renamed() {
	rename v0 w0
	does "renamed: it has the guard" guarded w0 skb
	ip_edge link add v0 type veth peer name x0p
	stays "renamed: another one by its name has not" 300 guarded v0
	ip_edge link del v0
	rename w0 v0
}

test_moved() {
	ip_edge link set v0 netns "ecdn-$id-other"
	ip -n "ecdn-$id-other" link set v0 netns "ecdn-$id-edge"
	comes "moved and back: the guard" 1000 guarded v0 skb
	comes "moved and back: ping" 1000 pinged v0
	ip_edge link set v1 netns "ecdn-$id-other"
	ip -n "ecdn-$id-other" link set v1 netns "ecdn-$id-edge"
	comes "moved and back: by a link" 1000 attached_by ping.interfaces v1 "$kind"
}

# The port of a bridge keeps the guard, by which frames still pass.
test_bridge() {
	ip_edge link add br0 type bridge
	ip_edge link set v0 master br0
	does "bridge: its port has the guard" guarded v0 skb
	ip_edge link del v0
	make v0
	ip_edge link set v0 master br0
	comes "bridge: a port that is made again" 1000 guarded v0 skb
	ip_edge link set br0 up
	ip_edge link del br0
	does "bridge: without it" guarded v0 skb
}

test_vlan() {
	if ! ip_edge link add link v1p name v1p.7 type vlan id 7 2>/dev/null; then
		echo "vlan: this kernel has none"
		return
	fi
	ip_edge link set v1p.7 up
	ecdn load -m skb v1p.7
	ip_edge link del v1p.7
	ip_edge link add link v1p name v1p.7 type vlan id 7
	comes "vlan: made again" 1000 guarded v1p.7 skb
	ip_edge link del v1
	make v1
	ip_edge link add link v1p name v1p.7 type vlan id 7
	comes "vlan: with what it is on" 1000 guarded v1p.7 skb
	comes "vlan: the other end" 1000 guarded v1
	ecdn unload v1p.7
}

test_unloaded() {
	ecdn unload v1
	ip_edge link del v1
	make v1
	stays "unloaded: it stays off" 300 guarded v1
	make v2
	stays "never loaded: nor this one" 300 guarded v2
	ecdn load v1
}

# What another namespace's interface was loaded by is none of this one's.
test_foreign() {
	on other ip link add v3 type veth peer name v3p
	on other "$build/ecdn-xdp" load --pin-dir "$pin" v3
	on other ip link del v3
	make v3
	stays "another namespace's: not here" 300 guarded v3
	ip_edge link del v3
	ecdn unload v3
}

# Another program is in the way: it is told, and stays until somebody takes it off.
test_in_the_way() {
	kill -STOP "$agent"
	ip_edge link del v1
	make v1
	on edge "$build/ecdn-xdp" load --pin-dir "$pin-b" v1
	kill -CONT "$agent"
	comes "in the way: the agent tells" 2000 agent_says 'cannot attach to v1: '
	on edge "$build/ecdn-xdp" unload --all --pin-dir "$pin-b"
	comes "in the way: no more" 5000 attached_by interfaces v1 native
}

# A command that has the lock keeps the agent from it for a moment.
test_lock() {
	local lock

	lock=$(find /run/ecdn-xdp -regex ".*/${pin##*/}-[0-9a-f]+-[0-9a-f]+")
	exec 8<>"$lock"
	flock 8
	ip_edge link del v1
	make v1
	stays "locked: it waits" 300 guarded v1
	exec 8>&-
	comes "locked: until the other one is done" 3000 guarded v1
}

# What came while it was stopped, and more than the kernel keeps for it.
test_overrun() {
	local i

	kill -STOP "$agent"
	ip_edge link del v1
	for ((i = 0; i < 400; i++)); do
		echo "link set v2 mtu $((1400 + i % 2))"
	done >"$work/batch"
	ip_edge -batch "$work/batch"
	make v1
	between "overrun: messages were lost" 1 100000 "$(overruns)"
	kill -CONT "$agent"
	comes "overrun: it looks at everything" 1000 guarded v1
}

# Whatever came back without it is found when it starts.
test_restart() {
	agent_stop
	ip_edge link del v1
	make v1
	stays "no agent: nobody does it" 100 guarded v1
	agent_start
	comes "restarted: it does" 1000 guarded v1
}

test_off() {
	agent_stop
	printf 'agent:\n  watch: {links: false}\n' >"$work/off.yaml"
	agent_start --config "$work/off.yaml"
	ip_edge link del v1
	make v1
	stays "watch.links false: it does not" 300 guarded v1
	echo 'agent: {}' >"$work/off.yaml"
	kill -HUP "$agent"
	comes "SIGHUP: it does" 1000 guarded v1
}

# The agent outlives what it watches.
test_nothing_loaded() {
	ecdn unload --all
	make v4
	stays "nothing loaded: nothing is attached" 200 guarded v4
	ecdn load v4
	ip_edge link del v4
	make v4
	comes "loaded meanwhile: it follows" 1000 guarded v4
}

host edge other
test_made_again
test_renamed
test_moved
test_bridge
test_vlan
test_unloaded
test_foreign
test_in_the_way
test_lock
test_overrun
test_restart
test_off
test_nothing_loaded
agent_stop
finish

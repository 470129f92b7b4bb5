#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Connections that come past the guard are proven, and others are not, whatever becomes of the
# interfaces: one with the guard is deleted and made again, and so is the bridge that it is a port of.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/nginx.sh
source "$(dirname "$0")/nginx.sh"
# shellcheck source=tests/net/513.sh
source "$(dirname "$0")/513.sh"
# shellcheck source=tests/net/shield.sh
source "$(dirname "$0")/shield.sh"
# shellcheck source=tests/net/watch.sh
source "$(dirname "$0")/watch.sh"

ip_edge() {
	ip -n "ecdn-$id-edge" "$@"
}

index() {
	ip_edge -j link show "$1" | jq '.[0].ifindex'
}

# is_followed INDEX: whether connections by that interface are proven.
# shellcheck disable=SC2046 # four bytes
is_followed() {
	[ "$(bpftool -j map lookup pinned "$pin/shield_ifaces" key \
		$(printf '0x%02x 0x%02x 0 0' $(($1 & 255)) $(($1 >> 8))) | jq 'has("key")')" = true ]
}

# proves WHAT COUNT: so many of three connections of ALPHA are proven.
proves() {
	local before

	before=$(stats ALPHA .proven.connections)
	for _ in 1 2 3; do
		status alpha "${urls[0]}" >/dev/null
	done
	is "$1" "$2" $(($(stats ALPHA .proven.connections) - before))
}

# alpha_is_at IFACE
alpha_is_at() {
	ip_edge route replace 198.51.100.0/24 dev "$1" src $edge_ip
}

alpha_addresses() {
	ip -n "ecdn-$id-alpha" addr add $alpha_ip/32 dev a0
	ip -n "ecdn-$id-alpha" route add $edge_ip dev a0 src $alpha_ip
}

test_made_again() {
	ip_edge link del e0
	wire alpha a0 edge e0
	alpha_addresses
	alpha_is_at e0
	comes "made again: it is followed" 2000 is_followed "$(index e0)"
	proves "made again: its connections are proven" 3
}

bridge() {
	ip_edge link add br0 type bridge
	ip_edge link set e0 master br0
	ip_edge link set br0 address $edge_mac up
	alpha_is_at br0
	comes "$1: it is followed" 2000 is_followed "$(index br0)"
	proves "$1: its connections are proven" 3
}

test_bridge() {
	bridge "a bridge"
	has "a bridge: the agent says so" 'interfaces have changed' "$(<"$work/agent")"
	ip_edge link del br0
	bridge "a bridge, made again"
	ip_edge link add e9 type veth peer name e9p
	ip_edge link set e9 master br0
	comes "a bridge with another port: it is followed no more" 2000 eval \
		"! is_followed $(index br0)"
	proves "a bridge with another port: its connections are not proven" 0
	ip_edge link del br0
}

# Its index may be given to an interface without the guard.
test_gone() {
	local was

	was=$(index e0)
	ip_edge link del e0
	comes "gone: its index is not followed" 2000 eval "! is_followed $was"
}

shield_lab
agent_start
proves "as loaded: connections are proven" 3
test_made_again
test_bridge
test_gone
agent_stop
finish

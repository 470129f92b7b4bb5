#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# A node's ping is answered whatever the edge's firewall says, byte for byte as a host
# would; a stranger's meets the firewall.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/ping.sh
source "$(dirname "$0")/ping.sh"

walls=(ingress input sysctl)

# The walls stand, or what follows proves nothing; and without them both are answered.
test_walls() {
	local host wall

	for host in node stranger; do
		answered "no firewall: the host answers the $host" $host "${edge_of[$host]}"
		answered "no firewall: the host answers the $host, IPv6" $host "${edge_of6[$host]}"
	done
	for wall in "${walls[@]}"; do
		wall_up "$wall"
		silent "$wall drops the node's" node "${edge_of[node]}"
		silent "$wall drops the node's, IPv6" node "${edge_of6[node]}"
		wall_down "$wall"
	done
}

offload() {
	on node ethtool -K n0 rx "$1" tx "$1" >/dev/null
	on edge ethtool -K e0 rx "$1" tx "$1" >/dev/null
}

# sizes WALL OFFLOAD: from nothing to the MTU; ping itself compares the data, and the node's
# kernel the checksums.
sizes() {
	local size

	for size in 0 1 56 $((RANDOM % 1472)) $((RANDOM % 1472)) 1471 1472; do
		answered "$1, offload $2: $size bytes" node "${edge_of[node]}" -s "$size" -M 'do'
	done
	for size in 0 1 56 $((RANDOM % 1452)) $((RANDOM % 1452)) 1451 1452; do
		answered "$1, offload $2: IPv6, $size bytes" node "${edge_of6[node]}" -s "$size" -M 'do'
	done
	is "$1, offload $2: no checksum is wrong" "0 0 0" "$(checksum_errors node)"
}

test_answers() {
	local wall state before

	for wall in "${walls[@]}"; do
		wall_up "$wall"
		for state in on off; do
			offload $state
			sizes "$wall" $state
		done
		silent "$wall: the stranger's meets it" stranger "${edge_of[stranger]}"
		silent "$wall: the stranger's meets it, IPv6" stranger "${edge_of6[stranger]}"
		wall_down "$wall"
		answered "after $wall: the stranger's is the host's to answer" stranger \
			"${edge_of[stranger]}"
	done
	is "answers: all of them are counted" "84 84 0" "$(node_sum)"
	before=$(ping_event stranger)
	pings stranger "${edge_of[stranger]}" -c 3 -i 0.01 >/dev/null
	is "answers: a stranger's are counted too" $((before + 3)) "$(ping_event stranger)"
}

# Raw frames: every byte of the reply is known, and a second reply would be seen.
test_frames() {
	local right='^answers=1 wrong=0 ttl=64$'

	has "frame: without a firewall one answer, not two" "$right" "$(echoes)"
	wall_up ingress
	has "frame" "$right" "$(echoes)"
	has "frame: IPv6" "$right" "$(echoes6)"
	has "frame: nothing in it" "$right" "$(echoes --size 0)"
	has "frame: an odd size" "$right" "$(echoes6 --size 777)"
	has "frame: up to the MTU" "$right" "$(echoes --size 1472)"
	has "frame: the reply's TTL is the host's, not the request's" "$right" "$(echoes --ttl 3)"
	has "frame: as is its hop limit" "$right" "$(echoes6 --ttl 255)"
	has "VLAN: a tag" "$right" "$(echoes --vlan 7)"
	has "VLAN: a tag, IPv6" "$right" "$(echoes6 --vlan 4094)"
	has "VLAN: two tags" "$right" "$(echoes --vlan 7 --vlan 100 --size 1300)"
	has "VLAN: two tags, IPv6" "$right" "$(echoes6 --vlan 7 --vlan 100)"
	has "VLAN: priority bits" "$right" "$(echoes --vlan $((5 << 13 | 7)))"
	has "options: no-operations" "$right" "$(echoes --options 0101010101010100)"
	has "options: router alert" "$right" "$(echoes --options 94040000)"
	has "options: a source route is the stack's" '^answers=0' \
		"$(echoes --options 830704c633640901)"
	wall_down ingress
}

test_ttl() {
	on edge sysctl -qw net.ipv4.ip_default_ttl=77 net.ipv6.conf.{all,default,e0}.hop_limit=99
	has "TTL: the stack's own, to compare" 'ttl=77' "$(pings stranger "${edge_of[stranger]}" -c 1)"
	on edge sysctl -qw net.ipv6.conf.default.hop_limit=55
	ecdn load --ping e0
	wall_up ingress
	has "TTL: as configured at the load" 'ttl=77$' "$(echoes)"
	has "hop limit: as configured at the load" 'ttl=99$' "$(echoes6)"
	wall_down ingress
	on edge sysctl -qw net.ipv4.ip_default_ttl=64 net.ipv6.conf.{all,default,e0}.hop_limit=64
	ecdn load --ping e0
}

# Whom ping must not speak for.
test_not_ours() {
	local before

	wall_up ingress
	before=$(ping_event not_local)
	has "not ours: an address of nobody" '^answers=0' "$(echoes --to 198.51.100.77)"
	has "not ours: IPv6, an address of nobody" '^answers=0' "$(echoes6 --to 2001:db8:a::77)"
	has "not ours: the network's broadcast address" '^answers=0' "$(echoes --to 198.51.100.255)"
	has "not ours: the broadcast address" '^answers=0' "$(echoes --to 255.255.255.255)"
	has "not ours: multicast" '^answers=0' "$(echoes --to 224.0.0.1)"
	has "not ours: IPv6 multicast" '^answers=0' "$(echoes6 --to ff02::1)"
	has "not ours: loopback" '^answers=0' "$(echoes --to 127.0.0.1)"
	has "not ours: IPv6 loopback" '^answers=0' "$(echoes6 --to ::1)"
	has "not ours: another host's MAC" '^answers=0' "$(echoes --mac 02:00:00:00:00:99)"
	has "not ours: a broadcast frame" '^answers=0' "$(echoes --mac ff:ff:ff:ff:ff:ff)"
	has "not ours: a multicast frame" '^answers=0' "$(echoes6 --mac 33:33:00:00:00:01)"
	is "not ours: counted" $((before + 11)) "$(ping_event not_local)"
	has "not ours: but another address of the edge's is" '^answers=1 wrong=0' \
		"$(echoes --to "${edge_of[stranger]}")"
	wall_down ingress
	silent "not ours: the broadcast address as ping asks it" node 198.51.100.255 -b
}

# The stack puts them together, and the firewall judges them.
test_fragments() {
	local before said

	before="$(ping_event fragment) $(node_sum)"
	said=$(pings node "${edge_of[node]}" -c 2 -i 0.01 -s 4000 -W 2)
	has "fragments: the stack answers" ' 2 received' "$said"
	said=$(pings node "${edge_of6[node]}" -c 2 -i 0.01 -s 4000 -W 2)
	has "fragments: IPv6, the stack answers" ' 2 received' "$said"
	wall_up ingress
	silent "fragments: the firewall drops them" node "${edge_of[node]}" -s 4000
	wall_down ingress
	is "fragments: counted as such, and not as answered" \
		"$((${before%% *} + 6)) ${before#* }" "$(ping_event fragment) $(node_sum)"
}

# A new address is the edge's from the next load on.
test_addresses() {
	ip -n "ecdn-$id-edge" addr add 198.51.100.2/24 dev e0
	wall_up ingress
	ecdn load --ping e0
	answered "address: a new one, after a load" node 198.51.100.2
	ip -n "ecdn-$id-edge" addr del 198.51.100.2/24 dev e0
	ecdn load --ping e0
	has "address: one that is gone, after a load" '^answers=0' "$(echoes --to 198.51.100.2)"
	wall_down ingress
}

# local_route OPTION...: of the edge, IPv4 or IPv6.
local_route() {
	ip -n "ecdn-$id-edge" "-$1" route add local "${@:2}" dev lo
}

# What the host answers for is in table local, or the kernel's own entry for an address, as
# one in a VRF has in the VRF's table. A route for marked packets is neither.
test_local_routes() {
	local_route 4 10.0.0.0/8 table 100
	local_route 6 2001:db8:10::/48 table 100
	local_route 4 default table 101
	local_route 6 default table 101
	local_route 4 default
	local_route 4 203.0.113.128/25
	local_route 6 2001:db8:b:1::/64
	local_route 4 192.0.2.77 table 300 proto kernel
	local_route 6 2001:db8::77 table 300 proto kernel
	wall_up ingress
	ecdn load --ping e0
	has "local route: a proxy's, for marked packets" '^answers=0' "$(echoes --to 10.1.2.3)"
	has "local route: IPv6, a proxy's" '^answers=0' "$(echoes6 --to 2001:db8:10::1)"
	has "local route: a default one" '^answers=0' "$(echoes --to 192.0.2.99)"
	has "local route: IPv6, a default one" '^answers=0' "$(echoes6 --to 2001:db8::99)"
	has "local route: AnyIP" '^answers=1 wrong=0' "$(echoes --to 203.0.113.200)"
	has "local route: IPv6, AnyIP" '^answers=1 wrong=0' "$(echoes6 --to 2001:db8:b:1::2)"
	has "local route: an address's, in a table of its own" '^answers=1 wrong=0' \
		"$(echoes --to 192.0.2.77)"
	has "local route: IPv6, an address's" '^answers=1 wrong=0' "$(echoes6 --to 2001:db8::77)"
	wall_down ingress
}

edge_node_and_stranger
test_walls
does "load --ping" ecdn load --ping --ping-rate 10k --ping-burst 10k e0 e1
does "node add" ecdn node add $node_ip $node_ip6 --name ams-1
test_answers
test_frames
test_ttl
test_not_ours
test_fragments
test_addresses
test_local_routes
finish

#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# What a frame on the wire becomes in the counters: tags, frames that are no IP,
# frames that are cut short, jumbo frames; in native mode and in skb mode.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"

header=${edge_mac//:/}02000000ff01
# IPv4, 28 bytes, UDP, from 198.51.100.9 to the edge.
ip=4500001c0001000040110000c6336409c0000201
udp=9c4001bb00080000

# counted NAME REASON COUNT FRAME: so many times that frame, so much more of that
# reason and of no other.
counted() {
	local what=$1 wanted=$2 count=$3 before after

	before=$(stats_all .passed_unparsed)
	flood --frame "$4" --count "$count" >/dev/null
	after=$(stats_all .passed_unparsed)
	is "$what" "$wanted $count" "$(jq -rn --argjson a "$before" --argjson b "$after" \
		'[$b | to_entries[] | select(.value != $a[.key]) |
		"\(.key) \(.value - $a[.key])"] | join(", ")')"
}

test_unparsed() {
	local region

	region=$(stats ALPHA .packets)
	counted "ARP" arp 7 "${header}0806$(printf '%056d' 0)"
	counted "neither IP nor ARP" other_ethertype 5 "${header}88cc$(printf '%092d' 0)"
	counted "nine tags" vlan_depth 3 \
		"${header}$(printf '88a8%04x' 1 2 3 4 5 6 7 8)810000090800$ip$udp"
	counted "IPv4 header cut short" truncated 4 "${header}0800${ip:0:38}"
	counted "IPv6 header cut short" truncated 2 "${header}86dd6000000000001140"
	counted "a tag and nothing behind it" truncated 6 "${header}8100"
	counted "IPv4 with version 5" bad_header 3 "${header}08005500${ip:4}$udp"
	counted "IPv4 with a header of 16 bytes" bad_header 2 "${header}08004400${ip:4}$udp"
	counted "IPv6 with version 4" bad_header 2 "${header}86dd4$(printf '%079d' 0)"
	is "none of them has a region" "$region" "$(stats ALPHA .packets)"
	counted "UDP header cut short: counted" upper_truncated 9 "${header}0800$ip${udp:0:14}"
	is "UDP header cut short: in its region all the same" $((region + 9)) \
		"$(stats ALPHA .packets)"
}

# in_region NAME BYTES OPTION...: 100 frames are counted with their full length.
in_region() {
	local what=$1 size=$2 packets bytes

	shift 2
	packets=$(stats BETA .packets)
	bytes=$(stats BETA .bytes)
	flood --count 100 --size "$size" "$@" >/dev/null
	is "$what" "100 $((100 * size))" \
		"$(($(stats BETA .packets) - packets)) $(($(stats BETA .bytes) - bytes))"
}

test_tags() {
	local beta=(--from 203.0.113.0/24) beta6=(--to "$edge_ip6" --from 2001:db8:b::/48)
	local priority=(--vlan 0 --vlan 0 --vlan 0 --vlan 0 --vlan 0 --vlan 0 --vlan 0 --vlan 0)

	in_region "no tag" 100 "${beta[@]}"
	in_region "802.1Q" 100 "${beta[@]}" --vlan 7
	in_region "802.1ad and 802.1Q" 100 "${beta[@]}" --vlan 5 --vlan 7
	in_region "eight priority tags" 100 "${beta[@]}" "${priority[@]}"
	in_region "eight priority tags, IPv6" 100 "${beta6[@]}" "${priority[@]}"
	in_region "802.1Q, IPv6" 100 "${beta6[@]}" --vlan 7
	in_region "802.1ad and 802.1Q, IPv6" 100 "${beta6[@]}" --vlan 5 --vlan 7 --type syn
	in_region "largest frame of Ethernet" 1514 "${beta[@]}"
}

# Several buffers make one frame; its bytes are those of all.
test_jumbo() {
	ip -n "ecdn-$id-edge" link set e0 mtu 9000
	ip -n "ecdn-$id-client" link set c0 mtu 9000
	does "MTU 9000: load" ecdn load -m native --regions "$regions" e0
	in_region "MTU 9000: a frame of 9000 bytes" 9000 --from 203.0.113.0/24
	in_region "MTU 9000: a frame of 9014 bytes, IPv6" 9014 --to $edge_ip6 \
		--from 2001:db8:b::/48
	in_region "MTU 9000: a frame of 4090 bytes" 4090 --from 203.0.113.0/24
	in_region "MTU 9000: a small frame" 60 --from 203.0.113.0/24
	ecdn unload --all
	ip -n "ecdn-$id-edge" link set e0 mtu 1500
	ip -n "ecdn-$id-client" link set c0 mtu 1500
}

interface_state() {
	ecdn status --json | jq -r ".interfaces[] | select(.interface == \"$1\") | .state"
}

# A bridge has no XDP of its own.
test_skb() {
	local bridged said

	ip -n "ecdn-$id-edge" link add br0 type bridge
	ip -n "ecdn-$id-edge" link set br0 up
	fails "no native XDP: -m native fails" 1 'br0.*native' \
		ecdn load -m native --regions "$regions" br0
	said=$(ecdn load --regions "$regions" br0 2>&1)
	has "no native XDP: auto warns" 'warning: br0.*skb' "$said"
	is "no native XDP: auto falls back" skb "$(interface_state br0)"
	lacks "no native XDP: -q does not warn" . "$(ecdn unload --all -q 2>&1
		ecdn load -q --regions "$regions" br0 2>&1)"
	ip -n "ecdn-$id-edge" link set e0 master br0
	bridged=$(flood --from 203.0.113.0/24 --count 300 --size 200)
	is "no native XDP: what crosses the bridge is counted" "300 60000" \
		"$(stats BETA '"\(.packets) \(.bytes)"')"
	is "no native XDP: all of it was sent" 300 "$(got sent "$bridged")"
	ip -n "ecdn-$id-edge" link set e0 nomaster
	ecdn unload --all
	does "-m skb" ecdn load -m skb --regions "$regions" e0
	is "-m skb: it is" skb "$(interface_state e0)"
	in_region "-m skb: counts" 100 --from 203.0.113.0/24
	fails "-m native does not change it in place" 1 'e0.*skb.*unload' \
		ecdn load -m native e0
	does "auto leaves it as it is" ecdn load e0
	is "auto leaves it: skb" skb "$(interface_state e0)"
}

client_and_edge
ecdn load -m native --regions "$regions" e0
test_unparsed
test_tags
ecdn unload --all
test_jumbo
test_skb
finish

#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# What may be dropped: packets to the protected ports, and what hides its ports.
# And what is said when that would cut off the caller's own SSH session.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"

alpha=(--from 198.51.100.0/24)

# arrival NAME WHICH OPTION...: 500 packets pass and arrive, or are counted as dropped.
arrival() {
	local what=$1 wanted=$2 before dropped

	shift 2
	[ "$wanted" = pass ] && wanted="500 0" || wanted="0 500"
	before=$(sunk alpha)
	dropped=$(stats ALPHA .dropped_packets)
	flood --count 500 "$@" >/dev/null
	is "$what" "$wanted" \
		"$(($(sunk alpha) - before)) $(($(stats ALPHA .dropped_packets) - dropped))"
}

# ipv4_frame FRAG_OFF PROTO PAYLOAD_HEX: from 198.51.100.9 to the edge.
ipv4_frame() {
	local length=$((20 + ${#3} / 2))

	printf '%s02000000ff010800' "${edge_mac//:/}"
	printf '4500%04x0001%s40%02x0000c6336409c0000201%s' $length "$1" "$2" "$3"
}

# ipv6_fragment OFFSET_AND_FLAG PROTO: from 2001:db8:a::9, with 8 bytes.
ipv6_fragment() {
	printf '%s02000000ff0186dd' "${edge_mac//:/}"
	printf '6000000000102c4020010db8000a0000000000000000000920010db8%024x' 1
	printf '%02x00%s00000001%s' "$2" "$1" 0123456789abcdef
}

test_default_ports() {
	arrival "default: UDP 443 is dropped" drop "${alpha[@]}"
	arrival "default: TCP 80 is dropped" drop "${alpha[@]}" --type syn --port 80
	arrival "default: TCP 443, established, is dropped" drop "${alpha[@]}" --type ack
	arrival "default: SSH passes" pass "${alpha[@]}" --type syn --port 22
	arrival "default: SSH passes by IPv6" pass --to $edge_ip6 --from 2001:db8:a::/48 \
		--type ack --port 22
	arrival "default: an origin's answer passes" pass "${alpha[@]}" --type ack --sport 443 \
		--port 50000
	arrival "default: an answer by UDP from port 443 passes" pass "${alpha[@]}" --sport 443 \
		--port 50000
	arrival "default: tags hide nothing" drop "${alpha[@]}" --vlan 5 --vlan 7
	is "default: what passes is counted as well" 4000 "$(stats ALPHA .packets)"
}

test_fragments() {
	arrival "a fragment without ports is dropped" drop \
		--frame "$(ipv4_frame 2001 17 0123456789abcdef)"
	arrival "a first fragment to another port passes" pass \
		--frame "$(ipv4_frame 2000 17 9c40003500100000)"
	arrival "a first fragment to a protected port is dropped" drop \
		--frame "$(ipv4_frame 2000 17 9c4001bb00100000)"
	arrival "an IPv6 fragment without ports is dropped" drop --frame "$(ipv6_fragment 0008 17)"
	arrival "an IPv6 fragment that says it is ICMPv6 is dropped" drop \
		--frame "$(ipv6_fragment 0008 58)"
	arrival "a fragment of ICMP passes" pass --frame "$(ipv4_frame 2001 1 0123456789abcdef)"
	arrival "ICMP passes" pass --frame "$(ipv4_frame 0000 1 0800f7fe00000001)"
	is "fragments are counted" 2000 "$(stats_all .passed_unparsed.fragment)"
}

test_ports() {
	ecdn load --protect 8443/tcp,5000-5010 e0
	arrival "--protect: other ports no longer" pass "${alpha[@]}"
	arrival "--protect PORT/tcp: TCP" drop "${alpha[@]}" --type syn --port 8443
	arrival "--protect PORT/tcp: not UDP" pass "${alpha[@]}" --port 8443
	arrival "--protect PORT-PORT: the last" drop "${alpha[@]}" --port 5010
	arrival "--protect PORT-PORT: not the next" pass "${alpha[@]}" --port 5011
	ecdn load --protect 8443/tcp e0
	arrival "--protect tcp alone: fragments of UDP pass" pass \
		--frame "$(ipv4_frame 2001 17 0123456789abcdef)"
	arrival "--protect tcp alone: IPv6 fragments do not, whatever they say they are" drop \
		--frame "$(ipv6_fragment 0008 17)"
	arrival "--protect tcp alone: fragments of TCP do not" drop \
		--frame "$(ipv4_frame 2001 6 0123456789abcdef)"
	ecdn load --protect all e0
	arrival "--protect all: SSH is dropped" drop "${alpha[@]}" --type syn --port 22
	arrival "--protect all: ICMP is dropped" drop \
		--frame "$(ipv4_frame 0000 1 0800f7fe00000001)"
	ecdn load --protect 80,443 e0
}

# counted NAME REGION COUNTER TAGS: 500 datagrams with so many priority tags go there.
counted() {
	local what=$1 counter=".regions[] | select(.region == \"$2\") | $3.packets" before tags=()
	local i

	for ((i = 0; i < $4; i++)); do
		tags+=(--vlan 0)
	done
	before=$(stats_all "$counter")
	flood --count 500 "${alpha[@]}" "${tags[@]}" >/dev/null
	is "$what" 500 "$(($(stats_all "$counter") - before))"
}

# Linux strips any number of them.
test_priority_tags() {
	counted "three priority tags hide nothing" ALPHA .dropped.blocked 3
	counted "eight priority tags hide nothing" ALPHA .dropped.blocked 8
	counted "nine are dropped for what they are" -- .dropped.vlan_depth 9
	counted "nine are among all drops of region --" -- '{packets: .dropped_packets}' 9
	ecdn load --monitor e0
	counted "monitor: nine would be dropped" -- .would_drop.vlan_depth 9
	ecdn load --enforce e0
}

# Surges are measured on the protected ports alone.
test_measure() {
	ecdn release ALPHA
	# Until the slow window has forgotten what came before.
	sleep 2.2
	ecdn limit set ALPHA --pps 1k --prefix-pps 100
	flood "${alpha[@]}" --rate 20k --seconds 500ms --port 22 >/dev/null
	is "a flood to other ports is no surge" normal "$(state ALPHA)"
	flood "${alpha[@]}" --rate 20k --seconds 500ms >/dev/null
	is "a flood to protected ports is one" limited "$(state ALPHA)"
	arrival "in a surge other ports pass" pass "${alpha[@]}" --port 22 --type ack
	ecdn limit clear ALPHA
	ecdn release ALPHA
}

# What a command says, with an SSH session from ALPHA around it.
over_ssh() {
	SSH_CONNECTION="$1 60000 $edge_ip $2" ecdn "${@:3}" 2>&1
}

test_ssh() {
	has "ssh: --protect all names what to allow" 'warning: .*allow add 198\.51\.100\.9' \
		"$(over_ssh 198.51.100.9 22 load --protect all e0)"
	has "ssh: block of its region" 'warning: this blocks the region .*allow add 198\.51\.100\.9' \
		"$(over_ssh 198.51.100.9 22 block ALPHA)"
	has "ssh: block, found in the parent's environment" 'warning: .*allow add 2001:db8:a::9' \
		"$(SSH_CONNECTION="2001:db8:a::9 60000 $edge_ip6 22" on edge bash -c \
			"env -u SSH_CONNECTION $build/ecdn-xdp block ALPHA --pin-dir $pin; true" 2>&1)"
	has "ssh: a client that came by IPv4 to an IPv6 socket" \
		'warning: this blocks the region .*allow add 198\.51\.100\.9$' \
		"$(over_ssh ::ffff:198.51.100.9 22 block ALPHA)"
	has "ssh: a client with a zone" 'warning: .*allow add 2001:db8:a::9$' \
		"$(over_ssh 2001:db8:a::9%e0 22 block ALPHA)"
	lacks "ssh: block of another region is no reason" 'warning' \
		"$(over_ssh 198.51.100.9 22 block BETA)"
	lacks "ssh: -q says nothing" '.' "$(over_ssh 198.51.100.9 22 block ALPHA -q)"
	ecdn allow add 198.51.100.0/28
	lacks "ssh: nor when it is allowed" 'warning' "$(over_ssh 198.51.100.9 22 block ALPHA)"
	ecdn load --protect 80,443 e0
	lacks "ssh: nor when its port is not protected" 'warning' \
		"$(over_ssh 198.51.100.99 22 block ALPHA)"
	printf '192.0.2.77/32 NEWLY\n' >"$work/newly"
	printf 'block: [NEWLY]\n' >"$work/newly.yaml"
	has "ssh: block of a region that comes with the same load" \
		'warning: this blocks the region .*allow add 192\.0\.2\.77$' \
		"$(over_ssh 192.0.2.77 443 load --regions "$regions" --regions "$work/newly" \
			--config "$work/newly.yaml" e0)"
	ecdn load --regions "$regions" e0
	has "ssh: its port among others" 'warning: .*port 443.*allow add 198\.51\.100\.99' \
		"$(over_ssh 198.51.100.99 443 block ALPHA)"
}

client_and_edge
sink_regions e0
ecdn load --shield off --regions "$regions" e0
ecdn limit set default --grace 0s
ecdn block ALPHA
test_default_ports
test_fragments
test_priority_tags
test_ports
test_measure
test_ssh
finish

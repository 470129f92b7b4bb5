#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# What has no socket here is not dropped for it: connections that a rule of the firewall sends to
# another namespace, beside served ones on the same port. And what does not come past the guard
# proves nothing: of this host, of a container, of another network namespace.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/nginx.sh
source "$(dirname "$0")/nginx.sh"
# shellcheck source=tests/net/513.sh
source "$(dirname "$0")/513.sh"
# shellcheck source=tests/net/shield.sh
source "$(dirname "$0")/shield.sh"
# shellcheck source=tests/net/box.sh
source "$(dirname "$0")/box.sh"

# What is forwarded is not proven, so that the clients' prefixes share a wider one's limit with the
# flood's, which is to stay below that.
RATE=10k

limits() {
	ecdn limit clear ALPHA
	ecdn limit set ALPHA --hold 1s "$@"
	ecdn release ALPHA
}

# proves: connections that were proven, addresses that are armed, bytes that are known.
proves() {
	echo "$(stats_all '[.regions[].proven.connections] | add')" \
		"$(ecdn status --json | jq '.proven.armed | length')" \
		"$(bpftool -j map dump pinned "$pin/known" | jq '[.[].value[] | select(. != "0x00")] | length')"
}

# unproven: connections by an interface without the guard.
unproven() {
	stats_all .give_ups.unproven
}

# fetch HOST ADDRESS [CURL-OPTION...]
fetch() {
	local host=$1 to=$2

	shift 2
	[[ $to = *:* ]] && to="[$to]"
	on "$host" curl -s -m 2 -w '%{http_code}' -o /dev/null "$@" "http://$to/" || true
}

# test_nothing_proven: before anybody has connected past the guard.
test_nothing_proven() {
	local said before

	is "nobody has connected" "0 0 0" "$(proves)"
	is "over loopback" "200 200" "$(fetch edge 127.0.0.1) $(fetch edge ::1)"
	is "over loopback: proves nothing" "0 0 0" "$(proves)"
	is "from the host to its own address" "200 200 200" \
		"$(fetch edge $edge_ip) $(fetch edge $edge_ip6) $(fetch edge $edge_ip --interface 127.0.0.1)"
	is "from the host to its own address: proves nothing" "0 0 0" "$(proves)"
	before=$(unproven)
	is "from a container, in ALPHA's name" "200 200" \
		"$(fetch box $edge_ip --interface $lying_ip) $(
		fetch box $edge_ip6 --interface $lying_ip6)"
	is "from a container: proves nothing" "0 0 0" "$(proves)"
	is "from a container: is counted as unproven" 2 $(($(unproven) - before))
	is "to another namespace's listener" "200 200" "$(fetch alpha $away_ip) $(
		fetch alpha $away_ip6)"
	is "to another namespace's listener: proves nothing" "0 0 0" "$(proves)"
	said=$(fetch alpha $edge_ip)
	is "past the guard" 200 "$said"
	is "past the guard: proves" "1 1 2" "$(proves)"
}

# Real connections of a container turn no region.
test_container_surge() {
	limits --cps 20 --grace 0s
	on box curl -s --interface $lying_ip -H 'Connection: close' -o /dev/null \
		"http://$edge_ip/?[1-300]"
	is "300 connections of a container at --cps 20: ALPHA is" normal "$(state ALPHA)"
}

# test_forwarded WHAT TYPE TO FROM OPTION...: the client of who is forwarded loses nothing, and
# nothing that goes there is dropped for having no socket.
test_forwarded() {
	local what=$1 type=$2 to=$3 from=$4 url=http://$5/ before segments

	shift 5
	limits "$@"
	before=$(dropped ALPHA no_socket)
	segments=$(retransmitted alpha)
	flood_start "$work/flood" --type "$type" --port 80 --ports --to "$to" --from "$from" --rate $RATE
	is "$what: shielded" shielded "$(state ALPHA)"
	keep alpha "$url" 20/s 40 >"$work/kept" &
	ask alpha "$url" 20/s 40 >"$work/asked"
	wait $!
	flood_stop "$what"
	echo "# $what: $(got pps "$(<"$work/flood")")/s, $(($(dropped ALPHA no_socket) - before))" \
		"dropped as no_socket; new: $(times "$work/asked")"
	is "$what: new connections of who is forwarded" "40 200" "$(answers_in "$work/asked")"
	is "$what: the old one" "40 200" "$(answers_in "$work/kept")"
	is "$what: none of their segments is lost" "$segments" "$(retransmitted alpha)"
	[ "$to" = $edge_ip ] || [ "$to" = $edge_ip6 ] ||
		is "$what: nothing is dropped as no_socket" "$before" "$(dropped ALPHA no_socket)"
}

shield_lab
box
forward
test_nothing_proven
test_container_surge
does "look-ups find sockets" arm
test_forwarded "SYNs, to who is served" syn $edge_ip $whole $away_ip --cps 5k
test_forwarded "SYNs, to who is forwarded" syn $away_ip $whole $away_ip --cps 5k
test_forwarded "ACKs, to who is served" ack $edge_ip $whole $away_ip --pps 5k
test_forwarded "ACKs, to who is forwarded" ack $away_ip $whole $away_ip --pps 5k
test_forwarded "ACKs, to who is served, IPv6" ack $edge_ip6 $whole6 "[$away_ip6]" --pps 5k
test_forwarded "ACKs, to who is forwarded, IPv6" ack $away_ip6 $whole6 "[$away_ip6]" --pps 5k
finish

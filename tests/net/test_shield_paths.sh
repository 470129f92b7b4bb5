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

far_ip=198.51.100.77 far_ip6=2001:db8:a:77::77

limits() {
	ecdn limit clear ALPHA
	ecdn limit set ALPHA --hold 1s "$@"
	ecdn release ALPHA
}

# proves: connections that were proven, addresses that are armed, lines that have known addresses.
# Both cells of an address may be one.
proves() {
	echo "$(stats_all '[.regions[].proven.connections] | add')" \
		"$(ecdn status --json | jq '.proven.armed | length')" \
		"$(bpftool -j map dump pinned "$pin/known" | jq '[.[] | select(any(.value[]; . != "0x00"))] | length')"
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
	is "past the guard: proves" "1 1 1" "$(proves)"
}

# connections HOST URL [CURL-OPTION...]: 300, as fast as one after the other can be.
connections() {
	on "$1" curl -s -H 'Connection: close' -o /dev/null -w '%{http_code}\n' "${@:3}" \
		"$2?[1-300]" | sort | uniq -c | sed 's/^ *//'
}

# Real connections that do not come past the guard turn no region: a container's, in the name of
# ALPHA, and those of a user of this host, to addresses of GAMMA that the host has.
test_other_surges() {
	limits --cps 20 --grace 0s
	ecdn limit set GAMMA --cps 20 --grace 0s --hold 1s
	is "of a container" "300 200" "$(connections box "${urls[0]}" --interface $lying_ip)"
	is "of a container, IPv6" "300 200" "$(connections box "${urls[1]}" --interface $lying_ip6)"
	is "of a container, at --cps 20: ALPHA is" normal "$(state ALPHA)"
	is "of this host" "300 200" "$(connections edge "${urls[0]}")"
	is "of this host, IPv6" "300 200" "$(connections edge "${urls[1]}")"
	is "of this host, at --cps 20: GAMMA is" normal "$(state GAMMA)"
	is "of neither: proves anything" 1 "$(proves | cut -d ' ' -f 1)"
	ecdn limit clear GAMMA
}

# far_clients: those who are forwarded have other addresses of ALPHA than those who are served, as
# what is known excuses a packet without a socket.
far_clients() {
	local netns=ecdn-$id-alpha

	ip -n "$netns" addr add $far_ip/32 dev a0
	ip -n "$netns" addr add $far_ip6/128 dev a0 nodad
	ip -n "$netns" route replace $away_ip dev a0 src $far_ip
	ip -n "$netns" route replace $away_ip6 dev a0 src $far_ip6
	ip -n "ecdn-$id-edge" route add 2001:db8:a::/48 via $alpha_ip6 dev e0 src $edge_ip6 onlink
}

# test_forwarded WHAT TYPE TO FROM OPTION...: the client of who is forwarded loses nothing, and
# nothing that goes there is dropped for having no socket.
test_forwarded() {
	local what=$1 type=$2 to=$3 from=$4 url=http://$5/ before segments

	shift 5
	limits "$@"
	before=$(dropped ALPHA no_socket)
	segments=$(lost alpha)
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
	is "$what: none of their segments is lost" "$segments" "$(lost alpha)"
	[ "$to" = $edge_ip ] || [ "$to" = $edge_ip6 ] ||
		is "$what: nothing is dropped as no_socket" "$before" "$(dropped ALPHA no_socket)"
}

# arm_falsely: what is forwarded, as if look-ups had found sockets there: the address differs from
# the one that is served in its last byte.
arm_falsely() {
	local key value

	bpftool -j map dump pinned "$pin/armed" |
		jq -r '.[] | .key[if .key[18] == "0x04" then 3 else 15 end] = "0x07" |
			"\(.key | join(" "))|\(.value | join(" "))"' |
		while IFS='|' read -r key value; do
			# shellcheck disable=SC2086 # bytes
			bpftool map update pinned "$pin/armed" key $key value $value
		done
}

# test_armed_falsely WHAT TO FROM URL: who is forwarded is cut off then: the tests above could fail.
test_armed_falsely() {
	limits --pps 5k
	flood_start "$work/flood" --type ack --port 80 --ports --to "$2" --from "$3" --rate $RATE
	ask alpha "$4" 20/s 4 >"$work/asked"
	flood_stop "$1"
	is "$1: who is forwarded is cut off" "4 000" "$(answers_in "$work/asked")"
}

shield_lab
box
forward
test_nothing_proven
test_other_surges
far_clients
does "look-ups find sockets" arm
test_forwarded "SYNs, to who is served" syn $edge_ip $whole $away_ip --cps 5k
test_forwarded "SYNs, to who is forwarded" syn $away_ip $whole $away_ip --cps 5k
test_forwarded "SYNs, to who is served, IPv6" syn $edge_ip6 $whole6 "[$away_ip6]" --cps 5k
test_forwarded "SYNs, to who is forwarded, IPv6" syn $away_ip6 $whole6 "[$away_ip6]" --cps 5k
test_forwarded "ACKs, to who is served" ack $edge_ip $whole $away_ip --pps 5k
test_forwarded "ACKs, to who is forwarded" ack $away_ip $whole $away_ip --pps 5k
test_forwarded "ACKs, to who is served, IPv6" ack $edge_ip6 $whole6 "[$away_ip6]" --pps 5k
test_forwarded "ACKs, to who is forwarded, IPv6" ack $away_ip6 $whole6 "[$away_ip6]" --pps 5k
does "what is forwarded is armed falsely" arm_falsely
test_armed_falsely "armed falsely" $edge_ip $whole "http://$away_ip/"
test_armed_falsely "armed falsely, IPv6" $edge_ip6 $whole6 "http://[$away_ip6]/"
finish

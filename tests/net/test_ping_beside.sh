#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Ping with its settings, and beside what else is on an interface: marks for a firewall,
# strangers dropped, the rate, other TC programs, the guard, upgrades.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/ping.sh
source "$(dirname "$0")/ping.sh"

test_pass() {
	ecdn load --ping=pass e0 e1
	wall_up input
	silent "pass: without a rule the firewall drops it" node "${edge_of[node]}"
	is "pass: it went on, though" 2 "$(ecdn node --json | jq '[.nodes[].passed] | add')"
	is "pass: which is no answer" "2 0 0" "$(node_sum)"
	ecdn node rule --format nft >"$work/rule"
	does "pass: the rule that is printed is nft's" on edge bash -e "$work/rule"
	answered "pass: with it the node gets through" node "${edge_of[node]}"
	answered "pass: IPv6" node "${edge_of6[node]}"
	answered "pass: any size" node "${edge_of[node]}" -s 1472 -M 'do'
	silent "pass: the stranger does not" stranger "${edge_of[stranger]}"
	silent "pass: IPv6, the stranger does not" stranger "${edge_of6[stranger]}"
	wall_down input
	ecdn load --ping=answer e0
	wall_up input
	answered "pass: back to answer" node "${edge_of[node]}"
	wall_down input
}

test_only_nodes() {
	local before

	ecdn load --ping --ping-only-nodes e0 e1
	before=$(ping_event stranger_dropped)
	answered "only nodes: the node" node "${edge_of[node]}"
	answered "only nodes: IPv6" node "${edge_of6[node]}"
	silent "only nodes: a stranger, whom the host would answer" stranger "${edge_of[stranger]}"
	silent "only nodes: IPv6, a stranger" stranger "${edge_of6[stranger]}"
	is "only nodes: counted" $((before + 4)) "$(ping_event stranger_dropped)"
	has "only nodes: the edge's own pings come back" ' 2 received' \
		"$(pings edge $stranger_ip -c 2 -i 0.01 -W 2)"
	ip -n "ecdn-$id-edge" neigh flush dev e1
	ip -n "ecdn-$id-stranger" neigh flush dev s0
	has "only nodes: neighbours are found anew" ' 2 received' \
		"$(pings edge $stranger_ip6 -c 2 -i 0.01 -W 2)"
	has "only nodes: by the stranger's own request, too" "lladdr $edge_mac" \
		"$(ip -6 -n "ecdn-$id-stranger" neigh show to "${edge_of6[stranger]}")"
}

# An edge that is a router, too: what goes through it is not its own.
test_forwarded() {
	local before

	on edge sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
	ip -n "ecdn-$id-stranger" route add $node_ip via "${edge_of[stranger]}"
	ip -n "ecdn-$id-stranger" route add $node_ip6 via "${edge_of6[stranger]}"
	ip -n "ecdn-$id-node" route add $stranger_ip via "${edge_of[node]}"
	ip -n "ecdn-$id-node" route add $stranger_ip6 via "${edge_of6[node]}"
	before="$(ping_event stranger_dropped) $(ping_event not_local)"
	answered "forwarded: only nodes: a stranger's to another host" stranger $node_ip
	answered "forwarded: IPv6, a stranger's to another host" stranger $node_ip6
	answered "forwarded: a node's to another host" node $stranger_ip
	is "forwarded: counted as not this host's" "${before% *} $((${before#* } + 3))" \
		"$(ping_event stranger_dropped) $(ping_event not_local)"
	silent "forwarded: a stranger's to the router itself" stranger "${edge_of[stranger]}"
	on edge sysctl -qw net.ipv4.ip_forward=0 net.ipv6.conf.all.forwarding=0
}

# To everybody is to this host, too.
test_only_nodes_group() {
	ecdn load --ping --no-ping-only-nodes e0 e1
	on edge sysctl -qw net.ipv4.icmp_echo_ignore_broadcasts=0
	has "only nodes: broadcast, without it the host answers" ' 2 received' \
		"$(pings stranger 203.0.113.255 -b -c 2 -i 0.01 -W 2)"
	has "only nodes: multicast, without it the host answers" ' 2 received' \
		"$(pings stranger ff02::1%s0 -L -c 2 -i 0.01 -W 2)"
	ecdn load --ping --ping-only-nodes e0 e1
	silent "only nodes: a stranger's to a broadcast address" stranger 203.0.113.255 -b
	silent "only nodes: a stranger's to a multicast address" stranger ff02::1%s0 -L
	on edge sysctl -qw net.ipv4.icmp_echo_ignore_broadcasts=1
}

# Behind the node a link takes less. Its errors reach the edge, ping or not.
test_path_mtu() {
	host far
	on far sysctl -qw net.ipv6.conf.{all,default}.disable_ipv6=0
	on node sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
	wire node n1 far f0 mtu 1400
	ip -n "ecdn-$id-node" addr add 198.18.0.1/24 dev n1
	ip -n "ecdn-$id-node" addr add 2001:db8:1000::1/64 dev n1 nodad
	ip -n "ecdn-$id-far" addr add 198.18.0.2/24 dev f0
	ip -n "ecdn-$id-far" addr add 2001:db8:1000::2/64 dev f0 nodad
	ip -n "ecdn-$id-far" route add default via 198.18.0.1
	ip -n "ecdn-$id-far" route add default via 2001:db8:1000::1
	ip -n "ecdn-$id-edge" route add 198.18.0.0/24 via $node_ip
	ip -n "ecdn-$id-edge" route add 2001:db8:1000::/64 via $node_ip6
	has "path MTU: fragmentation needed arrives" 'mtu = ?1400' \
		"$(pings edge 198.18.0.2 -c 2 -i 0.1 -W 1 -s 1450 -M 'do')"
	has "path MTU: the edge goes by it" 'mtu 1400' \
		"$(ip -n "ecdn-$id-edge" route get 198.18.0.2)"
	has "path MTU: packet too big arrives" 'mtu=1400' \
		"$(pings edge 2001:db8:1000::2 -c 2 -i 0.1 -W 1 -s 1440 -M 'do')"
	has "path MTU: IPv6, the edge goes by it" 'mtu 1400' \
		"$(ip -6 -n "ecdn-$id-edge" route get 2001:db8:1000::2)"
}

# test_rate FAMILY ADDRESS PREFIX: what is above the rate is dropped, and every one counted.
# How long it took is ping's to say; a jiffy more or less is a token or so.
test_rate() {
	local rate=25 burst=60 sent=400 said got ms before after

	before=$(node_sum "$3")
	said=$(pings node "$2" -f -q -c $sent)
	got=$(received "$said")
	ms=$(sed -nE 's/.* time ([0-9]+)ms.*/\1/p' <<<"$said")
	after=$(node_sum "$3")
	is "rate, $1: all were sent" "$sent" "$(sed -nE 's/^([0-9]+) packets.*/\1/p' <<<"$said")"
	between "rate, $1: the burst and then the rate ($ms ms)" \
		$((burst + rate * ms / 1000 * 9 / 10 - 2)) $((burst + rate * ms / 1000 + 3)) "$got"
	is "rate, $1: requests are what was sent, answers and drops" \
		"$sent $got $((sent - got))" "$(difference "$before" "$after")"
}

difference() {
	paste <(tr ' ' '\n' <<<"$1") <(tr ' ' '\n' <<<"$2") | awk '{ print $2 - $1 }' | paste -sd ' '
}

test_rates() {
	wall_up ingress
	ecdn load --ping --no-ping-only-nodes --ping-rate 25 --ping-burst 60 e0 e1
	ecdn node del $node_ip $node_ip6
	ecdn node add $node_ip $node_ip6 --name ams-1
	is "rate: a node that was off the list begins anew" "0 0 0" "$(node_sum)"
	test_rate IPv4 "${edge_of[node]}" '^198'
	test_rate IPv6 "${edge_of6[node]}" '^2001'
	has "rate: last seen now" '^[01]$' "$(ecdn node --json |
		jq '[.nodes[] | now - (.last_seen | fromdate)] | min | floor')"
	ecdn load --ping --ping-rate 10k --ping-burst 10k e0 e1
	wall_down ingress
}

# --- others at the same interface

# other NAME [IFACE]: a TC program that counts IPv4 packets; held by tcx if there is an
# interface, which fails where the kernel has none.
other() {
	on edge "$build/tests/tools/bystander" "$pin-other-$1" ${2:+"$2"}
}

other_filter() {
	other "$1"
	on edge tc filter add dev e0 ingress pref "$2" bpf da object-pinned "$pin-other-$1/program"
}

counted() {
	local other

	for other in "$@"; do
		"$build/tests/tools/bystander" "$pin-other-$other"
	done | paste -sd ' '
}

filters() {
	on edge tc filter show dev e0 ingress | grep bystander
}

# beside NAME OTHER...: each counts all five pings of a neighbour who is no node, and the
# node is answered through the firewall.
beside() {
	local before after said what=$1

	shift
	before=$(counted "$@")
	said=$(pings node "${edge_of[node]}" -I 198.51.100.10 -q -c 5 -i 0.01 -W 0.3)
	after=$(counted "$@")
	has "$what: the firewall is in force" ' 0 received' "$said"
	is "$what: others count on" "${*//*/5}" "$(difference "$before" "$after")"
	answered "$what: the node is answered" node "${edge_of[node]}"
}

# test_beside HOW
test_beside() {
	local others=("$1-filter") filters before

	wall_up ingress
	on edge tc qdisc add dev e0 clsact
	other_filter "$1-filter" 7
	other "$1-tcx" e0 && others+=("$1-tcx")
	ecdn load --ping --tc "$1" e0
	is "beside, $1: it is there" "$1" "$(how_attached)"
	beside "$1, after others" "${others[@]}"
	other_filter "$1-last" 4321
	others+=("$1-last")
	other "$1-tcx-last" e0 && others+=("$1-tcx-last")
	filters=$(filters)
	beside "$1, between others" "${others[@]}"
	ecdn load --ping e0
	beside "$1, upgraded" "${others[@]}"
	before=$(counted "${others[@]}")
	does "beside, $1: unload" ecdn unload e0
	is "beside, $1: it is gone" "" "$(how_attached)"
	silent "beside, $1: the firewall is in force again" node "${edge_of[node]}"
	is "beside, $1: others count the node's then" "${others[*]//*/2}" \
		"$(difference "$before" "$(counted "${others[@]}")")"
	is "beside, $1: their filters are what they were" "$filters" "$(filters)"
	has "beside, $1: and so is the qdisc" clsact "$(on edge tc qdisc show dev e0)"
	rm -r "$pin-other-$1"*
	on edge tc qdisc del dev e0 clsact
	wall_down ingress
}

# tcx, clsact or nothing: what is pinned, if the kernel agrees. bpftool 7.5 shows the
# link and ends with 255.
how_attached() {
	local link

	link=$(bpftool -j link show pinned "$pin/ping/e0" 2>/dev/null | tr -d '\0') || true
	if [[ $link = *'"prog_id":'* ]]; then
		echo tcx
	elif [ -e "$pin/ping/e0" ] || on edge tc filter show dev e0 ingress | grep -q ' ping '; then
		on edge tc filter show dev e0 ingress | sed -n 's/.* ping .*/clsact/p'
	fi
}

program_id() {
	bpftool -j prog show pinned "$pin/prog/ping" | jq .id
}

# A qdisc of ours goes with us.
test_own_qdisc() {
	ecdn load --ping --tc clsact e0
	has "own qdisc: it is made" clsact "$(on edge tc qdisc show dev e0)"
	ecdn unload e0
	lacks "own qdisc: it is removed" clsact "$(on edge tc qdisc show dev e0)"
}

# --- the guard on the same interface

# all_answered NAME HOST-ADDRESS COUNT
all_answered() {
	local said

	said=$(pings node "$2" -q -c "$3" -i 0.01 -W 2)
	is "$1" "$3" "$(received "$said")"
}

test_guard() {
	wall_up ingress
	ecdn load --ping --guard --shield off --regions "$regions" --protect all e0
	answered "guard: a node in a normal region" node "${edge_of[node]}"
	is "guard: it counts there too" 1 "$(($(stats ALPHA .packets) >= 1))"

	ecdn block ALPHA
	all_answered "guard: a node in a blocked region" "${edge_of[node]}" 20
	all_answered "guard: IPv6, a node in a blocked region" "${edge_of6[node]}" 20
	wall_down ingress
	silent "guard: its neighbour in that region, by the guard" node "${edge_of[node]}" \
		-I 198.51.100.10
	is "guard: who alone was dropped" 2 "$(stats ALPHA .dropped_packets)"
	ecdn release ALPHA
	answered "guard: the neighbour after the block" node "${edge_of[node]}" -I 198.51.100.10
}

test_limited() {
	local surge before

	wall_up ingress
	ecdn limit set ALPHA --pps 1k --prefix-pps 10 --grace 0s --hold 10s
	(exec nsenter --net="/run/netns/ecdn-$id-node" "$build/tests/tools/flood" --dev n0 \
		--mac $edge_mac --to "${edge_of[node]}" --from 198.51.100.128/25 --rate 20k \
		--seconds 20s >/dev/null) &
	surge=$!
	does "limited: the region is, by a surge" wait_for 5 region_is limited
	before=$(node_sum '^198')
	all_answered "limited: a node of that region, of its prefix even" "${edge_of[node]}" 100
	is "limited: all of its are counted" "100 100 0" \
		"$(difference "$before" "$(node_sum '^198')")"
	is "limited: it was so until then" limited "$(state ALPHA)"
	does "limited: the surge outlasts it" kill "$surge"
	wait "$surge" || true
	ecdn limit clear ALPHA
	wall_down ingress
}

region_is() {
	[ "$(state ALPHA)" = "$1" ]
}

# --- from load to unload

# test_upgrade WHAT COMMAND...: again and again while the node pings, and none is lost.
test_upgrade() {
	local what=$1 pinging before program loads=0 failures=0 count=800

	shift
	wall_up ingress
	before=$(node_sum '^198')
	program=$(program_id)
	on node ping -n -q -c $count -i 0.005 -W 2 "${edge_of[node]}" >"$work/pinging" &
	pinging=$!
	sleep 0.2
	while "$@" || failures=$((failures + 1)); kill -0 $pinging 2>/dev/null; do
		loads=$((loads + 1))
	done
	wait $pinging || true
	between "$what: several loads while it pings" 2 1000 $loads
	is "$what: all succeed" 0 "$failures"
	does "$what: the program is another one" [ "$(program_id)" != "$program" ]
	is "$what: every ping is answered" $count "$(received "$(<"$work/pinging")")"
	is "$what: every ping is counted" "$count $count 0" \
		"$(difference "$before" "$(node_sum '^198')")"
	wall_down ingress
}

test_unload() {
	wall_up input
	answered "unload: before" node "${edge_of[node]}"
	does "unload --all" ecdn unload --all
	does "unload --all: no pins" [ ! -e "$pin" ]
	silent "unload --all: the firewall is in force again" node "${edge_of[node]}"
	silent "unload --all: IPv6" node "${edge_of6[node]}"
	wall_down input
	answered "unload --all: the host answers as ever" node "${edge_of[node]}"
	lacks "unload --all: nothing is left in the kernel" ' name ping ' \
		"$(on edge tc filter show dev e0 ingress)"
}

edge_node_and_stranger
ip -n "ecdn-$id-node" addr add 198.51.100.10/24 dev n0
ecdn load --ping e0 e1
ecdn node add $node_ip $node_ip6 --name ams-1
test_pass
test_only_nodes
test_forwarded
test_only_nodes_group
test_path_mtu
test_rates
ecdn unload e0
test_beside tcx
test_beside clsact
test_own_qdisc
test_guard
test_limited
test_upgrade "upgrade of both" ecdn load e0
test_upgrade "upgrade of ping" ecdn load --ping e0
ecdn unload e0
ecdn load --ping --tc clsact e0
test_upgrade "upgrade, clsact" ecdn load --ping e0
test_unload
finish

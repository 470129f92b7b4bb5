#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# An address that was served here moves into a container: clients that are known find no socket
# here any more, so that the guard stops to look for any, before a flood comes. One customer, however
# many /64s he has, does not make it stop.
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

# Clients of ALPHA, as a few could be somebody who means it.
clients=(198.51.100.{20..59})
asking=()

# clients_ask RATE COUNT: each on a connection of its own, from its own address.
clients_ask() {
	local from

	asking=()
	for from in "${clients[@]}"; do
		on alpha curl -s -m 5 --rate "$1" --interface "$from" -o /dev/null \
			-w '%{stderr}%{http_code}\n' "http://$moving_ip/?[1-$2]" 2>"$work/from.$from" &
		asking+=($!)
	done
}

# The connections that are open at the end are not answered any more.
clients_answered() {
	is "$1" 200 "$(cat "$work"/from.* | sort -u | paste -sd ' ')"
}

test_moved() {
	local began from

	ecdn limit set ALPHA --pps 5k --hold 1s
	ip -n "ecdn-$id-edge" addr add $moving_ip/32 dev lo
	ip -n "ecdn-$id-alpha" route add $moving_ip dev a0 src $alpha_ip
	for from in "${clients[@]}"; do
		ip -n "ecdn-$id-alpha" addr add "$from/32" dev a0
	done
	clients_ask 4/s 20
	wait "${asking[@]}"
	clients_answered "moved: first it is served here"
	does "moved: look-ups find sockets" wait_for 5 armed_is $moving_ip:80 armed
	on edge nft add rule inet forward in ip daddr $moving_ip tcp dport 80 dnat ip to $box_ip
	began=$SECONDS
	clients_ask 4/s 1000
	does "moved: it is disarmed" wait_for 60 armed_is $moving_ip:80 disarmed
	echo "# moved: after $((SECONDS - began)) s of ${#clients[@]} clients:" \
		"$(ecdn status --json | jq -c .proven.armed)"
	has "moved: status names it" "armed .*$moving_ip:80: disarmed" "$(ecdn status)"
	kill "${asking[@]}"
	wait "${asking[@]}" || true
	clients_answered "moved: nobody was refused"
}

# A customer with a /56 connects from 24 of its /64s, and sends from these what belongs to nothing.
test_customer() {
	local n at=2001:db8:a

	ip -n "ecdn-$id-edge" route add $at::/48 via $alpha_ip6 dev e0 src $edge_ip6 onlink
	for n in {10..33}; do
		ip -n "ecdn-$id-alpha" addr add "$at:$n::9/128" dev a0 nodad
		echo "$(status alpha "${urls[1]}" --interface "$at:$n::9" -m 2)"
	done | sort | uniq -c >"$work/customer"
	is "a customer: connects from each /64" "24 200" "$(sed 's/^ *//' "$work/customer")"
	for n in {10..33}; do
		on alpha "$build/tests/tools/flood" --dev a0 --mac $edge_mac --to $edge_ip6 --type ack \
			--port 80 --from "$at:$n::/64" --rate 2k --seconds 200ms >/dev/null
	done
	echo "# a customer: $(ecdn status --json | jq -c .proven.armed)"
	is "a customer: it stays armed" armed "$(armed "[$edge_ip6]:80")"
}

shield_lab
arm
test_customer
box
forward
test_moved
finish

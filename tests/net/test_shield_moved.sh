#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# An address that was served here moves into a container: clients that are known find no socket
# here any more, so that the guard stops to look for any, before a flood comes.
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

shield_lab
box
forward
test_moved
finish

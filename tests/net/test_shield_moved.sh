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

# An address that was served here moves into the box: clients that are known tell so.
test_moved() {
	local began asking=() n

	ecdn limit set ALPHA --pps 5k --hold 1s
	ip -n "ecdn-$id-edge" addr add $moving_ip/32 dev lo
	ip -n "ecdn-$id-alpha" route add $moving_ip dev a0 src $alpha_ip
	keep alpha "http://$moving_ip/" 200/s 400 >/dev/null
	does "moved: first it is served here" wait_for 5 armed_is $moving_ip:80 armed
	on edge nft add rule inet forward in ip daddr $moving_ip tcp dport 80 dnat ip to $box_ip
	began=$SECONDS
	for n in {0..3}; do
		keep alpha "http://$moving_ip/" 25/s 1500 >"$work/moved.$n" &
		asking+=($!)
	done
	does "moved: it is disarmed" wait_for 30 armed_is $moving_ip:80 disarmed
	echo "# moved: after $((SECONDS - began)) s of 100 connections/s: $(ecdn status --json | jq -c .proven.armed)"

	has "moved: status names it" "armed .*$moving_ip:80: disarmed" "$(ecdn status)"
	is "moved: the other stays armed" armed "$(armed "$edge_ip:80")"
	kill "${asking[@]}" 2>/dev/null || true
	wait "${asking[@]}" || true
	is "moved: nobody was refused" 200 "$(cut -d ' ' -f 1 "$work"/moved.? | sort -u | paste -sd ' ')"
}

shield_lab
box
forward
test_moved
finish

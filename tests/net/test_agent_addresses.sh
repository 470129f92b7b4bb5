#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# With the agent, ping knows the addresses that the host has, and the hop limits of its packets, a
# moment after they change: without keepalived's hooks, and without a wake-up for routes.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/ping.sh
source "$(dirname "$0")/ping.sh"
# shellcheck source=tests/net/watch.sh
source "$(dirname "$0")/watch.sh"

ROUTES=10000

address() {
	ip -n "ecdn-$id-edge" address "$@"
}

# The addresses that the map has, one hexadecimal number a line: bpftool's words are awkward.
held() {
	bpftool -j map dump pinned "$pin/local_addresses" |
		jq -r '.[] | [.key[] | ltrimstr("0x")] | join("")'
}

# knows HEX: has the address, whose bytes are these.
knows() {
	held | grep -q "$1"
}

knows_not() {
	! knows "$1"
}

config_has() {
	bpftool -j map dump pinned "$pin/ping_config" | jq -e ".[0].formatted.value.$1 == $2"
}

# Times that the agent was given a CPU.
switches() {
	awk '/_ctxt_switches/ { n += $2 } END { print n }' "/proc/$agent/status"
}

test_addresses() {
	address add 198.51.100.2/24 dev e0
	comes "new address" 1000 knows c6336402
	has "new address: ping answers" '^answers=1 wrong=0' "$(echoes --to 198.51.100.2)"
	address del 198.51.100.2/24 dev e0
	comes "address gone" 1000 knows_not c6336402
	has "address gone: ping does not answer" '^answers=0' "$(echoes --to 198.51.100.2)"
	address add 2001:db8:fa::2/64 dev e0 nodad
	comes "IPv6 address" 1000 knows 20010db800fa0000
	address del 2001:db8:fa::2/64 dev e0
	comes "IPv6 address gone" 1000 knows_not 20010db800fa0000
}

# An address that is tentative is not this host's yet.
test_dad() {
	on edge sysctl -qw net.ipv6.conf.e0.accept_dad=1 net.ipv6.conf.e0.dad_transmits=1
	address add 2001:db8:fb::2/64 dev e0
	until [ -z "$(address show dev e0 tentative)" ]; do
		sleep 0.005
	done
	comes "IPv6 address, once it is known to be free" 1000 knows 20010db800fb0000
	address del 2001:db8:fb::2/64 dev e0
}

test_any_ip() {
	on edge ip route add local 203.0.113.0/25 dev lo
	comes "AnyIP" 1000 knows cb007100
	has "AnyIP: ping answers for one of them" '^answers=1 wrong=0' \
		"$(echoes --to 203.0.113.77)"
	on edge ip route del local 203.0.113.0/25 dev lo
	comes "AnyIP gone" 1000 knows_not cb007100
	on edge ip -6 route add local 2001:db8:fc::/64 dev lo
	comes "AnyIP, IPv6" 1000 knows 20010db800fc0000
	on edge ip -6 route del local 2001:db8:fc::/64 dev lo
}

# The agent looks at hop limits once a second: it may wake then.
test_routes() {
	local before wakes started

	awk -v n=$ROUTES 'BEGIN {
		for (i = 0; i < n; i++)
			printf "route add 10.%d.%d.0/24 dev e0 table 100\n", i / 256, i % 256
	}' >"$work/routes"
	before=$(switches)
	started=$(now_ms)
	does "$ROUTES routes of another table" ip -n "ecdn-$id-edge" -batch "$work/routes"
	wakes=$(($(switches) - before))
	between "$ROUTES routes: they do not wake the agent (by itself: some times a second)" 0 \
		$((100 + ($(now_ms) - started) / 20)) $wakes
	is "routes: they are there" $ROUTES \
		"$(ip -n "ecdn-$id-edge" route show table 100 | wc -l)"
	on edge ip route flush table 100
}

test_hop_limits() {
	on edge sysctl -qw net.ipv4.ip_default_ttl=99
	comes "TTL" 3000 config_has ttl 99
	on edge sysctl -qw net.ipv6.conf.default.hop_limit=98
	comes "hop limit" 3000 config_has hop_limit 98
}

# More than the kernel keeps for a reader that does not read.
test_overrun() {
	local i

	kill -STOP "$agent"
	for ((i = 0; i < 600; i++)); do
		echo "address add 10.9.$((i / 250)).$((i % 250 + 1))/32 dev e0"
		((i % 2)) || echo "address del 10.9.$((i / 250)).$((i % 250 + 1))/32 dev e0"
	done >"$work/batch"
	ip -n "ecdn-$id-edge" -batch "$work/batch"
	between "overrun: messages were lost" 1 100000 "$(overruns)"
	kill -CONT "$agent"
	comes "overrun: the last one is known" 1000 knows "0a0902$(printf %02x $((599 % 250 + 1)))"
	is "overrun: all are, and no others" '[] []' \
		"$(ecdn node check --json | jq -rj '.unknown_addresses, " ", .stale_addresses')"
}

test_off() {
	agent_stop
	printf 'agent:\n  watch: {addresses: false}\n' >"$work/off.yaml"
	agent_start --config "$work/off.yaml"
	address add 198.51.100.9/24 dev e0
	stays "watch.addresses false: it does not" 300 knows c6336409
	echo 'agent: {}' >"$work/off.yaml"
	kill -HUP "$agent"
	comes "SIGHUP: it does" 1000 knows c6336409
}

# An agent in another network namespace has other addresses.
test_elsewhere() {
	local before

	agent_stop
	before=$(held | sort)
	nsenter --net="/run/netns/ecdn-$id-node" "$build/ecdn-xdp" agent --pin-dir "$pin" \
		--listen off >"$work/agent" 2>&1 &
	agent=$!
	comes "elsewhere: starts" 5000 agent_says 'follows the guard in |the agent waits for one'
	ip -n "ecdn-$id-node" address add 198.51.100.10/32 dev lo
	stays "elsewhere: its addresses are none of ping's" 300 knows c633640a
	is "elsewhere: all stays as it was" "$before" "$(held | sort)"
}

test_broken() {
	agent_stop
	agent_start
	rm "$pin/local_addresses"
	tells_once "a map that is gone" 'local_addresses is missing'
}

edge_node_and_stranger
on edge sysctl -qw net.ipv6.conf.e0.accept_dad=0
ecdn load --ping e0
ecdn node add $node_ip $node_ip6
answered "a node" node "${edge_of[node]}"
wall_up ingress
agent_start
test_addresses
test_dad
test_any_ip
test_routes
test_hop_limits
test_overrun
test_off
test_elsewhere
test_broken
agent_stop
finish

#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# A transparent proxy (TPROXY) has connections at addresses where nobody listens: those who come
# for the first time complete their handshakes while a flood of forged SYNs has the kernel send
# cookies, which only the proxy's own listener could check.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/nginx.sh
source "$(dirname "$0")/nginx.sh"
# shellcheck source=tests/net/513.sh
source "$(dirname "$0")/513.sh"
# shellcheck source=tests/net/shield.sh
source "$(dirname "$0")/shield.sh"

# Addresses that are nobody's, whose connections the proxy takes.
taken_ip=192.0.2.50 taken_ip6=2001:db8::50
clients=({100..129})

# What is not proven shares the limit of a wider prefix with the flood, which is to stay below it.
RATE=10k

transparent_proxy() {
	proxy_directory
	cat >"$proxies/transparent.cfg" <<-END
		global
			nbthread 1
		defaults
			mode http
			timeout client 10s
			timeout server 10s
			timeout connect 1s
		frontend all
			bind 0.0.0.0:3129 transparent
			bind [::]:3129 v6only transparent
			http-request return status 200
	END
	haproxy_start transparent
	on edge sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
	on edge nft -f - <<-END
		table inet transparent {
			chain in {
				type filter hook prerouting priority mangle
				ip daddr $taken_ip tcp dport 80 tproxy ip to :3129 meta mark set 1 accept
				ip6 daddr $taken_ip6 tcp dport 80 tproxy ip6 to :3129 meta mark set 1 accept
			}
		}
	END
	ip -n "ecdn-$id-edge" rule add fwmark 1 lookup 100
	ip -n "ecdn-$id-edge" -6 rule add fwmark 1 lookup 100
	ip -n "ecdn-$id-edge" route add local default dev lo table 100
	ip -n "ecdn-$id-edge" -6 route add local default dev lo table 100
}

# routes: by way of the edge; and those who come for the first time, each from its address.
routes() {
	local n

	ip -n "ecdn-$id-alpha" route add $taken_ip via $edge_ip dev a0 src $alpha_ip onlink
	ip -n "ecdn-$id-alpha" route add $taken_ip6 via $edge_ip6 dev a0 src $alpha_ip6 onlink
	ip -n "ecdn-$id-edge" route add 2001:db8:a::/48 via $alpha_ip6 dev e0 src $edge_ip6 onlink
	for n in "${clients[@]}"; do
		ip -n "ecdn-$id-alpha" addr add "198.51.100.$n/32" dev a0
		ip -n "ecdn-$id-alpha" addr add "2001:db8:a:$n::9/128" dev a0 nodad
	done
}

# test_first WHAT URL TO FROM PREFIX SUFFIX: a client's address is its number between the last two.
test_first() {
	local what=$1 url=$2 n

	is "$what: a client gets" 200 "$(status alpha "$url")"
	keep alpha "$url" 200/s 60 >"$work/kept"
	does "$what: look-ups find sockets" wait_for 5 armed_is "${url:7:-1}:80" armed
	flood_start "$work/flood" --type syn --port 80 --ports --to "$3" --from "$4" --rate $RATE
	sleep 1
	for n in "${clients[@]}"; do
		status alpha "$url" -m 1 --interface "$5$n$6"
		echo
	done >"$work/asked"
	is "$what: shielded" shielded "$(state ALPHA)"
	flood_stop "$what"
	is "$what: who comes for the first time" "${#clients[@]} 200" "$(answers_in "$work/asked")"
}

edge_and_clients
transparent_proxy
routes
shield_load
ecdn limit set ALPHA --hold 1s --cps 2k
test_first "IPv4" "http://$taken_ip/" $taken_ip $whole 198.51.100. ""
test_first "IPv6" "http://[$taken_ip6]/" $taken_ip6 $whole6 2001:db8:a: ::9
finish

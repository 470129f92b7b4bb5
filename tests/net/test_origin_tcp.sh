#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Connections to origins that TCP cannot make: each leaves one failure, with its cause.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/origin.sh
source "$(dirname "$0")/origin.sh"

# Nothing listens.
start_refused() {
	place refused-curl; try refused-curl curls
	place refused-http; try refused-http curl_http
	place refused-nginx; try refused-nginx by_nginx any
	place refused-haproxy; try refused-haproxy by_haproxy any
	v6=1 place refused-six; try refused-six curls
	place refused-icmp
	rule ip daddr "$at" reject with icmp type port-unreachable
	try refused-icmp curls
}

judge_refused() {
	local name

	for name in refused-{curl,http,nginx,haproxy,six,icmp}; do
		expect $name 538 refused '.side == "origin"' '.phase == "syn"' '.ms < 100' \
			'.errno == 111' '.received == 0'
	done
	said refused-curl "000 7"
	said refused-nginx "502 0"
	said refused-haproxy "503 0"
}

# The kernel sends two SYNs and gives up after 3 s, if nobody does before.
start_dropped() {
	place dropped-nginx; rule ip daddr "$at" drop; try dropped-nginx by_nginx any
	place dropped-haproxy; rule ip daddr "$at" drop; try dropped-haproxy by_haproxy any
	place dropped-curl; rule ip daddr "$at" drop; try dropped-curl curls
	v6=1 place dropped-six; rule ip6 daddr "$at" drop; try dropped-six curls
}

judge_dropped() {
	local name

	for name in dropped-{nginx,haproxy}; do
		expect $name 538 no_answer_to_syn '.side == "node"' '.phase == "syn"' \
			'.ms >= 2000 and .ms < 2500' '.retransmits >= 1'
	done
	said dropped-nginx "504 0"
	said dropped-haproxy "503 0"
	for name in dropped-{curl,six}; do
		expect $name 538 connect_timeout '.errno == 110' '.phase == "syn"' '.ms >= 3000' \
			'.retransmits >= 1'
		said $name "000 28"
	done
}

# By ICMP, or for want of a neighbour.
start_unreachable() {
	place prohibited-curl; rule ip daddr "$at" reject with icmp type admin-prohibited
	try prohibited-curl curls
	place prohibited-nginx; rule ip daddr "$at" reject with icmp type admin-prohibited
	try prohibited-nginx by_nginx any
	v6=1 place prohibited-six; rule ip6 daddr "$at" reject with icmpv6 type admin-prohibited
	try prohibited-six curls
	place nobody; at=10.78.0.77 url_at=10.78.0.77; places[nobody]=$at
	try nobody curls
}

judge_unreachable() {
	local name

	for name in prohibited-{curl,nginx,six}; do
		expect $name 538 unreachable '.phase == "syn"' '.errno == 113 or .errno == 13'
		# Over IPv6 the kernel believes it when the second SYN has met it.
		is "$name: at once" true "$(failures_at "${places[$name]}" |
			jq ".ms < $([[ $name = *six ]] && echo 2000 || echo 500)")"
	done
	expect nobody 538 unreachable '.phase == "syn"' '.errno == 113'
	said prohibited-curl "000 7"
	said prohibited-nginx "502 0"
	said nobody "000 7"
}

# What this host's own firewall does is no fault of an origin's.
start_own() {
	on node nft -f - <<-END
		table inet lab { chain out { type filter hook output priority 0; }; }
	END
	place own-drop; on node nft add rule inet lab out ip daddr "$at" drop
	try own-drop curls
	place own-reset
	on node nft add rule inet lab out ip daddr "$at" meta l4proto tcp reject with tcp reset
	try own-reset curls
}

# no_route: connect() fails before there is anything to see.
start_no_route() {
	place no-route; at=203.0.113.9 url_at=$at; places[no-route]=$at
	try no-route curls
}

origin_lab
node_nginx
node_haproxy
start_refused
start_dropped
start_unreachable
start_own
start_no_route
attempts_end
judge_refused
judge_dropped
judge_unreachable
expect own-reset here rejected_here '.side == "host"'
said own-reset "000 7"
expect own-drop here rejected_here '.side == "host"'
said no-route "000 7"
is "no route: no row" "" "$(causes_at 203.0.113.9)"
finish

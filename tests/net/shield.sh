# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2154,SC2034,SC2120
# shield.sh - floods in ALPHA's name, and how its client fares meanwhile. Sourced after lib.sh,
# nginx.sh and 513.sh. With SHIELD=off in the environment the guard goes by what arrives, and
# the tests of the shield have to fail.

# What forged packets claim to be: of ALPHA, or of the client's own prefixes.
whole=$surging whole6=$surging6
own=198.51.100.0/24 own6=2001:db8:a::/48
alpha_ip=198.51.100.9 alpha_ip6=2001:db8:a::9
watching=

shield_load() {
	printf '%s ALPHA\n' $surging $surging6 >"$work/surging"
	ecdn load --shield "${SHIELD:-on}" --regions "$regions" --regions "$work/surging" "$@" \
		e0 e1 e2
}

# shield_lab [LOAD-OPTION...]: the edge with nginx, its clients, and the guard.
shield_lab() {
	edge_and_clients
	make_certificate
	shield_nginx
	shield_load "$@"
}

shield_nginx() {
	{ nginx_normal; nginx_513; } | nginx_conf nginx
	nginx_start nginx
}

# connect HOST...: once over each family, so that their addresses are known.
connect() {
	local host

	for host in "$@"; do
		status "$host" "${urls[0]}" >/dev/null
		status "$host" "${urls[1]}" >/dev/null
	done
}

# Addresses of ALPHA that the host of its client answers for, but does not have: what it gets
# there it neither answers nor resets.
old_ip=198.51.100.130 new_ip=198.51.100.131
old_ip6=2001:db8:a:1::130 new_ip6=2001:db8:a:2::131

# strangers: routes to them, and a request from each of the old ones, which are known then.
strangers() {
	local netns=ecdn-$id-edge

	ip -n "$netns" route add 198.51.100.128/25 via $alpha_ip dev e0 src $edge_ip onlink
	ip -n "$netns" route add 2001:db8:a::/48 via $alpha_ip6 dev e0 src $edge_ip6 onlink
	ip -n "ecdn-$id-alpha" addr add $old_ip/32 dev a0
	ip -n "ecdn-$id-alpha" addr add $old_ip6/128 dev a0 nodad
	is "an address connects" "200 200" \
		"$(status alpha "${urls[0]}" --interface $old_ip) $(
		status alpha "${urls[1]}" --interface $old_ip6)"
	ip -n "ecdn-$id-alpha" addr del $old_ip/32 dev a0
	ip -n "ecdn-$id-alpha" addr del $old_ip6/128 dev a0
}

# --- what the kernel holds

# dropped REGION REASON: packets.
dropped() {
	stats "$1" ".dropped.$2.packets"
}

# steered: connections, and those that would have been.
steered() {
	ecdn steer --json | jq '[.steer[] | .ipv4, .ipv6 | .steered + .no_socket] | add'
}

alpha_is() {
	[ "$(state ALPHA)" = "$1" ]
}

# since_ns REGION: when it entered its state, by CLOCK_MONOTONIC.
since_ns() {
	local key

	key=$(region_id "$1")
	bpftool -j map dump pinned "$pin/region_state" |
		jq ".[] | .formatted // . | select(.key == $key) | .value.since_ns"
}

# armed ADDRESS:PORT: its state, or nothing.
armed() {
	ecdn status --json | jq -r ".proven.armed[] | select(.address == \"$1\") | .state"
}

armed_is() {
	[ "$(armed "$1")" = "$2" ]
}

# arm: both addresses of the edge, by requests on one connection each, which look-ups find.
arm() {
	local url

	for url in "${urls[0]}" "${urls[1]}"; do
		keep alpha "$url" 200/s 100 >/dev/null &
	done
	wait -n
	wait -n
	wait_for 5 armed_is "$edge_ip:80" armed
	wait_for 5 armed_is "[$edge_ip6]:80" armed
}

# --- clients

# keep HOST URL RATE COUNT: lines of "STATUS SECONDS CONNECTIONS", all on one connection if
# that holds.
keep() {
	on "$1" curl -sk -m 5 --rate "$3" -o /dev/null \
		-w '%{stderr}%{http_code} %{time_total} %{num_connects}\n' "$2?[1-$4]" 2>&1 || true
}

# answers_in FILE: how many there are of each status: "100 200" are a hundred of 200.
answers_in() {
	cut -d ' ' -f 1 "$1" | sort | uniq -c | sed 's/^ *//'
}

# slower FILE MS: how many answers took longer.
slower() {
	awk -v most="$2" '$2 * 1000 > most { n++ } END { print n + 0 }' "$1"
}

# times FILE: "p50 / p99 / max ms".
times() {
	cut -d ' ' -f 2 "$1" | sort -n | awk '{ t[NR - 1] = 1000 * $1 } END {
		printf "p50 %.1f, p99 %.1f, max %.1f ms", t[int(NR / 2)], t[int((NR - 1) * 0.99)],
			t[NR - 1] }'
}

# lost HOST: segments that it has sent again, less those of which it was told that the first had
# come. What the guard drops of a client shows here, however slow the machine is.
lost() {
	on "$1" awk '!names[$1] { names[$1] = $0; next }
		{ n = split(names[$1], name)
			for (i = 2; i <= n; i++) got[name[i]] = $i }
		END { print got["RetransSegs"] - got["TCPDSACKRecv"] }' /proc/net/snmp /proc/net/netstat
}

# verdicts_start: what a proxy is told of ALPHA's client, fifty times a second.
verdicts_start() {
	while sleep 0.02; do
		echo "verdict $alpha_ip"
		echo "verdict $alpha_ip6"
	done | "$build/tests/tools/client" --pin-dir "$pin" >"$work/verdicts" 2>&1 &
	watching=$!
}

# verdicts_stop WHAT
verdicts_stop() {
	kill "$watching" 2>/dev/null || true
	wait "$watching" 2>/dev/null || true
	between "$1: verdicts were asked for" 50 100000 "$(wc -l <"$work/verdicts")"
	is "$1: every verdict is pass" 0 "$(grep -cv '^pass ' "$work/verdicts" || true)"
}

# rps HOST DEV CPUS: a mask of those that take its packets on; of a network whose /sys is not this
# one.
rps() {
	on "$1" unshare --mount sh -c \
		"mount -t sysfs sysfs /sys && echo $3 >/sys/class/net/$2/queues/rx-0/rps_cpus"
}

# --- real surges

# Sixteen addresses of ALPHA, each in a prefix of its own, which no share of a prefix stops.
surgers_make() {
	local n

	for n in {0..15}; do
		ip -n "ecdn-$id-client" addr add "198.18.$n.9/32" dev c0
		ip -n "ecdn-$id-client" addr add "2001:db8:10$(printf %x "$n")0::9/128" dev c0 nodad
	done
}

# surge [OPTION...]: connections from those addresses, in turn, by tests/tools/surge.
surge() {
	on client "$build/tests/tools/surge" "$@"
}

# surge_to URL: options of the same, for its family; over TLS it is connections alone.
surge_to() {
	local n

	if [[ $1 = *[* ]]; then
		echo --to $edge_ip6
		for n in {0..15}; do
			echo --from "2001:db8:10$(printf %x "$n")0::9"
		done
	else
		echo --to $edge_ip
		printf -- '--from 198.18.%d.9\n' {0..15}
	fi
	[[ $1 != https* ]] || echo --port 443 --bare
}

# surge_start [URL]: 500 connections/s, until surge_stop; what became of them is in $work/surge.
surge_start() {
	: >"$work/surge"
	# shellcheck disable=SC2046 # options
	(exec nsenter --net="/run/netns/ecdn-$id-client" "$build/tests/tools/surge" --rate 500 \
		--seconds 1m $(surge_to "${1:-${urls[0]}}") >"$work/surge") &
	surge=$!
	wait_for 5 grep -q start_ns "$work/surge"
}

surge_stop() {
	kill "$surge"
	wait "$surge" || true
}

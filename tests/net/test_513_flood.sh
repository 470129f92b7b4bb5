#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# While 100k packets/s of made-up sources arrive from ALPHA, half of them IPv6, a client
# of ALPHA gets its 513 within a second, every time, and one of BETA its 200. How long
# they waited is printed beside what they waited before. The shield is off, or it would spare
# that client.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/nginx.sh
source "$(dirname "$0")/nginx.sh"
# shellcheck source=tests/net/513.sh
source "$(dirname "$0")/513.sh"

REQUESTS=100
RATE=12/s
ways=("plain IPv4" "plain IPv6" "TLS IPv4" "TLS IPv6")

# ask_all PHASE: both clients by each of four ways, all at the same time.
ask_all() {
	local client i asking=()

	for client in alpha beta; do
		for i in "${!urls[@]}"; do
			ask "$client" "${urls[i]}" $RATE $REQUESTS >"$work/$1.$client.$i" &
			asking+=($!)
		done
	done
	wait "${asking[@]}"
}

# answered PHASE CLIENT STATUS: all of them, within a second.
answered() {
	local i

	for i in "${!urls[@]}"; do
		is "$1: $2, ${ways[i]}: $3 within a second" "$REQUESTS $3" \
			"$(cut -d ' ' -f 1 "$work/$1.$2.$i" | sort | uniq -c | sed 's/^ *//')"
	done
}

# milliseconds FILE: the distribution.
milliseconds() {
	cut -d ' ' -f 2 "$1" | sort -n | awk '
		function at(share) { return 1000 * t[int((NR - 1) * share + 0.5)] }
		{ t[NR - 1] = $1 }
		END { printf "%9.1f %7.1f %7.1f %7.1f", at(0.5), at(0.9), at(0.99), at(1) }'
}

print_distribution() {
	local phase client i

	printf '# %-22s %-12s %9s %7s %7s %7s\n' "milliseconds" "" p50 p90 p99 max
	for client in alpha beta; do
		for i in "${!urls[@]}"; do
			for phase in "$@"; do
				printf '# %-22s %-12s %s\n' "${client^^}, ${ways[i]}" "$phase" \
					"$(milliseconds "$work/$phase.$client.$i")"
			done
		done
	done
}

# test_flood PHASE NETWORK NETWORK6 [OPTION...]
test_flood() {
	local phase=$1 network=$2 network6=$3 first before dropped

	shift 3
	before=$(stats ALPHA .packets)
	dropped=$(stats ALPHA .dropped_packets)
	flood_start "$work/flood4" --from "$network" --rate 50k "$@"
	first=$flooding
	flood_start "$work/flood6" --to $edge_ip6 --from "$network6" --rate 50k "$@"
	is "$phase: ALPHA is limited" limited "$(state ALPHA)"
	ask_all "$phase"
	flood_stop "$phase, IPv6"
	flooding=$first
	flood_stop "$phase, IPv4"
	echo "# $phase: $(got pps "$(<"$work/flood4")") + $(got pps "$(<"$work/flood6")") packets/s," \
		"$(stats ALPHA "\"\(.packets - $before) came, \(.dropped_packets - $dropped) dropped\"")"
	answered "$phase" alpha 513
	answered "$phase" beta 200
}

edge_and_clients
make_certificate
{ nginx_normal; nginx_513; } | nginx_conf nginx
nginx_start nginx
load_guard
# All hosts of the test are in one /32, and what it sends judges everybody without the shield.
ecdn limit set ALPHA --pps 5k --grace 0s --hold 10s --aggregate-pps 0
steer_all

ask_all quiet
answered quiet alpha 200
answered quiet beta 200
# From all over the region no prefix is above its share. Datagrams open nothing; SYNs are
# below answer_cps, and the kernel answers them with SYN cookies.
test_flood udp-all $surging $surging6
test_flood syn-all $surging $surging6 --type syn --port 80
# What passes of eight prefixes is eight times the answers that are left: they go to who
# does not flood first.
ecdn limit set ALPHA --answer-cps 1k
test_flood syn-few 198.18.0.0/22 2001:db8:1000::/46 --type syn --port 80
print_distribution quiet udp-all syn-all syn-few
finish

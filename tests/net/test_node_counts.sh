#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# What `node` says of the pings of each node: counts and times, whose they are when the
# list changes, and what `node check` makes of them.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"

client_ip=192.0.2.2 client_ip6=2001:db8::2

addresses() {
	local host=$1 iface=$2

	shift 2
	on "$host" sysctl -qw "net.ipv6.conf.$iface.disable_ipv6=0"
	for address in "$@"; do
		ip -n "ecdn-$id-$host" address add "$address" dev "$iface" \
			"$([[ $address = *:* ]] && echo nodad || echo noprefixroute)"
	done
	ip -n "ecdn-$id-$host" route replace 192.0.2.0/24 dev "$iface"
}

# send COUNT [OPTION...]: so many pings that are answered, 98 bytes each.
send() {
	local count=$1

	shift
	on client ping -q -n -i 0.01 -W 2 -c "$count" "$@" >/dev/null
}

# node PREFIX FILTER
node() {
	ecdn node --json | jq -r ".nodes[] | select(.prefix == \"$1\") | $2"
}

counts() {
	node "$1" '"\(.requests) \(.answered) \(.over_rate) \(.bytes)"'
}

# rows MAP: the indices that have one.
rows() {
	bpftool -j map dump pinned "$pin/$1" | jq -c '[.[] | .formatted.key // .key] | sort'
}

test_silent() {
	ecdn node add $client_ip near
	ecdn node add 192.0.2.128/25 far
	ecdn node add 2001:db8::/64
	is "silent: JSON has these keys" \
		'["answered","bytes","first_seen","last_seen","name","over_rate","passed","prefix","requests","traffic"]' \
		"$(ecdn node --json | jq -c '.nodes[0] | keys')"
	is "silent: zeros, and no times" '[0,0,0,0,null,null]' "$(node $client_ip/32 \
		'[.requests, .answered, .over_rate, .bytes, .first_seen, .last_seen]' | jq -c .)"
	is "silent: no row" "[] []" "$(rows node_stats) $(rows node_buckets)"
	does "check: it is an answer" ecdn node check
	has "check: all of them" '^3 of 3 nodes' "$(ecdn node check)"
	has "check: nothing came" 'has not reached this host' "$(ecdn node check)"
	lacks "check: ping is on an interface" 'no interface,' "$(ecdn node check)"
	fails "check: for scripts" 3 529 ecdn node check --exit-code
}

test_counts() {
	local now seen

	now=$(date +%s)
	does "counts: a node's ping is answered" send 5 $edge_ip
	does "counts: IPv6" send 3 $edge_ip6
	is "counts: each request" "5 5 0 490" "$(counts $client_ip/32)"
	is "counts: IPv6, with its longer header" "3 3 0 354" "$(counts 2001:db8::/64)"
	is "counts: others have none" "0 0 0 0" "$(counts 192.0.2.128/25)"
	is "counts: times" true "$(node $client_ip/32 \
		"[.first_seen, .last_seen | fromdate | . >= $now - 1 and . <= $now + 60] | all")"
	has "counts: as text" "^$client_ip/32 +near +5 +5 +0 +490 +[0-9]+s ago +[0-9]+s ago  " \
		"$(ecdn node)"
	seen=$(node $client_ip/32 .first_seen)
	sleep 2.1
	send 1 $edge_ip
	is "counts: the first stays the first" "$seen" "$(node $client_ip/32 .first_seen)"
	is "counts: the last is a later one" true \
		"$(node $client_ip/32 '(.last_seen | fromdate) >= (.first_seen | fromdate) + 2')"
	is "counts: one more" "6 6 0 588" "$(counts $client_ip/32)"
}

# Counts of several CPUs are one: whichever CPU it is sent from, veth goes on there.
test_cpus() {
	local cpu cpus

	cpus=$(nproc)
	for ((cpu = 0; cpu < cpus; cpu++)); do
		on client taskset -c "$cpu" ping -q -n -i 0.01 -W 2 -c 2 $edge_ip >/dev/null
	done
	is "cpus: each has counted" "$cpus" "$(bpftool -j map dump pinned "$pin/node_stats" |
		jq '[.[] | select(.formatted.key == 1) | .formatted.values[] |
			select(.value.requests >= 2)] | length')"
	is "cpus: added up" "$((6 + 2 * cpus)) $((6 + 2 * cpus)) 0 $((588 + 196 * cpus))" \
		"$(counts $client_ip/32)"
}

test_check() {
	local said json

	said=$(ecdn node check)
	json=$(ecdn node check --json)
	has "check: who is silent" '^192\.0\.2\.128/25 +far +20..-' "$said"
	lacks "check: who is not" "^$client_ip" "$said"
	has "check: how many" '^1 of 3 nodes' "$said"
	has "check: the platform's ping" 'last node .* ago: .* reaches this host' "$said"
	has "check: the cause of 529" 'origin blocks ping' "$said"
	has "check: its remedy" 'intermediate nodes' "$said"
	has "check: the other cause" '5 to 10' "$said"
	is "check: JSON" '[true,3,2,["192.0.2.128/25"],["far"]]' "$(jq -c \
		'[.attached, .nodes, .heard, [.never_heard[].prefix], [.never_heard[].name]]' <<<"$json")"
	is "check: JSON, the last of all" \
		"$(ecdn node --json | jq '[.nodes[].last_seen // ""] | max')" \
		"$(jq .last_seen <<<"$json")"
	ecdn node del 192.0.2.128/25
	has "check: all were heard" '^All nodes were heard from: 2' "$(ecdn node check)"
	does "check: for scripts, all were" ecdn node check --exit-code
	is "check: JSON, none is silent" '[]' "$(ecdn node check --json | jq -c .never_heard)"
}

test_upgrade() {
	local before

	before=$(ecdn node --json)
	does "upgrade" ecdn load --ping e0
	is "upgrade: keeps all" "$before" "$(ecdn node --json)"
	ecdn load --regions "$regions" e0
	ecdn region load "$regions"
	is "region load: keeps all" "$(jq "del(.nodes[].traffic)" <<<"$before")" \
		"$(ecdn node --json | jq "del(.nodes[].traffic)")"
}

test_over_rate() {
	local said

	ecdn load --ping --ping-rate 1 --ping-burst 2 e0
	ecdn node load <(echo 192.0.2.0/24)
	on client ping -q -n -i 0.01 -W 0.5 -c 10 $edge_ip >/dev/null || true
	said=$(counts 192.0.2.0/24)
	has "over rate: all are requests" '^10 [23] [78] 980$' "$said"
	is "over rate: answered or not" 10 $(($(cut -d ' ' -f 2 <<<"$said") +
		$(cut -d ' ' -f 3 <<<"$said")))
	has "over rate: as text" "^192\.0\.2\.0/24 +- +${said// / +} " "$(ecdn node)"
	ecdn load --ping --ping-rate 100 --ping-burst 200 e0
}

# Rows are a node's for as long as its prefix is on the list, whoever gets its index.
test_rows() {
	local before

	before=$(counts $client_ip/32)
	ecdn node add 198.51.100.0/24
	ecdn allow add $client_ip
	ecdn node add $client_ip renamed
	is "rows: other changes leave them" "$before" "$(counts $client_ip/32)"
	ecdn allow del $client_ip
	ecdn node load <(echo $client_ip; echo 203.0.113.0/24)
	is "rows: load keeps whose stay" "$before" "$(counts $client_ip/32)"
	is "rows: the others' are gone" "[1] [1]" "$(rows node_stats) $(rows node_buckets)"

	ecdn node load <(echo 192.0.2.0/24 wider; echo 203.0.113.0/24)
	is "rows: an index that is given on begins with none" "0 0 0 0" "$(counts 192.0.2.0/24)"
	is "rows: none at all" "[] []" "$(rows node_stats) $(rows node_buckets)"
	send 2 $edge_ip
	is "rows: then it counts" "2 2 0 196" "$(counts 192.0.2.0/24)"
	fails "rows: a change that is refused" 1 'not on the list' ecdn node del 198.18.0.1
	is "rows: takes none" "2 2 0 196" "$(counts 192.0.2.0/24)"

	ecdn allow add 192.0.2.0/24
	ecdn node del 192.0.2.0/24
	is "rows: a node that stays allowed loses its row" "[] []" \
		"$(rows node_stats) $(rows node_buckets)"
	ecdn node add 192.0.2.0/24
	is "rows: and is a new node again" "0 0 0 0" "$(counts 192.0.2.0/24)"
	ecdn allow del 192.0.2.0/24
}

# As a command leaves them that is killed when the list is new and the rows are not.
test_leftover() {
	bpftool map update pinned "$pin/node_stats" key 7 0 0 0 \
		value 9 0 0 0 0 0 0 0 9 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 9 0 0 0 0 0 0 0 \
		1 0 0 0 0 0 0 0 1 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0
	does "leftover: a row of no node harms nobody" ecdn node
	is "leftover: there it is" "[7]" "$(rows node_stats)"
	ecdn node load <(for i in {1..9}; do echo "198.18.0.$i"; done)
	is "leftover: nobody inherits it" 0 "$(ecdn node --json | jq '[.nodes[].requests] | add')"
	is "leftover: it is gone" "[]" "$(rows node_stats)"
}

# Rows that take more than one read, anywhere in a long list.
test_many() {
	local one='1 0 0 0 0 0 0 0' part

	awk 'BEGIN { for (i = 0; i < 100000; i++)
		printf "10.%d.%d.%d\n", i / 62500, i / 250 % 250, i % 250 }' >"$work/many"
	# From an empty list, so that indices are those of the lines.
	ecdn node list --format plain | cut -d ' ' -f 1 |
		xargs "$build/ecdn-xdp" node del --pin-dir "$pin"
	ecdn node load "$work/many"
	awk -v pin="$pin" -v one="$one" 'BEGIN { for (i = 1; i <= 100000; i += 10)
		printf "map update pinned %s/node_stats key %d %d %d 0 value %s %s %s %s %s %s %s\n",
			pin, i % 256, int(i / 256) % 256, i / 65536, one, one,
			"0 0 0 0 0 0 0 0", one, one, one, "0 0 0 0 0 0 0 0" }' | split -l 500 - "$work/batch-"
	# The kernel fills its store of rows for each CPU from behind, and has none meanwhile.
	for part in "$work"/batch-*; do
		wait_for 10 bpftool batch file "$part" >/dev/null 2>&1
	done
	is "many: each is in the list once" "100000 10000" \
		"$(ecdn node --json | jq -r '.nodes | "\(length) \(map(select(.requests > 0)) | length)"')"
	is "many: check" 10000 "$(ecdn node check --json | jq .heard)"
	ecdn node load <(echo 10.0.0.0/32)
	is "many: one node stays, and one row" 1 "$(rows node_stats | jq length)"
}

test_unloaded() {
	ecdn unload e0
	has "check: without ping on an interface" 'load --ping' "$(ecdn node check)"
	is "check: JSON says so" false "$(ecdn node check --json | jq .attached)"
	fails "check: all were heard, but none is now, for scripts" 3 '^Ping is on no interface' \
		ecdn node check --exit-code
	ecdn node del -q 10.0.0.0/32
	ecdn load -q --ping e0
	has "check: no nodes" 'There are no nodes' "$(ecdn node check)"
	fails "check: no nodes, for scripts" 3 'no nodes' ecdn node check --exit-code
}

client_and_edge
addresses edge e0 $edge_ip/24 $edge_ip6/64
addresses client c0 $client_ip/24 $client_ip6/64
ecdn load --ping e0
test_silent
test_counts
test_cpus
test_check
test_upgrade
test_rows
test_leftover
test_over_rate
test_many
test_unloaded
finish

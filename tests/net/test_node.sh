#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The list of prefixes that are not limited: intermediate nodes, alone and beside
# those that the operator allowed.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"

alpha=(--from 198.51.100.0/24)

# Prefix and name of each node.
nodes() {
	ecdn node --json | jq -r '.nodes[] | "\(.prefix) \(.name)"'
}

# generation: of the table that proxies may map; 0: there is none.
generation() {
	bpftool -j map dump pinned "$pin/public_config" |
		jq '.[0].formatted.value.trusted_generation'
}

# bad NAME LINE PATTERN TEXT: such a file is refused with that line, and changes nothing.
bad() {
	local before

	before=$(nodes; allowed)
	printf '%b' "$4" >"$work/bad"
	fails "load: $1" 1 "^$work/bad:$2: .*$3" ecdn node load "$work/bad"
	is "load: $1: changes nothing" "$before" "$(nodes; allowed)"
}

test_words() {
	fails "node: unknown word" 2 'add' ecdn node put 192.0.2.1
	fails "node: --name without add" 2 'node add' ecdn node list --name edge
	fails "node load: one file" 2 'load FILE' ecdn node load a b
	fails "node check: no more words" 2 'node check' ecdn node check 192.0.2.1
	fails "node: --exit-code without check" 2 'node check' ecdn node --exit-code
	fails "node list: unknown format" 2 'plain, json, nft' ecdn node list --format xml
	fails "node list: two formats" 2 'exclude' ecdn node list --json --format nft
	fails "node rule: unknown format" 2 'nft or iptables' ecdn node rule --format plain
	fails "node rule: no JSON" 2 'no JSON' ecdn node rule --json
	fails "node add: no format" 2 'node list' ecdn node add 192.0.2.1 --format nft
	fails "node add: host bits" 2 '198\.51\.100\.65/26' ecdn node add 198.51.100.65/26
	fails "node add: no address" 2 '192\.0\.2\.300' ecdn node add 192.0.2.1 192.0.2.300
	fails "node add: not a name" 2 "a,b" ecdn node add 192.0.2.1 --name a,b
	fails "node add: too long a name" 2 "31" \
		ecdn node add 192.0.2.1 --name 01234567890123456789012345678901
	fails "node del: not on the list" 1 '192\.0\.2\.1/32' ecdn node del 192.0.2.1
	is "node: nothing of it was done" "0 0" "$(trusted) $(generation)"
	is "node: an empty list" '[]' "$(ecdn node --json | jq -c .nodes)"
	does "node: no table, no pin" [ ! -e "$pin/trusted_lines" ]
}

test_add_del() {
	local now first

	ecdn block ALPHA
	fate "node: before, all is dropped" drop "${alpha[@]}"
	now=$(date -u +%s)
	does "node add: one with its name" ecdn node add 198.51.100.0/25 ams-1
	does "node add: several of one name" \
		ecdn node add 2001:db8:a:1::/64 198.51.100.200 --name "fra-2"
	is "node: lists, in order" \
		$'198.51.100.0/25 ams-1\n198.51.100.200/32 fra-2\n2001:db8:a:1::/64 fra-2' "$(nodes)"
	has "node: as text" '^198\.51\.100\.0/25 +ams-1 +0 +0 +0 +0 +never +never +0 +100k +0 +2\.00k +0 +never$' "$(ecdn node)"
	is "node list is node" "$(ecdn node)" "$(ecdn node list)"
	is "node: since when" true "$(ecdn node check --json |
		jq "[.never_heard[].added_at | fromdate >= $now and fromdate <= $now + 60] | all")"
	is "node: not allowed ones" "" "$(allowed)"
	is "node: the guard knows their number" "3 3" \
		"$(trusted) $(ecdn status --json | jq .trusted)"
	is "node: others may open the table" 666 "$(stat -c %a "$pin/trusted_lines")"
	fate "node: passes" pass --from 198.51.100.0/25
	fate "node: a single address passes" pass --from 198.51.100.200/32
	fate "node: its neighbour does not" drop --from 198.51.100.201/32
	fate "node: IPv6 passes" pass --to $edge_ip6 --from 2001:db8:a:1::/64
	fate "node: IPv6, its neighbour does not" drop --to $edge_ip6 --from 2001:db8:a:2::/64

	first=$(generation)
	does "node add: another name" ecdn node add 198.51.100.200 --name fra-3
	is "node add: it has it" '198.51.100.200/32 fra-3' "$(nodes | sed -n 2p)"
	is "node add: one more generation" $((first + 1)) "$(generation)"
	does "node add: the same again" ecdn node add 198.51.100.200 --name fra-3
	is "node add: the same is no change" $((first + 1)) "$(generation)"

	fails "node del: all or none" 1 '192\.0\.2\.1/32' ecdn node del 198.51.100.0/25 192.0.2.1
	fate "node del: none, then" pass --from 198.51.100.0/25
	does "node del" ecdn node del 198.51.100.0/25 198.51.100.200
	fate "node del: dropped again" drop --from 198.51.100.0/25
	is "node del: one stays" '2001:db8:a:1::/64 fra-2' "$(nodes)"
	first=$(generation)
	ecdn node del 2001:db8:a:1::/64
	is "node del: of all, nothing stays" "0 0" "$(trusted) $(generation)"
	does "node del: of all, no pin stays" [ ! -e "$pin/trusted_lines" ]
	fate "node del: of all" drop --to $edge_ip6 --from 2001:db8:a:1::/64
	ecdn node add 198.51.100.9
	does "node: a table after none is a later one" [ "$(generation)" -gt "$first" ]
	is "node: without a name" 'null' "$(ecdn node --json | jq -r '.nodes[0].name')"
	ecdn node del 198.51.100.9
	ecdn release ALPHA
}

# One prefix on both lists is on each by itself.
test_both() {
	ecdn block ALPHA
	ecdn allow add 198.51.100.0/24
	ecdn node add 198.51.100.0/24 both
	is "both: one prefix" 1 "$(trusted)"
	is "both: on each list" "198.51.100.0/24 198.51.100.0/24 both" "$(allowed) $(nodes)"
	fails "both: off the allowed ones, all or none" 1 'allow' \
		ecdn allow del 198.51.100.0/24 192.0.2.0/24
	ecdn allow del 198.51.100.0/24
	is "both: still a node" " 198.51.100.0/24 both" "$(allowed) $(nodes)"
	fails "both: no longer an allowed one" 1 'ecdn-xdp allow' ecdn allow del 198.51.100.0/24
	fate "both: a node passes" pass "${alpha[@]}"
	ecdn allow add 198.51.100.0/24
	ecdn node del 198.51.100.0/24
	is "both: still allowed" "198.51.100.0/24 " "$(allowed) $(nodes)"
	fails "both: no longer a node" 1 'ecdn-xdp node' ecdn node del 198.51.100.0/24
	fate "both: an allowed one passes" pass "${alpha[@]}"
	ecdn allow del 198.51.100.0/24
	fate "both: neither is dropped" drop "${alpha[@]}"
	ecdn release ALPHA
}

# line NUMBER: a line of the trusted table, its bytes in hexadecimal.
line() {
	bpftool -j map lookup pinned "$pin/trusted_lines" key \
		$(($1 & 255)) $(($1 >> 8 & 255)) $(($1 >> 16)) 0 | jq -r '.value | map(.[2:]) | join("")'
}

# index FROM-THE-LAST: of the node in that row of the table, the last of which is the last
# line in use. The second word of the header says how many these are.
index() {
	local header lines

	header=$(sed -nE 's/^#define ECDN_XDP_TABLE_HEADER ([0-9]+).*/\1/p' \
		"$top/include/ecdn-xdp-table.h")
	lines=$(line "$header")
	lines=$((16#${lines:14:2}${lines:12:2}${lines:10:2}${lines:8:2}))
	line $((lines - $1)) | cut -c 41-48
}

test_load() {
	local before

	ecdn block ALPHA
	ecdn allow add 203.0.113.0/24
	ecdn node add 192.0.2.7 gone
	ecdn node add 198.51.100.0/25 stays
	before=$(ecdn node check --json | jq '.never_heard[1].added_at')
	printf '# nodes\n\n 198.51.100.0/25\tnew-name # comment\n2001:db8:a:1::/64\n' >"$work/nodes"
	sleep 1.1
	does "load" ecdn node load "$work/nodes"
	is "load: these are the nodes" $'198.51.100.0/25 new-name\n2001:db8:a:1::/64 null' "$(nodes)"
	is "load: one that stays keeps its time" "$before" \
		"$(ecdn node check --json | jq '.never_heard[0].added_at')"
	is "load: ... and its index, the other gets one that none had" "03000000 04000000" \
		"$(index 3) $(index 1)"
	is "load: allowed prefixes stay" 203.0.113.0/24 "$(allowed)"
	fate "load: a node passes" pass --from 198.51.100.0/25
	fate "load: others do not" drop --from 198.51.100.128/25

	bad "no prefix" 2 "fast" '192.0.2.1\nfast\n'
	bad "host bits" 1 '192\.0\.2\.0/24' '192.0.2.1/24 x\n'
	bad "three words" 3 'CIDR' '192.0.2.1\n192.0.2.2\n192.0.2.3 a b\n'
	bad "not a name" 1 'a"b' '192.0.2.1 a"b\n'
	bad "too long a name" 1 '31' '192.0.2.1 01234567890123456789012345678901\n'
	bad "one prefix twice" 3 'line 1' '192.0.2.1 a\n192.0.2.2\n192.0.2.1/32 b\n'
	bad "a NUL" 1 'NUL' '192.0.2.1\0000\n'
	bad "ten bad lines are shown" 10 'x10' "$(printf 'x%d\\n' {1..13})"
	lacks "load: the eleventh is not" ':11:' "$(ecdn node load "$work/bad" 2>&1 || true)"
	has "load: but how many more" '^ecdn-xdp: 3 more bad lines' \
		"$(ecdn node load "$work/bad" 2>&1 || true)"
	fails "load: no such file" 1 "$work/none" ecdn node load "$work/none"
	fails "load: a directory" 1 "$work" ecdn node load "$work"

	: >"$work/empty"
	fails "load: an empty file" 1 'empty holds no nodes' ecdn node load "$work/empty"
	is "load: an empty file, the nodes stay" 2 "$(nodes | wc -l)"
	echo 198.51.100.1 | ecdn node load -
	is "load: from standard input" "198.51.100.1/32 null" "$(nodes)"
	is "load: whatever it is, allowed prefixes stay" 203.0.113.0/24 "$(allowed)"
	ecdn node del 198.51.100.1
	ecdn allow del 203.0.113.0/24
	ecdn release ALPHA
}

# 100,000 prefixes of which no two are neighbours, and half of them single IPv6 addresses.
many() {
	awk 'BEGIN {
		for (i = 0; i < 50000; i++) {
			printf "10.%d.%d.%d/32\n", i / 200, i % 200, i * 7 % 250
			printf "2001:db8:%x:%x::%x:1\n", i % 251, i * 7919 % 65521, i * 31 % 65521
		}
	}' | sort -u
}

test_many() {
	local count

	many >"$work/many"
	count=$(wc -l <"$work/many")
	between "many: 100,000 of them" 99000 100000 "$count"
	does "many: they are loaded" ecdn node load "$work/many"
	is "many: all" "$count $count" "$(trusted) $(nodes | wc -l)"
	does "many: one more" ecdn allow add 198.51.100.0/24
	ecdn block ALPHA
	fate "many: which passes" pass "${alpha[@]}"
	fate "many: not all do" drop --to $edge_ip6 --from 2001:db8:a::/64
	ecdn release ALPHA
	ecdn allow del 198.51.100.0/24
	awk 'BEGIN { for (i = 0; i < 262144; i++)
		printf "10.%d.%d.%d\n", i / 65536, i / 256 % 256, i % 256 }' >"$work/more"
	fails "many: more than there are indices" 1 '262143' ecdn node load "$work/more"
	is "many: then nothing changes" "$count" "$(trusted)"
	ecdn node list --format plain | cut -d ' ' -f 1 |
		xargs "$build/ecdn-xdp" node del --pin-dir "$pin"
}

# What an upgrade finds it keeps.
test_upgrade() {
	ecdn allow add 198.51.100.0/26
	ecdn node add 198.51.100.64/26 kept
	ecdn block ALPHA
	ecdn load e0
	is "upgrade: both lists stay" "198.51.100.0/26 198.51.100.64/26 kept" \
		"$(allowed) $(nodes)"
	fate "upgrade: an allowed one passes" pass --from 198.51.100.0/26
	fate "upgrade: a node passes" pass --from 198.51.100.64/26
	fate "upgrade: others do not" drop --from 198.51.100.128/26
}

# One command for all of it; nothing is done if one of its parts cannot be.
test_load_nodes() {
	local before

	printf '198.51.100.64/26 first\n' >"$work/nodes"
	does "load --nodes: the first load" ecdn load --regions "$regions" --nodes "$work/nodes" e0
	is "load --nodes: these are the nodes" "198.51.100.64/26 first" "$(nodes)"
	ecdn block ALPHA
	fate "load --nodes: which passes" pass --from 198.51.100.64/26
	printf '198.51.100.128/26 second\n192.0.2.7\n' >"$work/nodes"
	does "load --nodes: an upgrade" ecdn load --nodes "$work/nodes"
	is "load --nodes: in the place of those there were" \
		$'192.0.2.7/32 null\n198.51.100.128/26 second' "$(nodes)"
	fate "load --nodes: who left does not pass" drop --from 198.51.100.64/26
	ecdn load
	is "load: without it they stay" 2 "$(nodes | wc -l)"
	before=$(ecdn node; ecdn status --json | jq .mode)
	printf 'fast\n' >"$work/bad"
	fails "load --nodes: a bad file" 1 "^$work/bad:1: .*fast" ecdn load --monitor --nodes "$work/bad"
	fails "load --nodes: too many" 1 262143 ecdn load --monitor --nodes "$work/more"
	is "load --nodes: then nothing changes" "$before" \
		"$(ecdn node; ecdn status --json | jq .mode)"
}

client_and_edge
ecdn load --regions "$regions" e0
test_words
test_add_del
test_both
test_load
test_many
test_upgrade
ecdn unload --all
test_load_nodes
finish

#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Values at the ends of their ranges, and configurations that say less, or more,
# than their writer thinks.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"

alpha=(--from 198.51.100.0/24)

test_durations() {
	fails "exempt: for no time at all" 2 '0s' ecdn exempt ALPHA --for 0s
	is "exempt: for no time: it is not exempt" normal "$(state ALPHA)"
	does "exempt: for 290 years" ecdn exempt ALPHA --for 105850d
	is "exempt: for 290 years: it is" exempt "$(state ALPHA)"
	fails "exempt: longer than time" 2 'duration' ecdn exempt ALPHA --for 213503d23h34m
	ecdn release ALPHA
	fails "limit: a rate that cannot be" 2 'pps' ecdn limit set ALPHA --pps 18446744073709552
	does "limit: the highest rate" ecdn limit set ALPHA --pps 1000000G
	does "limit: the longest hold" ecdn limit set ALPHA --hold 106751d
	flood "${alpha[@]}" --rate 20k --seconds 300ms >/dev/null
	is "limit: the highest rate is no surge" normal "$(state ALPHA)"
	ecdn limit set ALPHA --pps 100
	flood "${alpha[@]}" --rate 20k --seconds 300ms >/dev/null
	is "limit: a surge with the longest hold" limited "$(state ALPHA)"
	sleep 3
	is "limit: it is not over" limited "$(state ALPHA)"
	ecdn limit clear ALPHA
	ecdn release ALPHA
}

test_families() {
	ecdn block ALPHA
	ecdn allow add ::/0
	fate "allow ::/0: not IPv4" drop "${alpha[@]}"
	fate "allow ::/0: IPv6" pass --to $edge_ip6 --from 2001:db8:a::/48
	ecdn allow del ::/0
	ecdn allow add 0.0.0.0/0
	fate "allow 0.0.0.0/0: IPv4" pass "${alpha[@]}"
	fate "allow 0.0.0.0/0: not IPv6" drop --to $edge_ip6 --from 2001:db8:a::/48
	ecdn allow del 0.0.0.0/0
	is "allow: the list is empty" "" "$(allowed)"
	ecdn release ALPHA
}

# The list is written anew as a whole each time: from nothing, and back to nothing.
test_allow_ends() {
	ecdn block ALPHA
	fate "allow: none is allowed" drop "${alpha[@]}"
	does "allow: add the same twice" ecdn allow add 198.51.100.0/24 198.51.100.0/24
	is "allow: counted once" "1 1" "$(trusted) $(ecdn status --json | jq .trusted)"
	fate "allow: it passes" pass "${alpha[@]}"
	does "allow: the table is pinned for proxies" stat "$pin/trusted_lines"
	ecdn allow del 198.51.100.0/24
	is "allow: none again" "0 0" "$(trusted) $(ecdn status --json | jq .trusted)"
	fate "allow: none is allowed again" drop "${alpha[@]}"
	fails "allow: no table is pinned" 2 'No such file' ls "$pin/trusted_lines"
	ecdn release ALPHA
}

# bad_config NAME LINE PATTERN TEXT: it is refused, with that line, and changes nothing.
bad_config() {
	local before

	before=$(ecdn limit --json; ecdn status --json)
	printf '%b' "$4" >"$work/bad.yaml"
	fails "configuration: $1" 1 "^$work/bad\.yaml:$2: .*$3" \
		ecdn load --config "$work/bad.yaml" e0
	is "configuration: $1: changes nothing" "$before" "$(ecdn limit --json; ecdn status --json)"
}

test_config() {
	bad_config "default is no region to block" 2 default 'protect: [80]\nblock: [default]\n'
	bad_config "default is no region to exempt" 2 default \
		'monitor: true\nexempt: {default: 1h}\n'
	bad_config "an exemption for no time" 1 '0s' 'exempt: {ALPHA: 0s}\n'
	bad_config "a second document" '[23]' document 'protect: [443]\n---\nprotect: [22]\n'
	bad_config "a second document that is not YAML" '[34]' YAML 'protect: [443]\n---\nblock: [\n'
	bad_config "a NUL in a region's name" 2 region 'monitor: true\nblock: ["ALPHA\\0X"]\n'
	bad_config "a NUL in a port" 1 PORT 'protect: ["80\\x001"]\n'
	bad_config "a NUL in a rate" 2 number 'limits:\n  ALPHA: {pps: "1\\0"}\n'
}

# An empty list is a list.
test_no_ports() {
	ecdn load --protect 80,443 e0
	ecdn block ALPHA
	fate "protected ports: 443 is dropped" drop "${alpha[@]}"
	printf 'protect: []\n' >"$work/none.yaml"
	does "no protected port" ecdn load --config "$work/none.yaml" e0
	is "no protected port: status" "" "$(ecdn status --json | jq -r '.protect // empty')"
	fate "no protected port: 443 passes" pass "${alpha[@]}"
	fate "no protected port: 80 passes" pass "${alpha[@]}" --port 80 --type syn
	ecdn release ALPHA
	ecdn load --protect 80,443 e0
}

test_default_name() {
	printf '192.0.2.0/24 default\n' >"$work/default"
	fails "a region cannot be called default" 1 "^$work/default:1: " \
		ecdn region load "$work/default"
}

to_full() {
	"$@" >/dev/full
}

test_full_output() {
	local verb

	for verb in stats "stats --json" status "status --json" limit region prefix \
		events "events --json" \
		"region lookup 198.51.100.9"; do
		# shellcheck disable=SC2086
		fails "standard output is full: $verb" 1 'standard output' to_full ecdn $verb
	done
	fails "standard output is full: --help" 1 'standard output' \
		to_full "$build/ecdn-xdp" --help
	fails "standard output is full: --version" 1 'standard output' \
		to_full "$build/ecdn-xdp" --version
}

client_and_edge
ecdn load --shield off --regions "$regions" e0
ecdn limit set default --grace 0s
test_durations
test_families
test_allow_ends
test_config
test_no_ports
test_default_name
test_full_output
finish

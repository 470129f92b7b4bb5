#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# What the observer holds is bounded by what this host itself connects to: nothing that comes from
# outside makes a row or a record, and more origins than there are rows count in one.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/origin.sh
source "$(dirname "$0")/origin.sh"

ROWS=4096

records() {
	"$build/tests/tools/records" "$pin/origin_conns"
}

no_records() {
	[ "$(records)" = 0 ]
}

# observer FILTER: of the observer itself.
observer() {
	ecdn origin --json | jq "$1"
}

rows() {
	observer .rows
}

connections() {
	ecdn origin --json | jq '[.origins[].connections] | add // 0'
}

# Segments from ports of origins, to ports that are in use and to others.
test_forged() {
	local mac sent=0 type said

	mac=$(ip -n "ecdn-$id-node" -j link show n0 | jq -r ".[].address")
	at=10.77.200.1 url_at=$at
	serve "$peer" --answer "$work/nothing" --hear some --by silence "$at:443"
	served
	node "$client" --plain --timeout 30s "$at:443" >"$work/said.open" 2>&1 &
	wait_for 5 a_record
	is "one record" 1 "$(records)"
	is "one row" 1 "$(rows)"
	for type in ack syn; do
		said=$(on origin "$build/tests/tools/flood" --dev o0 --mac "$mac" --to 10.78.0.1 \
			--from 10.77.0.0/16 --type $type --sport 443 --port 40000 --count 500k)
		sent=$((sent + $(got sent "$said")))
	done
	between "forged segments" 900000 1000000 $sent
	is "they make no row" 1 "$(rows)"
	is "and no record" 1 "$(records)"
	is "and no connection" 1 "$(connections)"
	is "and no failure" 0 "$(observer .failures)"
	stop_server "$at:443"
	wait_for 5 no_records
}

a_record() {
	[ "$(records)" != 0 ]
}

# addresses FIRST COUNT: lines of ADDR:PORT
addresses() {
	awk -v first="$1" -v count="$2" 'BEGIN {
		for (n = first; n < first + count; n++)
			printf "10.77.%d.%d:443\n", n / 250, n % 250 + 1
	}'
}

# Ten are named before, ten among those that have a row already.
test_origins() {
	local before given_up n

	for n in {1..10}; do
		ecdn origin add "before-$n" "10.77.0.$n:443"
	done
	(exec nsenter --net="/run/netns/ecdn-$id-origin" "$peer" 0.0.0.0:443 >"$work/server.all" \
		2>&1 </dev/null) &
	listening+=(0.0.0.0:443)
	served
	addresses 0 3000 | node "$client" --plain --bare --closed - >"$work/said.first"
	for n in {1..10}; do
		ecdn origin add "after-$n" "10.77.1.$n:443"
	done
	addresses 3000 2000 | node "$client" --plain --bare --closed - >"$work/said.second"
	has "the client connects" "good=3000 bad=0" "$(cat "$work/said.first")"
	has "and connects" "good=2000 bad=0" "$(cat "$work/said.second")"
	is "every row is in use" $((ROWS - 1)) "$(rows)"
	given_up=$(observer '.events | .no_row + .displaced')
	between "what has no row is counted" $((5000 - ROWS)) $((5000 - ROWS + 30)) "$given_up"
	before=$(connections)
	# What rows lost with those that were displaced is lost.
	is "connections are counted" 5001 \
		$((before + $(observer .events.displaced)))
	is "those without a row in --" "$(observer .events.no_row)" \
		"$(ecdn origin --json | jq '.origins[] | select(.name == "--") | .connections')"
	addresses 0 5000 | node "$client" --plain --bare --closed - >"$work/said.third"
	has "ten thousand in all" "good=5000 bad=0" "$(cat "$work/said.third")"
	is "named rows stay" 20 "$(ecdn origin --json | jq '[.origins[] | select(.named and
		.connections == 2)] | length')"
	is "there are not more rows" $((ROWS - 1)) "$(rows)"
	does "no record is left" wait_for 5 no_records
}

origin_lab
: >"$work/nothing"
test_forged
test_origins
finish

#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# What is now, as `stats`, `prefix` and `limit` show it: on a terminal, narrow and wide, and piped;
# and what the readers say when there is nothing to show.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"

# regions_of OPTION...: the regions of the table, in its order.
regions_of() {
	ecdn stats "$@" 2>/dev/null | awk 'NR > 1 { print $1 }' | xargs
}

# column HEAD REGION TABLE: a cell of a row, of a table none of whose cells before it has a blank.
column() {
	awk -v head="$1" -v region="$2" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == head) at = i }
		$1 == region { print $at }' <<<"$3"
}

# on_terminal COLUMNS ROWS COMMAND...: what it writes to a terminal of that size.
on_terminal() {
	local columns=$1 rows=$2

	shift 2
	on edge script -qec "stty cols $columns rows $rows; exec $*" /dev/null </dev/null
}

# interrupted SECONDS COLUMNS ROWS COMMAND...: the same, until ^C is typed there.
interrupted() {
	local seconds=$1 columns=$2 rows=$3

	shift 3
	{ sleep "$seconds"; printf '\003'; sleep 1; } |
		on edge script -qec "stty cols $columns rows $rows; exec $*" /dev/null
}

program="$build/ecdn-xdp"

# times_in WHAT TEXT
times_in() {
	grep -aoF -- "$1" <<<"$2" | wc -l
}

widest() {
	tr -d '\r' | awk 'length > most { most = length } END { print most + 0 }'
}

test_empty() {
	local command

	while IFS='|' read -r command pattern; do
		# shellcheck disable=SC2086
		has "empty: $command: what would fill it" "$pattern" "$(ecdn $command 2>&1 >/dev/null)"
		# shellcheck disable=SC2086
		is "empty: $command: not with -q" "" "$(ecdn $command -q 2>&1 >/dev/null)"
	done <<-END
		stats|ecdn-xdp stats --total
		stats --total|guard counts
		stats --state limited|no region is limited
		prefix|no heavy prefix yet
		prefix ALPHA|no heavy prefix of ALPHA yet
		allow|ecdn-xdp allow add
		node|ecdn-xdp node load
		steer|ecdn-xdp steer add
	END
	is "empty: JSON has empty lists" "[] [] [] [] []" "$(for command in 'stats|.regions' 'prefix|.prefixes' \
		'allow|.allow' 'node|.nodes' 'steer|.steer'; do
			ecdn "${command%|*}" --json 2>&1 | jq -c "${command#*|}"
		done | xargs)"
}

# BETA is above its limit, ALPHA is at a higher share of its own, GAMMA has none.
test_order() {
	local said

	ecdn limit set ALPHA --pps 1M
	ecdn limit set BETA --pps 2k --prefix-pps 100 --hold 1m
	ecdn limit set WIDE --pps 200k
	ecdn block CROWD
	flood_start "$work/beta" --from 203.0.113.0/24 --rate 4k
	via=c1 flood --from 198.51.100.0/24 --seconds 10m --rate 5k >"$work/alpha" &
	via=c2 flood --from 198.18.0.0/24 --seconds 10m --rate 5k >"$work/wide" &
	wait_for 10 region_is BETA limited
	sleep 1.5
	said=$(ecdn stats)
	is "now: limited ones first, then by the share of the limit" "BETA WIDE ALPHA" \
		"$(awk 'NR > 1 && $1 != "CROWD" { print $1 }' <<<"$said" | xargs)"
	has "now: why" '^BETA +limited +[0-9]+s +pps [0-9.]+k of 2k ' "$said"
	has "now: why it is blocked" '^CROWD +blocked +[0-9]+s +blocked ' "$said"
	has "now: a normal one needs no reason" '^WIDE +normal +- +- +[0-9.]+k ' "$said"
	is "now: --sort a column" "WIDE ALPHA" "$(regions_of --sort REGION WIDE ALPHA | xargs -n 1 | tac | xargs)"
	is "now: --sort pps" true "$(ecdn stats --json --sort pps | jq '[.regions[].pps] | . == (sort | reverse)')"
	is "now: --top" "BETA WIDE" "$(regions_of --top 2)"
	is "now: --state" "CROWD" "$(regions_of --state blocked)"
	is "now: several states" "BETA CROWD" "$(regions_of --state blocked,limited)"
	is "now: regions that are named, in their order" "ALPHA BETA" "$(regions_of ALPHA BETA)"
	fails "now: a state that is none" 2 'normal, shielded, limited, exempt and blocked' \
		ecdn stats --state rainy
	fails "now: a column that is none" 2 'they are region, state' ecdn stats --sort colour
	fails "now: --count alone" 2 'goes with --watch' ecdn stats --count 2
	fails "now: too short an interval" 2 '100ms' ecdn stats --watch=1ms
}

region_is() {
	[ "$(state "$1")" = "$2" ]
}

# What is counted between two reads is what is dropped and what comes, to the flood's own measure.
test_rates() {
	local said

	said=$(ecdn stats BETA --json --interval 2s)
	between "rates: what is dropped is what is not let pass" 3300 4400 \
		"$(jq '.regions[0].dropped_pps' <<<"$said")"
	is "rates: one read has none" null "$(stats BETA .dropped_pps)"
	is "rates: why" '["pps",2000,false]' "$(stats BETA '[.why.measure, .why.limit, .why.proven] | tojson')"
	between "rates: why: the rate" 3000 5000 "$(stats BETA .why.rate)"
	between "rates: the load, in hundredths" 150 250 "$(stats BETA '.load * 100 | floor')"
	has "rates: totals" '^REGION +STATE +PACKETS +BYTES ' "$(ecdn stats --total)"
}

test_peak() {
	between "peak: at least the rate that is" 3000 100000 "$(stats BETA .peak.pps)"
	is "peak: when it was" true "$(stats BETA '.peak.pps_at | fromdate > now - 60')"
	is "peak: of a region from which nothing came" "0 null" \
		"$(stats CROWD '"\(.peak.cps) \(.peak.cps_at)"')"
}

test_prefix() {
	local said

	said=$(ecdn prefix)
	has "prefix: by what is heavy now" '^PREFIX +REGION +PPS +BPS +DROP/S +OVER +PACKETS' "$said"
	has "prefix: over its limit, and what that costs" \
		'^203\.0\.113\.0/24 +BETA +[0-9.]+k +[0-9.]+M +~[0-9.]+k +[34][0-9]\.[0-9]x ' "$said"
	is "prefix: the heaviest first" true "$(ecdn prefix --json --interval 500ms |
		jq '[.prefixes[].pps] | . == (sort | reverse)')"
	between "prefix: its rate" 3000 5000 "$(ecdn prefix BETA --json --interval 1s |
		jq '.prefixes[] | select(.prefix == "203.0.113.0/24") | .pps')"
	is "prefix --top" 2 "$(ecdn prefix --top 1 | wc -l)"
	has "prefix --total" '^203\.0\.113\.0/24 +BETA +[0-9]+ +[0-9]+ +[0-9]+s ago$' "$(ecdn prefix --total)"
}

test_terminal() {
	local said columns

	for columns in 40 60 80 200; do
		said=$(on_terminal $columns 24 "$program" stats --pin-dir "$pin" | tr -d '\r')
		between "$columns columns: it fits" 20 $((columns > 60 ? columns : 60)) "$(widest <<<"$said")"
		has "$columns columns: what matters" '^REGION +STATE +.*WHY +PPS .*CPS .*DROP/S' "$said"
	done
	has "200 columns: all" 'SINCE +WHY +PPS +BPS +CPS +PROVEN +DROP/S +513/S +LOAD +PEAK +PEAK-BPS +PEAK-CPS' "$said"
	is "piped: all columns" "$(head -n 1 <<<"$said" | xargs)" "$(COLUMNS=20 ecdn stats | head -n 1 | xargs)"
	has "COLUMNS goes before the terminal" '^REGION +STATE +WHY' \
		"$(on_terminal 200 24 env COLUMNS=60 "$program" stats --pin-dir "$pin")"
}

test_watch() {
	local said

	said=$(ecdn stats --watch=200ms --count 3)
	is "watch, piped: as often as asked" 3 "$(grep -c '^REGION' <<<"$said")"
	is "watch, piped: with the time" 3 "$(grep -cE '^20[0-9-]+T[0-9:]+Z, every 200ms$' <<<"$said")"
	is "watch, piped: it is plain" "" "$(grep -a $'\e' <<<"$said" || true)"
	is "watch, prefix: as often as asked" 2 \
		"$(ecdn prefix --watch=200ms --count 2 | grep -c '^PREFIX')"
	said=$(interrupted 1.7 80 24 "$program" stats --watch=200ms --pin-dir "$pin")
	is "watch, on a terminal: a page of its own, and back" "1 1" \
		"$(times_in $'\e[?1049h' "$said") $(times_in $'\e[?1049l' "$said")"
	is "watch, on a terminal: the last thing is that" $'\e[?25h\e[?1049l' \
		"$(tail -c 15 <<<"$said" | tr -d '\n')"
	between "watch, on a terminal: drawn in place" 5 12 "$(times_in $'\e[H' "$said")"
	said=$(interrupted 1 80 4 "$program" stats --watch=300ms --pin-dir "$pin")
	is "watch: no more lines than the terminal has" 0 \
		"$(awk -v RS='\033\\[H' '{ if (gsub(/\n/, "") > 4) more++ } END { print more + 0 }' <<<"$said")"
}

test_limit() {
	local said

	said=$(ecdn limit)
	has "limit: own ones are marked" '^BETA +2\.00k\* +- +- +100\* ' "$said"
	has "limit: the default's are not" '^default +- +- +- +1\.00k ' "$said"
	said=$(ecdn limit BETA)
	has "limit REGION: its state, and why" '^BETA: limited for [0-9ms]+, pps [0-9.]+k of 2k' "$said"
	has "limit REGION: its own" '^pps +2\.00k +own$' "$said"
	has "limit REGION: what is inherited" '^grace +0s +default$' "$said"
	has "limit REGION: what follows" '^aggregate-pps +400,1\.60k +follows prefix-pps$' "$said"
	has "limit default" '^grace +0s +own$' "$(ecdn limit default)"
	is "limit --json: own ones" "pps prefix_pps hold" \
		"$(ecdn limit BETA --json | jq -r '.regions[0].own_limits | join(" ")')"
	is "limit REGION --json: one region" BETA "$(ecdn limit BETA --json | jq -r '.regions[].region')"
	fails "limit REGION: there is none" 2 NOWHERE ecdn limit NOWHERE
	ecdn exempt GAMMA --for 7200s
	has "a duration as people say it" '^GAMMA .* exempt, (2h|1h59m) left$' "$(ecdn limit)"
	has "a duration of a limit" '^BETA .* 1m\* ' "$(ecdn limit)"
}

test_status() {
	ecdn allow add 192.88.99.0/24
	printf '192.0.2.7\n192.0.2.8\n' >"$work/nodes"
	ecdn node load "$work/nodes"
	has "status: nodes are told from allowed prefixes" '^trusted +2 nodes, 1 allowed prefix$' \
		"$(ecdn status)"
	has "status: who counts requests" "^proxies +root's alone " "$(ecdn status)"
	ecdn load --proxy-group 54321 e0
	has "status: the group that counts them" '^proxies .* of group 54321 ' "$(ecdn status)"
	is "status --json: the same" "2 1 54321" \
		"$(ecdn status --json | jq -r '"\(.nodes) \(.allowed) \(.proxy_group)"')"
	bump give_ups
	has "status: give-ups are no passed packets" '^gave up +7 ' "$(ecdn status)"
	lacks "status: give-ups are no passed packets: not there" '^passed +7 ' "$(ecdn status)"
}

# Puts 7 into the counter of buckets that were evicted, of CPU 0.
bump() {
	local value

	value=$(bpftool -j map lookup pinned "$pin/cpu_events" key 0 0 0 0 |
		jq -r '.value | .[72:80] = ["0x07", "0", "0", "0", "0", "0", "0", "0"] | join(" ")')
	# shellcheck disable=SC2086
	bpftool map update pinned "$pin/cpu_events" key 0 0 0 0 value $value
}

test_steer() {
	waiting edge "$build/tests/tools/waiter" 127.0.0.1:513 513
	ecdn steer add 80 127.0.0.1:513
	does "steer: all listeners are there" ecdn steer --exit-code
	is "steer: and nothing is said" "" "$(ecdn steer 2>&1 >/dev/null)"
	stop "$waiter"
	has "steer: a listener that is gone is a fault" 'nobody listens at 127.0.0.1:513' \
		"$(ecdn steer 2>&1 >/dev/null)"
	has "steer: its state" '^80 +127\.0\.0\.1:513 +- +gone ' "$(ecdn steer 2>/dev/null)"
	fails "steer: and of the exit code" 3 'gone' ecdn steer --exit-code
	does "steer: unless it is not asked for" ecdn steer
	fails "steer: --exit-code of a list alone" 2 'lists' ecdn steer refresh --exit-code
}

client_and_edge
wire client c1 edge e1
wire client c2 edge e2
ecdn load --shield off --regions "$regions" e0 e1 e2
ecdn limit set default --grace 0s
test_empty
test_order
test_rates
test_peak
test_prefix
test_terminal
test_watch
test_limit
kill "$flooding"
test_status
test_steer
finish

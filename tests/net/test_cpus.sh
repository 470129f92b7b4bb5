#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Two interfaces, each served by a CPU of its own, share a region and a prefix:
# they share its limits, and lose no count. What floods is forged: the shield is off.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"

LIMIT=5000
MAX_REGIONS=4096

ms() {
	awk -v s="$1" 'BEGIN { printf "%d\n", s * 1000 }'
}

# The sender's CPU carries a veth's packets to the other end and through the guard.
flood_on() {
	local cpu=$1

	shift
	on "client$cpu" "$build/tests/tools/flood" --dev c0 --mac $edge_mac --to $edge_ip \
		--cpu "${cpus[cpu]}" "$@"
}

flood_both() {
	flood_on 0 "$@" >"$work/flood0" &
	flood_on 1 "$@" >"$work/flood1" &
	wait
	said0=$(<"$work/flood0")
	said1=$(<"$work/flood1")
	sent=$(($(got sent "$said0") + $(got sent "$said1")))
}

# CPUs that counted packets of a region.
cpus_counting() {
	local key

	key=$(ecdn region --json | jq ".regions[] | select(.region == \"$1\") | .id")
	bpftool -j map dump pinned "$pin/region_cpu" | jq "[.[] | .formatted |
		select(.key % $MAX_REGIONS == $key and .value.packets > 0)] | length"
}

# One CPU's stall does not stop the other's packets, so that none is forgiven
# beyond the time when either stalled.
measure() {
	local what=$1 region=$2 ran stalled before dropped passed_now

	shift 2
	flood_both --rate 20k --seconds 300ms "$@"
	is "$what: is limited" limited "$(state "$region")"
	before=$(sunk "${region,,}")
	dropped=$(stats "$region" .dropped_packets)
	flood_both --rate 50k --seconds 3s "$@"
	passed_now=$(($(sunk "${region,,}") - before))
	ran=$(ms "$(got seconds "$said0")")
	stalled=$(($(ms "$(got stalled "$said0")") + $(ms "$(got stalled "$said1")")))
	between "$what: passes within 5 % of one limit" $((LIMIT * (ran - stalled) * 95 / 100000)) \
		$((LIMIT * ran * 105 / 100000)) "$passed_now"
	is "$what: dropped is all the rest" $((sent - passed_now)) \
		$(($(stats "$region" .dropped_packets) - dropped))
}

test_counters() {
	local before

	flood_both --from 192.0.2.0/24 --rate 100k --seconds 2s
	is "counters: two CPUs count" 2 "$(cpus_counting GAMMA)"
	is "counters: every packet" "$sent" "$(stats GAMMA .packets)"
	is "counters: every byte" $((sent * 60)) "$(stats GAMMA .bytes)"
	before=$(sunk beta)
	ecdn block BETA
	flood_both --from 203.0.113.0/24 --rate 100k --seconds 1s
	is "counters: every packet dropped" "$sent" "$(stats BETA .dropped.blocked.packets)"
	is "counters: none arrives" "$before" "$(sunk beta)"
	ecdn release BETA
}

# Either CPU alone is below the limit, both together are above.
test_declared_together() {
	ecdn limit set BETA --pps 10k --hold 1m
	flood_both --from 203.0.113.0/24 --rate 7k --seconds 1500ms
	is "a surge that only both CPUs together see" limited "$(state BETA)"
	is "it is every CPU's surge" 1 $(($(stats BETA .dropped_packets) > 0 ? 1 : 0))
}

mapfile -t cpus < <(taskset -cp $$ | sed 's/.*: //' | tr ',' '\n' |
	awk -F- '{ for (i = $1; i <= (NF > 1 ? $2 : $1); i++) print i }')
if ((${#cpus[@]} < 2)); then
	not_ok "two CPUs" "this machine has ${#cpus[@]}"
	finish
	exit
fi
host edge client0 client1
wire client0 c0 edge e0
wire client1 c0 edge e1
sink_regions e0 e1
ecdn load --shield off --regions "$regions" e0 e1
ecdn limit set default --grace 0s
test_counters
ecdn limit set ALPHA --pps 1k --prefix-pps $LIMIT --answer-cps 0 --hold 1m
measure "prefix_pps" ALPHA --from 198.51.100.0/24
ecdn limit set WIDE --pps 1k --prefix-pps 0 --answer-cps $LIMIT --hold 1m
measure "answer_cps" WIDE --from 198.18.0.0/16 --type syn
test_declared_together
finish

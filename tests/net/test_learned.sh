#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Limits that are learned: how a region is given to the agent, by a command and by a file, what is
# in force of what the agent writes, how that is told, and what keeps it. tests/tools/learned
# writes as the agent does.
# shellcheck disable=SC2016 # commands in backquotes
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"

learn() {
	on edge "$build/tests/tools/learned" learned --pin-dir "$pin" "$@"
}

# limits REGION [FILTER]: pps, bps, cps and grace in force.
limits() {
	ecdn limit "$1" --json | jq -rc ".regions[0] | ${2:-.limits | [.pps, .bps, .cps, .grace]}"
}

last_line() {
	"${2:-ecdn}" limit "$1" | tail -n 1
}

# A library by which 25 minutes have passed: this host may not have run for so long.
build_clock() {
	cat >"$work/later.c" <<-'END'
		#include <sys/syscall.h>
		#include <time.h>
		#include <unistd.h>

		int clock_gettime(clockid_t clock, struct timespec *now)
		{
			int err = syscall(SYS_clock_gettime, clock, now);

			if (!err && clock == CLOCK_MONOTONIC)
				now->tv_sec += 1500;
			return err;
		}
	END
	clang -D_GNU_SOURCE -shared -fPIC -o "$work/later.so" "$work/later.c"
}

# later VERB [WORD...]: the same as ecdn, of 25 minutes later.
later() {
	LD_PRELOAD=$work/later.so ecdn "$@"
}

rows() {
	bpftool -j map dump pinned "$pin/region_learned" | jq length
}

generation() {
	bpftool -j map dump pinned "$pin/config" | jq '.[0].formatted.value.generation'
}

test_set() {
	is "a command" "ALPHA: limits are learned from now on" "$(ecdn limit set ALPHA --auto)"
	is "again" "ALPHA: nothing changed, it was so already: limits are learned" \
		"$(ecdn limit set ALPHA --auto)"
	is "nothing is in force yet" "[0,0,0,1]" "$(limits ALPHA)"
	is "it says so" 'ALPHA: nothing is learned yet: no agent has written anything; `ecdn-xdp agent` does, once a minute' \
		"$(last_line ALPHA)"
	is "own limits" '["auto"] true' "$(limits ALPHA '"\(.own_limits) \(.auto)"')"
	has "the list" '^ALPHA +auto +auto +auto ' "$(ecdn limit)"
	is "hours of history" 0 "$(learn ALPHA days=0 hours=5; echo $?)"
	is "are told" "ALPHA: nothing is learned yet: 5 h of 24 h" "$(last_line ALPHA)"
}

test_in_force() {
	local before

	before=$(generation)
	learn ALPHA pps=412000 bps=3000000000 cps=900 peak=171667 level=1200 BETA pps=5
	is "what is learned is in force" "[412000,3000000000,900,3]" "$(limits ALPHA)"
	is "by one generation" $((before + 1)) "$(generation)"
	is "a region that is not auto is passed over" "[0,0,0,1]" "$(limits BETA)"
	learn ALPHA pps=412000 bps=3000000000 cps=900 peak=171667 level=1200
	is "none for what was so already" $((before + 1)) "$(generation)"
	is "in one line, of ASCII" "ALPHA: limit 412k pps = 2 x 172k (the busiest of 19-22 h UTC on the last \
days) x 1.2 (the last half hour is that much above it)" "$(LC_ALL=C last_line ALPHA)"
	is "or of UTF-8" "ALPHA: limit 412k pps = 2 × 172k (the busiest of 19–22 h UTC on the last \
days) × 1.2 (the last half hour is that much above it)" "$(LC_ALL=C.UTF-8 last_line ALPHA)"
	has "the list marks it" '^ALPHA +412k~ +3.00G~ +900~ .* 3.60k .* 3s ' "$(ecdn limit)"
	has "and where it is from" '^pps +412k +learned$' "$(ecdn limit ALPHA)"
	has "also its grace" '^grace +3s +follows learned limits$' "$(ecdn limit ALPHA)"
	is "JSON" '[412000,true,null,171667,1.2,1,0]' \
		"$(limits ALPHA '.learned.pps | [.limit, .in_force, .own, .peak, .level, .creep, .floor]')"
	is "the metric" 171667 "$(ecdn stats --metrics |
		sed -n 's/^ecdn_xdp_region_learned_peak_packets_per_second{region="ALPHA"} //p')"
	is "no other region has one" 1 "$(ecdn stats --metrics |
		grep -c '^ecdn_xdp_region_learned_peak_packets_per_second{')"
}

test_caps() {
	is "a cap" "ALPHA: pps 300k (was 412k)" "$(ecdn limit set ALPHA --pps 300k)"
	is "holds" "[300000,3000000000,900,3]" "$(limits ALPHA)"
	has "is told" '^ALPHA: limit 412k pps = .* above it\), capped by the operator.s 300k$' \
		"$(last_line ALPHA)"
	ecdn limit set ALPHA --auto --pps 500k >/dev/null
	is "a cap above it does not" "[412000,3000000000,900,3]" "$(limits ALPHA)"
	is "but is kept" "500000 false" "$(limits ALPHA '"\(.learned.pps.own) \(.learned.pps.limit == 0)"')"
	ecdn limit set default --cps 100 --bps 4G >/dev/null
	is "so does the default" "[412000,3000000000,100,3]" "$(limits ALPHA)"
	ecdn limit set default --grace 2s >/dev/null
	is "its grace goes before" "[412000,3000000000,100,2]" "$(limits ALPHA)"
	ecdn limit clear default >/dev/null
	is "until it is cleared" "[412000,3000000000,900,3]" "$(limits ALPHA)"
	ecdn limit set ALPHA --grace 1s >/dev/null
	is "an own grace" 1 "$(limits ALPHA .limits.grace)"
	learn ALPHA pps=600000
	is "the least of both" "[500000,0,0,1]" "$(limits ALPHA)"
}

# Whatever else is done, what was learned stays.
test_kept() {
	learn ALPHA pps=400000 days=7
	does "an upgrade" ecdn load e0
	is "an upgrade keeps it" "[400000,0,0,1]" "$(limits ALPHA)"
	does "room for more" ecdn region load "$work/wide"
	is "a larger table keeps it" "[400000,0,0,1]" "$(limits ALPHA)"
	ecdn exempt ALPHA --for 1m >/dev/null
	ecdn release ALPHA >/dev/null
	is "an exemption keeps it" "[400000,0,0,1]" "$(limits ALPHA)"
	does "off" ecdn off
	does "on" ecdn on
	is "off and on keep it" 7 "$(limits ALPHA '.learned.history / 86400 | floor')"
	is "no more" "ALPHA: limits are not learned any more" "$(ecdn limit set ALPHA --no-auto)"
	is "the operator's own holds again" "[500000,0,0,1]" "$(limits ALPHA)"
	is "nothing is kept" 0 "$(rows)"
	learn ALPHA pps=7
	is "and nothing is written" "0 500000" "$(rows) $(limits ALPHA .limits.pps)"
	ecdn limit clear ALPHA >/dev/null
	ecdn limit set ALPHA --auto >/dev/null
	learn ALPHA pps=7
	ecdn limit clear ALPHA >/dev/null
	is "clear" "0 [0,0,0,1] false" "$(rows) $(limits ALPHA) $(limits ALPHA .auto)"
}

test_file() {
	printf 'limits:\n  ALPHA: auto\n  BETA: {auto: true, pps: 10k}\n' >"$work/auto.yaml"
	does "a file" ecdn load --config "$work/auto.yaml" e0
	is "both are auto" "true true 10000" "$(limits ALPHA .auto) $(limits BETA .auto) $(
		limits BETA .limits.pps)"
	learn ALPHA pps=1000 BETA pps=20000 cps=5
	is "one is capped" "[1000,0,0,3] [10000,0,5,3]" "$(limits ALPHA) $(limits BETA)"
	does "the same file" ecdn load --config "$work/auto.yaml" e0
	is "keeps what was learned" "[1000,0,0,3] [10000,0,5,3]" "$(limits ALPHA) $(limits BETA)"
	printf 'limits:\n  BETA: {auto: false}\n' >"$work/no.yaml"
	does "another file" ecdn load --config "$work/no.yaml" e0
	is "takes one off" "[1000,0,0,3] [10000,0,0,1]" "$(limits ALPHA) $(limits BETA)"
	printf 'limits: {ALPHA: {auto: 5}}\n' >"$work/bad.yaml"
	fails "neither true nor false" 1 'auto must be true or false' \
		ecdn load --config "$work/bad.yaml" e0
	printf 'limits: {ALPHA: automatic}\n' >"$work/bad.yaml"
	fails "no such word" 1 'bad.yaml:1' ecdn load --config "$work/bad.yaml" e0
	echo 'limits: {ALPHA: aut}' >"$work/bad.yaml"
	fails "a word that is near" 1 '"aut" is no limit; write auto, or' \
		ecdn load --config "$work/bad.yaml" e0
	fails "both" 2 'either --auto or --no-auto' ecdn limit set ALPHA --auto --no-auto
	ecdn limit clear ALPHA >/dev/null
	ecdn limit clear BETA >/dev/null
}

test_default() {
	is "every region" "default: limits are learned from now on, pps 50.0k (was no limit)" \
		"$(ecdn limit set default --auto --pps 50k)"
	learn ALPHA pps=1000 BETA pps=90000 cps=3
	is "is learned" "[1000,0,0,3] [50000,0,3,3]" "$(limits ALPHA) $(limits BETA)"
	is "and none of its limits is its own" "false" "$(limits ALPHA .own)"
	has "the list has them" '^ALPHA +1.00k~ ' "$(ecdn limit)"
	has "and the default, too" '^default +50.0k +auto +auto ' "$(ecdn limit)"
	has "the default says so" 'are learned, and at most those here$' "$(ecdn limit default)"
	ecdn limit set BETA --cps 10 >/dev/null
	is "one with a rate of its own is not" "[50000,0,10,1] false" \
		"$(limits BETA) $(limits BETA .auto)"
	ecdn limit set default --no-auto >/dev/null
	is "none is any more" "[50000,0,0,1] [50000,0,10,1] 0" \
		"$(limits ALPHA) $(limits BETA) $(rows)"
	printf 'limits: {default: auto}\n' >"$work/default.yaml"
	does "a file too" ecdn load --config "$work/default.yaml" e0
	is "has them learned" true "$(limits ALPHA .auto)"
	ecdn limit clear default >/dev/null
	ecdn limit clear BETA >/dev/null
	is "clear" "false 0" "$(limits ALPHA .auto) $(rows)"
}

# The id of a region that is gone is another's later.
test_forgotten() {
	local region

	ecdn limit set BETA --auto >/dev/null
	learn BETA pps=1000
	region=$(bpftool -j map dump pinned "$pin/region_learned" | jq '.[0].formatted.key')
	grep -v BETA "$regions" >"$work/fewer"
	ecdn region load --shrink "$work/fewer" >/dev/null
	is "a region without addresses" 1000 "$(limits BETA .limits.pps)"
	ecdn limit clear BETA >/dev/null
	ecdn limit set default --auto >/dev/null
	learn BETA pps=1000
	does "is forgotten" ecdn region forget BETA
	is "with what was learned" 0 "$(rows)"
	learn BETA pps=1000 ALPHA pps=7
	is "and is passed over" "1 7" "$(rows) $(limits ALPHA .limits.pps)"
	{ cat "$work/fewer"; echo "203.0.113.0/24 NEWER"; } >"$work/newer"
	ecdn region load --shrink "$work/newer" >/dev/null
	is "who has its id now" "$region" "$(region_id NEWER)"
	is "has nothing of it" "[0,0,0,1]" "$(limits NEWER)"
	ecdn limit clear default >/dev/null
	ecdn region load --shrink "$regions" >/dev/null
}

# Pins of the last release lack the map.
test_earlier() {
	rm "$pin/region_learned"
	fails "earlier pins: a command" 1 'learns no limits; `ecdn-xdp load` upgrades it' \
		ecdn limit set ALPHA --auto
	fails "earlier pins: the default" 1 'upgrades it' ecdn limit set default --auto
	does "earlier pins: other limits" ecdn limit set ALPHA --pps 9k
	is "earlier pins: the list" "[9000,0,0,1] false" "$(limits ALPHA) $(limits ALPHA .auto)"
	is "earlier pins: nothing can be written" 3 "$(learn ALPHA pps=5 || echo $?)"
	printf 'limits: {ALPHA: auto}\n' >"$work/earlier.yaml"
	does "earlier pins: a load makes it" ecdn load --config "$work/earlier.yaml" e0
	learn ALPHA pps=5
	is "and then it is learned" "[5,0,0,3]" "$(limits ALPHA)"
	rm "$pin/region_learned"
	is "a map that is lost" "[5,0,0,3]" "$(limits ALPHA)"
	does "is made again" ecdn load e0
	is "what was in force is the operator's then" "[5,0,0,1] 5" \
		"$(limits ALPHA) $(limits ALPHA .learned.pps.own)"
	ecdn limit clear ALPHA >/dev/null
}

# The agent waits for nobody, and nobody is told of it.
test_lock() {
	local verbs

	ecdn limit set ALPHA --auto >/dev/null
	verbs=$(ecdn events --json | jq -s length)
	learn ALPHA pps=5
	is "the events have no entry" "$verbs" "$(ecdn events --json | jq -s length)"
	exec {lock}<"$(echo /run/ecdn-xdp/"$(basename "$pin")"-*)"
	flock "$lock"
	is "another command is at work" 2 "$(learn ALPHA pps=6 || echo $?)"
	is "and nothing is changed" 5 "$(limits ALPHA .limits.pps)"
	exec {lock}<&-
	does "it is done" learn ALPHA pps=6
	ecdn unload --all
	is "nothing is loaded" 3 "$(learn ALPHA pps=6 || echo $?)"
}

test_surge() {
	ecdn limit set ALPHA --auto >/dev/null
	learn ALPHA pps=100 peak=50
	flood --from 198.51.100.0/24 --rate 2000 --count 9000 >/dev/null
	is "above a learned limit for its grace" limited "$(state ALPHA)"
	has "explain says so" 'pps .* of 100, which is learned' "$(ecdn explain 198.51.100.7)"
	has "and what raises it" 'limit set ALPHA --no-auto --pps' "$(ecdn explain 198.51.100.7)"
	has "LOAD is by what is learned" '^ALPHA .* of 100' "$(ecdn stats)"
	ecdn limit clear ALPHA >/dev/null
}

# What the map has of ALPHA, whose id has one byte.
in_map() {
	bpftool -j map lookup pinned "$pin/region_limits" \
		key hex "$(printf %02x "$(region_id ALPHA)")" 0 0 0 |
		jq -c '.formatted.value | [.pps, .learned_until_ns == 0]'
}

# Limits of an hour that nobody renews.
test_gives_way() {
	local before

	ecdn limit set ALPHA --auto --cps 300 >/dev/null
	learn ALPHA pps=100 cps=50 busiest=100000 until=600
	is "way: those of the hour hold" "[100,0,50,3]" "$(limits ALPHA)"
	is "way: for so long" "true 100000" \
		"$(limits ALPHA '.learned | "\(.gives_way | 590 < . and . <= 600) \(.pps.busiest)"')"
	before=$(generation)
	learn ALPHA pps=100 cps=50 busiest=100000 until=700
	is "way: putting it off concerns no CPU" "$before" "$(generation)"
	is "way: but is done" true "$(limits ALPHA '.learned.gives_way > 690')"
	learn ALPHA pps=100 cps=50 busiest=100000 until=0
	is "way: nothing came since" "[100,false]" "$(in_map)"
	is "way: readers tell what the next packet meets" "[100000,0,50,3]" "$(limits ALPHA)"
	is "way: and that it has given way" 0 "$(limits ALPHA .learned.gives_way)"
	has "way: explain passes a packet" 'pass' "$(ecdn explain 198.51.100.7)"
	is "way: and writes nothing" "[100,false]" "$(in_map)"
	ecdn exempt ALPHA --for 1ms >/dev/null
	is "way: a command leaves it so" "[100,false]" "$(in_map)"
	flood --from 198.51.100.0/24 --count 1 >/dev/null
	is "way: one packet does" "[100000,true]" "$(in_map)"
	flood --from 198.51.100.0/24 --rate 2000 --count 9000 >/dev/null
	is "way: far above what the hour allowed" normal "$(state ALPHA)"
	has "way: it is told" '^ALPHA: limit 100k pps, that of the busiest hour .* as no agent has renewed the 100 of 20 h UTC for 25m[0-9s]*$' \
		"$(last_line ALPHA later)"
	has "way: where it is from" '^pps +100k +learned, of the busiest hour$' "$(ecdn limit ALPHA)"
	has "way: the list marks it" '^ALPHA +100k~ ' "$(ecdn limit)"
	fails "way: check says so" 3 '^learned .*no agent renews the learned limits of 1 region, for up to 25m[0-9s]*, so those of the busiest hour hold: ALPHA' later check
	is "way: the same again" "ALPHA: nothing changed, it was so already: limits are learned" \
		"$(ecdn limit set ALPHA --auto)"
	ecdn limit set ALPHA --pps 50k >/dev/null
	is "way: an operator's limit caps it" "[50000,0,50,3]" "$(limits ALPHA)"
	does "way: a load" ecdn load e0
	is "way: a load keeps it" "[50000,0,50,3]" "$(limits ALPHA)"
	ecdn limit set ALPHA --auto --pps 200k >/dev/null
	is "way: a limit above it does not" "[100000,0,50,3]" "$(limits ALPHA)"
	learn ALPHA pps=110 cps=60 busiest=100000 until=600
	is "way: an agent writes again" "[110,0,60,3] [110,false]" "$(limits ALPHA) $(in_map)"
	learn ALPHA pps=100000 cps=70
	is "way: one that ends in order" "[100000,0,70,3] [100000,true] null" \
		"$(limits ALPHA) $(in_map) $(limits ALPHA .learned.gives_way)"
	ecdn limit clear ALPHA >/dev/null
}

# What is pinned is another map than the loaded guard's, as no earlier version's guard has this one.
test_earlier_guard() {
	local entries

	ecdn limit set ALPHA --auto >/dev/null
	learn ALPHA pps=100 busiest=100000 until=600
	does "earlier guard: check is content with this one" ecdn check
	ecdn limit clear ALPHA >/dev/null
	entries=$(bpftool -j map show pinned "$pin/region_learned" | jq .max_entries)
	rm "$pin/region_learned"
	bpftool map create "$pin/region_learned" type hash key 4 value 184 entries "$entries" \
		name region_learned flags 1
	ecdn limit set ALPHA --auto >/dev/null
	learn ALPHA pps=100 busiest=100000 until=600
	is "earlier guard: nobody says that they will give way" null \
		"$(limits ALPHA .learned.gives_way)"
	fails "earlier guard: check says so" 3 '^learned +an earlier version has loaded the guard: .* of 1 region, those of its last hour stay: ALPHA: `ecdn-xdp load IFACE`' ecdn check
	learn ALPHA pps=100 busiest=100000 until=0
	flood --from 198.51.100.0/24 --count 1 >/dev/null
	is "earlier guard: it does not have them give way" "[100,false]" "$(in_map)"
	is "earlier guard: nor do readers" "[100,0,0,3] null" \
		"$(limits ALPHA) $(limits ALPHA .learned.gives_way)"
	has "earlier guard: they say how old it is" '^ALPHA: limit 100 pps, .*; no agent has renewed it for 25m[0-9s]*$' \
		"$(last_line ALPHA later)"
	flood --from 198.51.100.0/24 --rate 2000 --count 9000 >/dev/null
	is "earlier guard: it limits" limited "$(state ALPHA)"
	has "earlier guard: explain is of this guard" ' of 100, which is learned' \
		"$(ecdn explain 198.51.100.7)"
	does "earlier guard: a load" ecdn load e0
	is "earlier guard: the new one has them give way" "[100000,0,0,3] 0" \
		"$(limits ALPHA) $(limits ALPHA .learned.gives_way)"
	flood --from 198.51.100.0/24 --count 1 >/dev/null
	is "earlier guard: with the next packet" "[100000,true]" "$(in_map)"
	ecdn limit clear ALPHA >/dev/null
}

test_check() {
	ecdn limit set ALPHA --auto >/dev/null
	learn ALPHA pps=100000 peak=50000
	does "an agent that renews" ecdn check
	fails "none does" 3 '^learned .*no agent renews the learned limits of 1 region, for up to 25m[0-9s]*: ALPHA: .*systemctl start ecdn-xdp-agent' later check
	has "the region says it" '; no agent has renewed it for 25m[0-9s]*$' "$(last_line ALPHA later)"
	learn ALPHA pps=100000 peak=50000
	does "and again" ecdn check
}

client_and_edge
sink_regions e0
build_clock
{ cat "$regions"; for i in {0..255}; do echo "10.$i.0.0/17 ALPHA"; done; } >"$work/wide"

ecdn load --shield off --regions "$regions" e0
test_set
test_in_force
test_caps
test_kept
ecdn region load --shrink "$regions" >/dev/null
test_file
test_default
test_forgotten
test_earlier
test_surge
test_check
test_gives_way
test_earlier_guard
test_lock
finish

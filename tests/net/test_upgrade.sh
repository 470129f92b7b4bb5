#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Upgrades and new region tables while packets come: not one slips through, not
# one is counted twice, missed or put to another region.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"

ROUNDS=20
RATE=100k

test_upgrade() {
	local round said failures=0 program

	program=$(bpftool -j prog show pinned "$pin/prog/guard" | jq .id)
	ecdn block ALPHA
	flood_start "$work/flood" --from 198.51.100.0/24 --rate $RATE
	for ((round = 0; round < ROUNDS; round++)); do
		ecdn load e0 || failures=$((failures + 1))
	done
	flood_stop "upgrade under a flood"
	said=$(<"$work/flood")
	is "upgrade under a flood: $ROUNDS loads succeed" 0 "$failures"
	between "upgrade under a flood: the program is another one" $((program + ROUNDS)) \
		1000000000 "$(bpftool -j prog show pinned "$pin/prog/guard" | jq .id)"
	is "upgrade under a flood: no blocked packet gets through" 0 "$(sunk alpha)"
	is "upgrade under a flood: every packet is counted" "$(got sent "$said")" \
		"$(stats ALPHA .packets)"
	is "upgrade under a flood: every packet is counted as dropped" "$(got sent "$said")" \
		"$(stats ALPHA .dropped.blocked.packets)"
	ecdn release ALPHA
}

# Two tables that agree on BETA alone.
test_swap() {
	local round said before generation

	printf '203.0.113.0/24 BETA\n203.0.112.0/24 ALPHA\n0.0.0.0/1 GAMMA\n' >"$work/one"
	printf '203.0.113.0/24 BETA\n128.0.0.0/1 OMEGA\n198.51.100.0/24 WIDE\n' >"$work/two"
	before=$(stats BETA .packets)
	generation=$(stats_all .generation)
	flood_start "$work/flood" --from 203.0.113.0/24 --rate $RATE
	for ((round = 0; round < ROUNDS / 2; round++)); do
		ecdn region load --shrink "$work/one"
		ecdn region load --shrink "$work/two"
	done
	flood_stop "new tables under traffic"
	said=$(<"$work/flood")
	is "new tables under traffic: $ROUNDS generations" $((generation + ROUNDS)) \
		"$(stats_all .generation)"
	is "new tables under traffic: every packet is in its region" "$(got sent "$said")" \
		$(($(stats BETA .packets) - before))
	is "new tables under traffic: none is elsewhere" "" \
		"$(stats_all '.regions[] | select(.packets > 0 and .region != "ALPHA" and
			.region != "BETA") | .region')"
	is "new tables under traffic: no packet without a table" 0 "$(stats_all .give_ups.no_table)"
	is "new tables under traffic: all arrive" "$(got sent "$said")" "$(sunk beta)"
}

# A table that is refused leaves the one before it, and what it says.
test_bad_tables() {
	local generation answer bad what

	generation=$(stats_all .generation)
	answer=$(ecdn region lookup -v 203.0.113.9)
	printf '203.0.113.0/24 OTHER\n203.0.113.1/24 HOST\n' >"$work/bad-host"
	printf '203.0.113.0/24 ONE\n203.0.113.0/24 TWO\n' >"$work/bad-twice"
	printf '1,20,AA\n20,30,BB\n' >"$work/bad-overlap"
	printf '203.0.113.0/24 NAMEOF16LETTERS_\n' >"$work/bad-name"
	for what in host:2 twice:2 overlap:2 name:1; do
		bad=$work/bad-${what%:*}
		fails "bad table, ${what%:*}: FILE:LINE: REASON" 1 "^$bad:${what#*:}: .{8}" \
			ecdn region load "$work/one" "$bad"
	done
	seq 30 | sed 's/.*/bad line &/' >"$work/bad-many"
	is "bad table: ten lines are shown" 10 \
		"$(ecdn region load "$work/bad-many" 2>&1 | grep -c "^$work/bad-many:[0-9]*: ")"
	is "bad table: the old one stays" "$generation $answer" \
		"$(stats_all .generation) $(ecdn region lookup -v 203.0.113.9)"
	# Its names must not have got ids either.
	fails "bad table: its regions are not there" 2 OTHER ecdn stats OTHER
}

test_lookup() {
	is "lookup" $'203.0.113.9 BETA\n1.2.3.4 GAMMA\n::1 --' \
		"$(ecdn region load -q --shrink "$work/one"; ecdn region lookup 203.0.113.9 1.2.3.4 ::1)"
	is "lookup: standard input" $'203.0.113.9 BETA\n200.1.1.1 --' \
		"$(printf '203.0.113.9\n200.1.1.1\n' | ecdn region lookup -)"
	has "lookup -v: id, generation, source" \
		"^203.0.113.9 BETA .*[0-9]+ .*$(stats_all .generation) .*$work/one" \
		"$(ecdn region lookup -v 203.0.113.9)"
	is "lookup --json" "BETA $(stats_all .generation) $work/one number" \
		"$(ecdn region lookup --json 203.0.113.9 | jq -r '.lookups[0] |
			"\(.region) \(.generation) \(.source) \(.id | type)"')"
	fails "lookup: not an address" 2 'nonsense' ecdn region lookup nonsense
}

client_and_edge
sink_regions e0
ecdn load --regions "$regions" e0
test_upgrade
test_swap
test_bad_tables
test_lookup
finish

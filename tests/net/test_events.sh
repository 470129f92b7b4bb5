#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# What happened is told from the pins, with no process of ours running: surges and their ends,
# those by silence too, commands, and all of it while it happens. Packets are forged, and the
# shield is off, so that they make a region limited.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"

alpha=(--from 198.51.100.0/24)

# told FILTER [WORD...]: applies the filter to the events that are kept.
told() {
	local filter=$1

	shift
	ecdn events --json "$@" | jq -c "$filter"
}

# changes [WORD...]: "FROM>TO WHY" of each change, in one line.
changes() {
	told '[.events[] | select(.kind == "change") | "\(.from)>\(.to) \(.why)"] | join(", ")' "$@" |
		tr -d '"'
}

# count_of FILTER: of events that match.
count_of() {
	told "[.events[] | select($1)] | length"
}

many() {
	[ "$(count_of "$1")" -ge "$2" ]
}

test_empty() {
	has "empty: said so" 'no change in the last 10m; changes of a region' "$(ecdn events BETA 2>&1 >/dev/null)"
	is "empty: JSON" '{"schema":1,"complete":true,"events":[]}' "$(told . BETA)"
	fails "a region that is not there" 2 'NOWHERE' ecdn events NOWHERE
	fails "no duration" 2 '--since soon: not a duration' ecdn events --since soon
	fails "nothing loaded" 1 'nothing is loaded' \
		on edge "$build/ecdn-xdp" events --pin-dir "$pin-none"
}

test_surge() {
	local event day

	flood "${alpha[@]}" --rate 20k --seconds 1s >/dev/null
	is "surge: its changes" "normal>shielded surge, shielded>limited surge" "$(changes ALPHA)"
	event='.events[] | select(.to == "limited")'
	is "surge: by what" '["pps",5000,"claimed"]' \
		"$(told "$event | [.measure, .limit, .basis]" ALPHA)"
	between "surge: the rate" 5000 25000 "$(told "$event | .rate" ALPHA)"
	has "surge: from whom" '^"198\.51\.100\.[0-9]+"$' "$(told "$event | .source" ALPHA)"
	has "surge: it has an end" '^"20..-..-..T..:..:..\....Z"$' "$(told "$event | .until" ALPHA)"
	day=$(date -d "$(told "$event | .time" ALPHA | tr -d '"')" +%F)
	has "surge: as text" "^$day ..:..:..\.... +ALPHA +shielded -> limited +pps [0-9.]+k of \
5\.00k, claimed; from 198\.51\.100\.[0-9]+$" "$(ecdn events ALPHA)"
	is "surge: nothing of other regions" "" "$(changes BETA)"
	is "surge: --last" 1 "$(told '.events | length' ALPHA --last 1)"
}

# The kernel writes no state without a packet; until then the reader tells the end, at that time,
# and it is the same event when a packet has come.
test_silence() {
	local end

	does "silence: told without a packet" wait_for 15 many '.why == "silence"' 1
	is "silence: from what to what" "limited>normal silence" \
		"$(told '.events[] | select(.why == "silence") | "\(.from)>\(.to) \(.why)"' | tr -d '"')"
	end=$(told '.events[] | select(.why == "silence") | .time')
	flood "${alpha[@]}" --count 1 >/dev/null
	is "silence: with the next packet it is no other one" "$end" \
		"$(told '.events[] | select(.why == "silence") | .time')"
	is "silence: the kernel has written it" 3 \
		"$(bpftool -j map dump pinned "$pin/change_head" |
			jq '.[0] | .formatted // . | .value.number')"
	has "silence: as text" 'ALPHA +limited -> normal +ended by silence$' "$(ecdn events ALPHA)"
}

test_commands() {
	ecdn block ALPHA
	ecdn release ALPHA
	ecdn exempt ALPHA --for 400ms
	# A machine that is busy may read that when the exemption is over.
	is "commands: changes" "normal>blocked command, blocked>normal command, normal>exempt command" \
		"$(changes ALPHA | sed -E 's/.*(normal>blocked)/\1/; s/, exempt>normal over$//')"
	is "commands: who ran them" '["block ALPHA","release ALPHA","exempt ALPHA --for 400ms"]' \
		"$(told '[.events[] | select(.kind == "command") | .command |
			sub(" --pin-dir [^ ]+"; "")] | .[-3:]' ALPHA)"
	has "commands: as text" ' .block .*ALPHA. by [^ ]+$' "$(ecdn events ALPHA)"
	does "commands: an exemption ends by itself" wait_for 5 many '.why == "over"' 1
	is "commands: as its time is over" "exempt>normal over" "$(changes ALPHA --last 1)"
	is "commands: --since leaves out what is older" "" "$(sleep 0.3; changes ALPHA --since 100ms)"
}

# follows PID: it has opened the maps in which it sees events, changes and states.
follows() {
	[ "$(grep -c bpf-map "/proc/$1/maps")" = 3 ]
}

# Who follows sees each of them once, soon after it, and the prefix that does it.
test_follow() {
	local follower lines=$work/lines text=$work/text texts

	ecdn release ALPHA
	sleep 0.2
	(exec nsenter --net="/run/netns/ecdn-$id-edge" "$build/ecdn-xdp" events --pin-dir "$pin" \
		ALPHA --follow --json --since 0s >"$lines") &
	follower=$!
	(exec nsenter --net="/run/netns/ecdn-$id-edge" "$build/ecdn-xdp" events --pin-dir "$pin" \
		ALPHA --follow --since 0s >"$text") &
	texts=$!
	wait_for 10 follows $follower
	wait_for 10 follows $texts
	sleep 0.3
	flood "${alpha[@]}" --rate 20k --seconds 1s >/dev/null
	does "follow: the end by silence" wait_for 15 grep -q '"why":"silence"' "$lines"
	flood "${alpha[@]}" --count 1 >/dev/null
	ecdn block ALPHA
	does "follow: a command" wait_for 5 grep -q '"kind":"command"' "$lines"
	does "follow: what it did" wait_for 5 grep -q '"to":"blocked"' "$lines"
	does "follow: that as text" wait_for 5 grep -q blocked "$text"
	sleep 0.3
	stop $follower
	stop $texts
	is "follow: each once, in order" "shielded limited normal blocked" \
		"$(jq -r 'select(.kind == "change") | .to' "$lines" | xargs)"
	is "follow: each line is whole" "1" "$(jq .schema "$lines" | sort -u)"
	is "follow: the heaviest prefix" '"198.51.100.0/24"' \
		"$(jq 'select(.to == "limited") | .heaviest' "$lines")"
	is "follow: the same as text" "$(wc -l <"$lines")" "$(wc -l <"$text")"
	has "follow: the heaviest prefix as text" '; heaviest 198\.51\.100\.0/24$' "$(<"$text")"
	ecdn release ALPHA
}

# A forger who has a region come and go fills no ring.
test_flaps() {
	local before after

	ecdn limit set BETA --cps 100 --grace 1m --hold 10ms
	before=$(told '.events | length')
	for _ in 1 2 3; do
		flood --from 203.0.113.0/24 --type syn --rate 2k --seconds 200ms >/dev/null
		sleep 2.5
	done
	flood --from 203.0.113.0/24 --count 1 >/dev/null
	after=$(told '.events | length')
	is "flaps: one entry" "$((before + 1))" "$after"
	is "flaps: counted" '["normal","normal",6]' \
		"$(told '.events[] | select(.kind == "change") | [.from, .to, .count]' BETA)"
	has "flaps: as text" '; 6 changes in [0-9.]+ s$' "$(ecdn events BETA)"
}

# Peaks are what a limit can be chosen by.
test_peaks() {
	local peak

	peak=$(bpftool -j map dump pinned "$pin/region_history" |
		jq '[.[] | .formatted // . | .value.peak_pps] | max')
	between "peaks: the highest rate, above the limit" 5000 25000 "$peak"
}

# A guard of an earlier version has none of these maps; a load makes them.
test_earlier() {
	rm "$pin"/{changes,change_head,region_history}
	fails "earlier version: events says so" 1 'earlier version, which keeps no changes' ecdn events
	does "earlier version: other readers do" ecdn stats
	ecdn load e0
	is "earlier version: a load begins anew" "" "$(changes)"
	ecdn block ALPHA
	is "earlier version: and keeps what happens" "normal>blocked command" "$(changes)"
}

client_and_edge
sink_regions e0
ecdn load --shield off --regions "$regions" e0
ecdn limit set ALPHA --pps 5k --hold 2s --grace 200ms
test_empty
test_surge
test_silence
test_commands
test_follow
test_flaps
test_peaks
test_earlier
finish

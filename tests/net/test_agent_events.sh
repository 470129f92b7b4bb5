#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The agent tells what happens: to the real journal, which this test has to itself, or a line each;
# nothing is left out, told twice or late, whatever is loaded and unloaded meanwhile.
# shellcheck source=tests/net/own_run.sh
source "$(dirname "$0")/own_run.sh"
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/agent.sh
source "$top/tests/net/agent.sh"

alpha=(--from 198.51.100.0/24)
lines=$work/lines
yaml=$work/agent.yaml

# settings EVENTS: what the agent is to follow.
settings() {
	printf 'agent: {events: %s}\n' "$1" >"$yaml"
}

# start [VARIABLE=VALUE...]: an agent whose standard output goes to $lines.
start() {
	RUN=(env "$@" bash -c 'out=$1; shift; exec "$@" >>"$out"' bash "$lines")
	agent_start --config "$yaml" --listen off
}

# journal FILTER: of the entries of events, as one array.
journal() {
	journalctl --no-pager -o json SYSLOG_IDENTIFIER=ecdn-xdp ECDN_XDP_KIND="${kind:-change}" |
		jq -sc "$1"
}

journal_has() {
	(($(journal length) >= $1))
}

lines_match() {
	(($(grep -Ec -- "$1" "$lines") >= $2))
}

# changes COUNT PAUSE-US: of ALPHA and BETA, which have ids one behind the other, in turn.
changes() {
	"$build/tests/tools/changes" "$pin" "$(region_id ALPHA)" 2 "$1" "$2" >/dev/null
}

# told JQ-OF-CHANGE: what `events` has of all changes, a line each.
told() {
	ecdn events --json --since 1h | jq -r ".events[] | select(.kind == \"change\") | $1"
}

# ms TIMES: a line each of RFC 3339 in ms.
ms() {
	jq -R 'sub("Z$"; "") | split(".") | (.[0] + "Z" | fromdate) * 1000 + (.[1] | tonumber)'
}

test_journal() {
	local late

	settings auto
	: >"$work/stderr"
	# What systemd gives to a unit whose standard error is the journal's.
	RUN=(env JOURNAL_STREAM="$(stat -c %d:%i "$work/stderr")" bash -c \
		'out=$1 err=$2; shift 2; exec "$@" >>"$out" 2>"$err"' bash "$lines" "$work/stderr")
	agent_start --config "$yaml" --listen off
	changes 1000 1000
	does "journal: all 1,000 changes" wait_for 10 journal_has 1000
	sleep 0.3
	is "journal: none twice" 1000 "$(journal length)"
	is "journal: in order, as events tells them" \
		"$(told '"\(.region) \(.from) \(.to) \(.why) \(.count)"')" \
		"$(journal '.[] | "\(.ECDN_XDP_REGION) \(.ECDN_XDP_FROM) \(.ECDN_XDP_TO) \(.ECDN_XDP_WHY) \(.ECDN_XDP_COUNT)"' | tr -d '"')"
	# Two readers take the time of day at two moments, so the last digit may differ.
	between "journal: with the kernel's time, in ms" 0 2 \
		"$(paste <(told .time | ms) <(journal '.[].ECDN_XDP_TIME' | tr -d '"' | ms) |
			awk '{ d = $1 - $2; d = d < 0 ? -d : d; if (d > most) most = d } END { print most + 0 }')"
	late=$(paste <(journal '.[]._SOURCE_REALTIME_TIMESTAMP' | tr -d '"') \
		<(journal '.[].ECDN_XDP_TIME' | tr -d '"' | ms) |
		awk '{ late = $1 / 1000 - $2; if (late > most) most = late } END { print int(most) }')
	echo "# journal: the latest is told after $late ms"
	between "journal: the latest of them, in ms" 0 400 "$late"
	is "journal: nothing on standard output" "" "$(<"$lines")"
	is "journal: the fields of one" '{"MESSAGE":"ALPHA     normal -> blocked    a command","PRIORITY":"4"}' \
		"$(journal '.[0] | {MESSAGE, PRIORITY}')"
	ecdn block ALPHA --reason 'a "test"' >/dev/null
	kind="command"
	does "journal: commands" wait_for 5 journal_has 1
	is "journal: a command's fields" 'a "test"' "$(journal '.[-1].ECDN_XDP_REASON' | jq -r .)"
	is "journal: each kind has an id" 2 "$(journalctl --no-pager -o json SYSLOG_IDENTIFIER=ecdn-xdp |
		jq -r 'select(.ECDN_XDP_KIND).MESSAGE_ID' | sort -u | wc -l)"
	kind=
	agent_end TERM
}

# What was before its start is old, but for the states that last.
test_start() {
	ecdn release ALPHA >/dev/null
	ecdn block BETA >/dev/null
	settings auto
	start JOURNAL_STREAM=1:1
	does "start: states that last" says 'regions that are not normal as the agent begins: .*BETA blocked'
	sleep 0.3
	is "start: what is old is not told" "" "$(<"$lines")"
	ecdn release BETA >/dev/null
	does "start: no journal's stream, so a line each" wait_for 5 lines_match 'BETA +blocked -> normal' 1
	is "start: the line of events" "$(ecdn events BETA | grep 'BETA.*normal' | tail -n 1 | cut -c 25-)" \
		"$(grep "BETA.*normal" "$lines" | tail -n 1 | cut -c 25-)"
}

# Surges come with the prefix that makes them, and ends without a packet are told too; what goes
# between normal and shielded comes again with its count.
test_surge() {
	ecdn limit set ALPHA --pps 5k --hold 500ms --grace 200ms >/dev/null
	flood "${alpha[@]}" --rate 20k --seconds 1s >/dev/null
	does "surge: told, with the heaviest prefix" wait_for 5 \
		lines_match 'ALPHA +shielded -> limited +pps .* heaviest 198\.51\.100\.0/24$' 1
	does "surge: its end by silence" wait_for 10 lines_match 'ALPHA +limited -> normal +ended by silence$' 1
	ecdn limit set BETA --cps 100 --grace 1m --hold 10ms >/dev/null
	for _ in 1 2; do
		flood --from 203.0.113.0/24 --type syn --rate 2k --seconds 200ms >/dev/null
		sleep 3.5
	done
	flood --from 203.0.113.0/24 --count 1 >/dev/null
	does "flaps: told with their count" wait_for 5 lines_match 'BETA.*; [2-9] changes in' 1
	does "flaps: told from where the last one ended" wait_for 5 \
		lines_match 'BETA +normal -> shielded .*; 3 changes in' 1
}

# What a hung reader of ours, here a stopped one, cannot read in time is counted.
test_lost() {
	kill -STOP "$agent"
	changes 6000 0
	kill -CONT "$agent"
	does "lost: said" wait_for 5 lines_match ' 19[0-9][0-9] events were overwritten$' 1
	sleep 0.5
	grep -o '[0-9]* events were.*' "$lines" | sed 's/^/# lost: /'
	: >"$lines"
	changes 4 0
	does "lost: what comes then is told" wait_for 5 lines_match 'a command' 4
	sleep 0.3
	lacks "lost: once" overwritten "$(<"$lines")"
}

# An event is told once whatever is loaded in its place, and from whatever is loaded.
test_loads() {
	: >"$lines"
	ecdn block ALPHA >/dev/null
	ecdn load --regions "$regions" e0 >/dev/null
	ecdn release ALPHA >/dev/null
	does "upgrade: told" wait_for 5 lines_match 'ALPHA +blocked -> normal' 1
	ecdn block ALPHA >/dev/null
	ecdn unload --all 2>/dev/null
	wait_for 5 lines_match 'ALPHA +normal -> blocked' 2 || true
	is "unload: what came last is told" "normal -> blocked" \
		"$(grep -o 'ALPHA.*blocked' "$lines" | tail -n 1 | sed 's/ALPHA *//')"
	is "unload: each once" 3 "$(grep -c "ALPHA.*command" "$lines")"
	: >"$lines"
	ecdn load --shield off --regions "$regions" e0 >/dev/null
	ecdn block BETA >/dev/null
	does "load: told from its first moment" wait_for 5 lines_match 'BETA +normal -> blocked' 1
	does "load: the command too" wait_for 5 lines_match '.load .* by ' 1
	does "load: the next one" wait_for 5 lines_match '.block .*BETA. by ' 1
	lacks "loads: no error" 'cannot|there no longer' "$(<"$agent_said")"
}

test_reload() {
	settings off
	kill -HUP "$agent"
	does "reload: said" says 'yaml was read again'
	: >"$lines"
	ecdn release BETA >/dev/null
	sleep 0.4
	is "off: nothing is reported" "" "$(<"$lines")"
	settings plain
	kill -HUP "$agent"
	does "reload: said" says 'yaml was read again' 2
	ecdn block BETA >/dev/null
	does "reload: reports again" wait_for 5 lines_match 'BETA +normal -> blocked' 1
}

# Neither a reader that hangs nor a journal that does holds the agent up; what they can still have is
# kept for them.
test_readers() {
	local fifo=$work/fifo

	agent_end TERM
	mkfifo "$fifo"
	exec 7<>"$fifo"
	RUN=(bash -c 'out=$1; shift; exec "$@" >"$out"' bash "$fifo")
	agent_start --config "$yaml" --listen off
	changes 3000 0
	sleep 0.3
	: >"$lines"
	cat <&7 >>"$lines" &
	reader=$!
	does "slow reader: has all lines" wait_for 5 lines_match 'a command$' 3000
	is "slow reader: in order" "$(told '"\(.region) \(.from) \(.to)"' | tail -n 3000)" \
		"$(awk '{ print $3, $4, $6 }' "$lines")"
	stop $reader 2>/dev/null
	exec 7<&-
	settings journal
	kill -HUP "$agent"
	does "reload: said" says 'yaml was read again' 3
	kill -STOP "$journald"
	for _ in {1..6}; do
		changes 4000 0
		sleep 0.15
	done
	does "hung journal: said" says 'as the journal does not take them'
	kill -CONT "$journald"
	does "hung journal: and when it is over" wait_for 10 said_often 'events are reported again, as the journal takes them' 1
	is "hung journal: no more than that" 2 "$(grep -c 'events are .*reported' "$agent_said")"
}

rss() {
	awk '/^VmRSS/ { print $2 }' "/proc/$agent/status"
}

test_memory() {
	local before

	settings off
	kill -HUP "$agent"
	sleep 0.3
	changes 20000 0
	sleep 0.3
	before=$(rss)
	changes 200000 0
	sleep 0.3
	echo "# memory: $before kB, and $(rss) kB after 200,000 events"
	between "memory: kB that 200,000 events add" -100000 1000 $(($(rss) - before))
}

/lib/systemd/systemd-journald >"$work/journald" 2>&1 &
journald=$!
client_and_edge
sink_regions e0
listen_notify
ecdn load --shield off --regions "$regions" e0 >/dev/null
test_journal
test_start
test_surge
test_lost
test_loads
test_reload
test_readers
test_memory
agent_end TERM
finish

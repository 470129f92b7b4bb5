#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The agent learns limits: a history in its file comes into force with the guard, is capped by the
# operator's, survives SIGKILL, and is kept; limits of a night whose agent is dead give way; a file
# that is damaged is set aside. Counters that were written down are replayed.
# shellcheck disable=SC2016 # $t is jq's
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/agent.sh
source "$(dirname "$0")/agent.sh"

learned=$work/state/learned

# history REGION QUIET BUSY: two days of it.
history() {
	mkdir -p "$work/state"
	"$top/tests/tools/history.py" "$learned" "$@"
}

limits() {
	ecdn limit ALPHA --json | jq -rc '.regions[0].limits | [.pps, .bps, .cps]'
}

in_force() {
	[ "$(limits)" = "$1" ]
}

test_history() {
	history ALPHA 4000 30000
	agent_start --config "$work/agent.yaml"
	does "a history: twice its peak is in force" wait_for 5 in_force "[8000,64000000,800]"
	has "it is told" '^ALPHA: limit 8k pps = 2 .* 4k ' "$(ecdn limit ALPHA | tail -n 1)"
	ecdn limit set -q ALPHA --pps 5k
	is "an operator's limit caps it" "[5000,64000000,800]" "$(limits)"
}

test_killed() {
	agent_end KILL
	is "killed: the limits stay" "[5000,64000000,800]" "$(limits)"
	does "killed: so does the file" [ -s "$learned" ]
	ecdn limit set -q ALPHA --auto --pps 20k
	agent_start --config "$work/agent.yaml"
	does "the next one goes on" wait_for 5 in_force "[8000,64000000,800]"
}

# reload SETTINGS: of learn.
reload() {
	printf 'agent: {metrics: off, events: plain, learn: %s}\n' "$1" >"$work/switched.yaml"
	kill -HUP "$agent"
}

test_switched() {
	local learns="{state: $learned, carries: {pps: 10k, bps: 10M, cps: 1k}}"

	agent_end KILL
	history ALPHA 2000 10000
	printf 'agent: {metrics: off, events: plain, learn: off}\n' >"$work/switched.yaml"
	agent_start --config "$work/switched.yaml"
	reload "$learns"
	does "switched on: the history comes into force" wait_for 5 in_force "[4000,32000000,400]"
	rm "$learned"
	reload off
	does "switched off: limits of the busiest hour" wait_for 5 in_force \
		"[20000,160000000,2000]"
	does "switched off: the history is kept" wait_for 5 [ -s "$learned" ]
	reload "$learns"
	does "switched on again: it goes on" wait_for 5 in_force "[4000,32000000,400]"
	agent_end KILL
	history ALPHA 4000 30000
	agent_start --config "$work/agent.yaml"
	does "the first history" wait_for 5 in_force "[8000,64000000,800]"
}

# hurry SECONDS: when limits of ALPHA's hour end; the agent has said, in ten minutes.
hurry() {
	"$build/tests/tools/learned" hurry "$pin" "$(region_id ALPHA)" "$1"
}

in_state() {
	[ "$(state ALPHA)" = "$1" ]
}

# A day's users are more than the limits of the night let pass, and no process is there to say so.
test_dead() {
	is "dead: a limit has ten minutes" true \
		"$(ecdn limit ALPHA --json | jq '.regions[0].learned.gives_way | 530 < . and . <= 600')"
	ecdn limit set -q ALPHA --hold 2s
	agent_end KILL
	is "dead: limits of the night" "[8000,64000000,800]" "$(limits)"
	flood_start "$work/users" --from 198.51.100.0/24 --rate 14000
	does "dead: they refuse the day's users" wait_for 8 in_state limited
	does "dead: the end comes" hurry 1
	does "dead: users are served again" wait_for 10 in_state normal
	is "dead: limits of the busiest hour" "[20000,480000000,6000]" "$(limits)"
	flood_stop "dead"
	agent_start --config "$work/agent.yaml"
	does "dead: the next agent has the night's" wait_for 5 in_force "[8000,64000000,800]"
	does "dead: in which it is quiet" wait_for 8 in_state normal
}

# A surge of what arrives is enough, as the shield is off.
test_limits() {
	is "normal before" normal "$(state ALPHA)"
	# Above 1.5 times the usual, and below 80 % of the limit: of a busy machine's bunch of packets
	# no surge remains.
	flood --from 198.51.100.0/24 --rate 6300 --seconds 18s >/dev/null
	is "what is unusual does not limit" normal "$(state ALPHA)"
	does "and is told" says 'ALPHA .*unusual'
	flood --from 198.51.100.0/24 --rate 30000 --seconds 5s >/dev/null
	is "what is learned limits" limited "$(state ALPHA)"
}

test_end() {
	agent_end TERM
	is "the end: it is in order" 0 "$agent_status"
	is "the end: limits of the busiest hour" "[20000,480000000,6000]" "$(limits)"
	is "the end: nobody else reads the file" 600 "$(stat -c %a "$learned")"
	is "the end: and nothing is left beside it" learned "$(ls "$work/state")"
}

test_damaged() {
	printf x | dd of="$learned" bs=1 seek=100 conv=notrunc status=none
	agent_start --config "$work/agent.yaml"
	does "damaged: said" says "$learned is damaged: .*; it is $learned.damaged-[0-9]* now"
	is "damaged: what is in force stays" "[20000,480000000,6000]" "$(limits)"
	does "damaged: it is there" compgen -G "$learned.damaged-*"
	agent_end TERM
	is "damaged: learned anew" 0 "$agent_status"
}

# Three days of a line a minute, and five minutes of nine times as much.
counters() {
	awk 'BEGIN {
		for (t = 1760000400; t < 1760000400 + 3 * 86400; t += 60) {
			n = t >= 1760180400 && t < 1760180700 ? 90000 : 10000
			print t, "DE", n, n * 8000, n / 20
			print t, "FR", 10, 100, 1, "normal"
		}
	}'
}

test_replay() {
	counters >"$work/counters"
	has "replay: the surge" '^DE: 2d23h of samples; limit 20.0k pps, .* limited 1 time, 5m' \
		"$(ecdn agent --replay "$work/counters")"
	has "replay: a quiet region has the floor" '^FR: .* limit 20.0k pps, .* limited 0 times$' \
		"$(ecdn agent --replay "$work/counters")"
	gzip -k "$work/counters"
	is "replay: packed" "$(ecdn agent --replay "$work/counters")" \
		"$(ecdn agent --replay "$work/counters.gz")"
	for line in "now DE 1 1 1" "1 DE 1 1" "1 DE 1 1 1 odd" "1 DE 1 1 nan" "1 DE -1 1 1" \
		    "1 DE 1 1 1 normal more" "1 WAYTOOLONGANAMETHIS 1 1 1"; do
		printf '# a comment\n%s\n' "$line" >"$work/bad"
		fails "replay: $line" 1 "^$work/bad:2: " ecdn agent --replay "$work/bad"
	done
	printf '9 DE 1 1 1\n8 DE 1 1 1\n' >"$work/bad"
	fails "replay: times that go back" 1 "^$work/bad:2: .*not go back" \
		ecdn agent --replay "$work/bad"
	ecdn stats --json | jq -r '(now | floor) as $t | .regions[] |
		"\($t) \(.region) \(.pps) \(.bps) \(.proven.cps // .cps) \(.state)"' >"$work/now"
	has "replay: what README has of stats" '^ALPHA: 1s of samples; nothing is learned' \
		"$(ecdn agent --replay "$work/now")"
	fails "replay: no file" 1 "$work/none" ecdn agent --replay "$work/none"
}

cat >"$work/agent.yaml" <<-END
	agent:
	  metrics: off
	  events: plain
	  learn: {state: $learned, carries: {pps: 10k, bps: 10M, cps: 1k}}
END
client_and_edge
listen_notify
ecdn load -q --shield off --regions "$regions" e0
ecdn limit set -q ALPHA --auto
test_history
test_killed
test_switched
test_dead
test_limits
test_end
test_damaged
test_replay
stop $notifier
finish

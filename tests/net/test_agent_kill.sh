#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The agent is killed at random moments, AGENT_KILLS of them, while regions are loaded, limits change,
# interfaces and addresses come and go, and traffic flows. Nothing is unguarded meanwhile, no counter
# goes back, no lock, state, pin or process stays behind, and the next agent starts.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/agent.sh
source "$(dirname "$0")/agent.sh"

KILLS=${AGENT_KILLS:-40}
LONGEST_MS=400 # that an agent lives

mkdir "$work/run" "$work/state"
cat >"$work/agent.yaml" <<-END
	interfaces: [e0, e1]
	regions: [$regions]
	limits: {ALPHA: {pps: 3k, hold: 1s, grace: 100ms}}
	block: [BETA]
	agent:
	  metrics: {listen: "unix:$work/run/metrics"}
	  events: plain
	  hook: /bin/true
	  watch: {links: true, addresses: true, listeners: true, files: true}
	  learn: {state: $work/state/learned}
END

# Two files of the same ranges, so that the table differs each time and what is blocked does not.
regions_turn() {
	sed -E "s/ (WIDE|CROWD|TURN[0-9]*)$/ TURN$1/" "$work/whole" >"$work/turned"
	mv "$work/turned" "$regions"
}

# What goes on until the file $work/enough is there; counts its rounds in the file $1.
unrest() {
	local round=0

	while [ ! -e "$work/enough" ]; do
		round=$((round + 1))
		"unrest_$1" $round || echo "$1, round $round"
		echo $round >"$work/rounds.$1"
	done >"$work/unrest.$1" 2>&1
}

# Names stay in the maps, so there are not many of them.
unrest_regions() {
	regions_turn $(($1 % 4))
	ecdn region load -q --shrink "$regions"
	sleep 0.1
}

unrest_limits() {
	ecdn limit set -q ALPHA --pps $((2000 + $1 % 5)) --hold 1s
	ecdn limit set -q GAMMA --auto
	ecdn limit clear -q GAMMA
}

unrest_links() {
	ip -n "ecdn-$id-edge" address add 203.0.113.77/32 dev lo
	ip -n "ecdn-$id-edge" link add d0 type veth peer name d1
	sleep 0.05
	ip -n "ecdn-$id-edge" address del 203.0.113.77/32 dev lo
	ip -n "ecdn-$id-edge" link del d0
	kill -HUP "$(cat "$work/agent" 2>/dev/null)" 2>/dev/null || true
}

# "PACKETS DROPPED" of a region and of all.
counts_now() {
	ecdn stats --json --all | jq -r '[.regions[] | select(.region == ("ALPHA", "BETA")) |
		.packets, .dropped_packets] | map(tostring) | join(" ")'
}

# Prints which of the numbers have gone back.
gone_back() {
	paste -d ' ' <(tr ' ' '\n' <<<"$1") <(tr ' ' '\n' <<<"$2") | awk '$2 < $1 || NF < 2'
}

# A start that is killed before it is ready counts as well.
kill_one() {
	(trap '' HUP && exec nsenter --net="/run/netns/ecdn-$id-edge" "$build/ecdn-xdp" agent --pin-dir "$pin" \
		--config "$work/agent.yaml" >>"$agent_said" 2>&1) &
	agent=$!
	echo $agent >"$work/agent"
	sleep "$(printf '0.%03d' $((SRANDOM % LONGEST_MS)))"
	{ agent_end KILL; } 2>/dev/null
	[ "$agent_status" = 137 ] || echo "an agent had ended with $agent_status" >>"$work/ended"
}

kill_all() {
	local kill before now back=''

	before=$(counts_now)
	for ((kill = 0; kill < KILLS; kill++)); do
		kill_one
		now=$(counts_now)
		back+=$(gone_back "$before" "$now")
		before=$now
	done
	is "killed: no counter went back" "" "$back"
	is "killed: none had ended by itself" "" "$(cat "$work/ended" 2>/dev/null)"
}

# What agents have started, and what bears our names.
left_behind() {
	pgrep -f "$pin|$work/run" | grep -vx $$ || true
}

is_alone() {
	[ -z "$(left_behind)" ]
}

has_calmed() {
	[ "$(state ALPHA)" = normal ]
}

test_unrest() {
	local what

	touch "$work/enough"
	wait "${unrest[@]}"
	flood_stop "unrest"
	for what in regions limits links; do
		is "$what: no change failed" "" "$(cat "$work/unrest.$what")"
		between "$what: there were changes" 5 100000 "$(cat "$work/rounds.$what")"
	done
}

test_after() {
	is "guarded: nothing of the blocked region came through" 0 "$(sunk beta)"
	between "guarded: others did" 1 1000000000 "$(sunk alpha)"
	does "lock: free" ecdn limit set -q --wait 0s ALPHA --pps 5k --hold 1s
	is "state: as it was set" blocked "$(state BETA)"
	does "state: a surge ends" wait_for 15 has_calmed
	is "pins: nothing is left beside them" "" "$(find "$pin"* -name '*-next' -o -name '*-last')"
	does "processes: none is left" wait_for 5 is_alone
	agent_start --config "$work/agent.yaml"
	is "the next agent starts" "$agent" "$(ecdn status --json | jq .agent.pid)"
	agent_end TERM
	is "and ends" 0 "$agent_status"
	does "check finds no fault" ecdn check -q --max-table-age 1h
}

client_and_edge
wire client c1 edge e1
sink_regions e0 e1
cp "$regions" "$work/whole"
listen_notify
ecdn load -q --config "$work/agent.yaml"
flood_start "$work/flooded" --seconds 10m --rate 20k --from 198.51.100.0/24 --from 203.0.113.0/24
unrest=()
for what in regions limits links; do
	unrest $what &
	unrest+=($!)
done
kill_all
test_unrest
test_after
stop $notifier
finish

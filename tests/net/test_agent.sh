#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The agent from its start to its end: one for each pin directory, with and without a guard, as one
# is loaded, upgraded and unloaded; its configuration, read again; what systemd is told.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/agent.sh
source "$(dirname "$0")/agent.sh"

configure() {
	printf '%s\n' "$@" >"$work/agent.yaml"
}

# Ends an agent that should have refused to start.
refused() {
	timeout 2 nsenter --net="/run/netns/ecdn-$id-edge" "$build/ecdn-xdp" agent "$@"
}

pid_in_status() {
	ecdn status --json | jq -r .agent.pid
}

test_words() {
	fails "words: none" 2 'takes no words' refused now
	fails "words: no such option" 2 'no-such' refused --no-such
	fails "configuration: none there" 1 "cannot open the configuration $work/none" \
		refused --pin-dir "$pin" --config "$work/none"
	configure 'interfaces: [e0]' 'agent: {metrics: sometimes}'
	fails "configuration: a fault at the start" 1 "^$work/agent.yaml:2: " \
		refused --pin-dir "$pin" --config "$work/agent.yaml"
	fails "pin directory: none that can be" 2 'takes no name with' refused --pin-dir /sys/fs/bpf/a.b
}

test_waits() {
	agent_start --listen off
	does "no guard: it says so" says "^ecdn-xdp: no guard is loaded in $pin; the agent waits for one$"
	does "no guard: systemd is told" notified "^STATUS=waits for a guard in $pin$"
	fails "a second one: refused, with the first one's pid" 1 \
		"another agent, process $agent, works for $pin" refused --pin-dir "$pin" --listen off
	ln -s "$pin" "$work/link"
	mkdir "$pin"
	fails "a second one: by a symbolic link" 1 "another agent, process $agent, works for" \
		refused --pin-dir "$work/link" --listen off
	rmdir "$pin"
	fails "another pin directory has its own" 124 "" refused --pin-dir "$pin-b" --listen off
}

test_guard() {
	ecdn load -q --regions "$regions" e0
	does "loaded: it says so" says "follows the guard in $pin$"
	is "loaded: status names it" "$agent" "$(pid_in_status)"
	is "loaded: it serves no metrics" null "$(ecdn status --json | jq .agent.metrics)"
	has "loaded: in words, too" "^agent       process $agent, for [0-9]+s; no metrics$" "$(ecdn status)"
	ecdn load -q e0
	ecdn load -q e0
	ecdn unload -q --all
	does "unloaded: it says so" says "no guard is loaded in $pin any more; the agent waits for one$"
	ecdn load -q --regions "$regions" e0
	does "loaded again: it says so" says "follows the guard in $pin$" 2
	sleep 2.2
	is "an upgrade in place, and time, are not worth a line" "2 2 4" \
		"$(times 'follows the guard') $(times 'no guard is') $(times '^ecdn-xdp: ')"
}

# What is wrong is said once, and that it is right again.
test_unreadable() {
	local before

	before=$(wc -l <"$agent_said")
	mv "$pin/region_cpu" "$pin/moved"
	does "unreadable: it says why" says 'region_cpu'
	sleep 2.2
	is "unreadable: once" 1 $(($(wc -l <"$agent_said") - before))
	mv "$pin/moved" "$pin/region_cpu"
	does "readable again: it says so" says 'follows the guard' 3
}

test_end() {
	agent_end TERM
	is "TERM: it ends well" 0 "$agent_status"
	does "TERM: systemd is told" notified '^STOPPING=1$'
	is "TERM: the guard works on" "normal null" "$(state ALPHA) $(pid_in_status)"
	agent_start --listen off
	does "the next one starts" notified '^READY=1$'
	agent_end KILL
	is "KILL: status knows" null "$(pid_in_status)"
	agent_start --listen off
	is "KILL: the next one starts" "$agent" "$(pid_in_status)"
	agent_end INT
	is "INT: it ends well" 0 "$agent_status"
}

# hup PATTERN: has the agent read its configuration again, and waits for what it says of that.
hup() {
	local so_far

	so_far=$(times "$1")
	kill -HUP "$agent"
	says "$1" $((so_far + 1))
}

test_reload() {
	: >"$agent_said"
	configure 'interfaces: [e0]' 'agent:' '  metrics: off' '  events: plain'
	agent_start --config "$work/agent.yaml"
	does "HUP: it says so" hup "^ecdn-xdp: $work/agent.yaml was read again$"
	does "HUP: systemd is told" notified '^RELOADING=1$'
	does "HUP: with the time" notified '^MONOTONIC_USEC=[0-9]+$'
	configure 'interfaces: [e0]' 'agent: {metrics: off, learn: {factor: 1}}' 'watch: no'
	does "HUP: a fault: nothing is taken over" hup "$work/agent.yaml: nothing of it was taken over"
	has "HUP: a fault of its own has a line" "^$work/agent.yaml:2: " "$(<"$agent_said")"
	has "HUP: so has one of the rest" "^$work/agent.yaml:3: " "$(<"$agent_said")"
	configure 'interfaces: [e0]' 'mode: sideways' 'agent: {metrics: off}'
	does "HUP: a fault of the rest alone" hup "nothing of it was taken over"
	rm "$work/agent.yaml"
	does "HUP: without the file" hup "nothing of it was taken over"
	configure 'interfaces: [e0]' 'agent: {metrics: off}'
	does "HUP: and right again" hup "agent.yaml was read again$"
	is "HUP: systemd was told as often that it is ready" \
		"$(grep -c RELOADING=1 "$work/notified")" \
		$(($(grep -c READY=1 "$work/notified") - $(wc -l <"$work/starts")))
	agent_end TERM
}

# Without --pin-dir, that of the file.
test_pin_dir() {
	: >"$agent_said"
	configure "pin_dir: $pin" 'agent: {metrics: off}'
	(exec nsenter --net="/run/netns/ecdn-$id-edge" "$build/ecdn-xdp" agent \
		--config "$work/agent.yaml" >>"$agent_said" 2>&1) &
	agent=$!
	does "pin_dir of the file" says "follows the guard in $pin$"
	configure "pin_dir: $pin-b" 'agent: {metrics: off}'
	does "pin_dir: another takes a restart" hup "pin_dir is $pin-b now, and the agent works for $pin until"
	is "pin_dir: it works for the same" "$agent" "$(pid_in_status)"
	agent_end TERM
}

# The loop is kept from its work, and does not answer.
test_watchdog() {
	local so_far

	RUN=(env WATCHDOG_USEC=400000)
	agent_start --listen off
	RUN=()
	does "watchdog: answered" notified '^WATCHDOG=1$'
	kill -STOP "$agent"
	sleep 0.3
	so_far=$(grep -c WATCHDOG=1 "$work/notified")
	sleep 1
	is "watchdog: not while it hangs" "$so_far" "$(grep -c WATCHDOG=1 "$work/notified")"
	kill -CONT "$agent"
	agent_end TERM
}

client_and_edge
listen_notify
test_words
test_waits
test_guard
test_unreadable
test_end
test_reload
test_pin_dir
test_watchdog
stop $notifier
finish

#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# With the agent, listeners that the kernel does not report get their connections by themselves: of
# UDP, and of TCP on a host without a cgroup for it. Without CAP_SYS_PTRACE; and no socket of
# another user.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/watch.sh
source "$(dirname "$0")/watch.sh"

CAPABILITIES=-all,+bpf,+net_admin,+perfmon

# waiter ADDR:PORT [OPTION...]: in the background; its pid is in $waiter.
waiter() {
	waiting edge "$build/tests/tools/waiter" "${@:2}" "$1" 513
}

# listed PORT FILTER
listed() {
	ecdn steer --json | jq -rc ".steer[] | select(.port == $1) | $2"
}

state_is() {
	[ "$(listed "$1" .state)" = "$2" ]
}

events_tell() {
	grep -q -- "$1" <<<"$(ecdn events)"
}

# ready PORT COUNT: the sockets that connections can go to.
ready() {
	[ "$(ecdn steer --json | jq "[.steer[] | select(.port == $1) | .pids[]] | length")" = "$2" ]
}

# The agent of the service, which may take no fd of another process.
agent_confined() {
	nsenter --net="/run/netns/ecdn-$id-edge" setpriv --bounding-set $CAPABILITIES --no-new-privs \
		"$build/ecdn-xdp" agent --pin-dir "$pin" --listen off "$@" >"$work/agent" 2>&1 &
	agent=$!
	comes "agent: starts" 5000 agent_says 'follows the guard in |the agent waits for one'
}

test_udp() {
	waiter 127.0.0.1:443 --udp
	ecdn steer add 443 127.0.0.1:443 --udp
	agent_confined
	stop "$waiter"
	comes "UDP: the listener dies" 1000 state_is 443 gone
	comes "UDP: the agent says so" 3000 agent_says 'nobody listens any more'
	waiter 127.0.0.1:443 --udp
	comes "UDP: another one starts" 3000 state_is 443 ready
	comes "UDP: events tell" 3000 events_tell 'agent: found listeners'
	stop "$waiter"
}

# A socket of another user is not taken, however often it is looked for.
test_foreign() {
	local said

	waiting edge setpriv --reuid 65534 --regid 65534 --clear-groups "$build/tests/tools/waiter" \
		--udp 127.0.0.1:443 1
	stays "another user's: it is not taken" 1000 state_is 443 ready
	said=$(wc -l <"$work/agent")
	sleep 1
	is "another user's: nothing is said again and again" "$said" "$(wc -l <"$work/agent")"
	stop "$waiter"
	waiter 127.0.0.1:443 --udp
	comes "root's: it is" 3000 state_is 443 ready
	stop "$waiter"
}

# The hook is taken off, as if there were no cgroup v2.
test_tcp() {
	waiter 127.0.0.1:8513
	ecdn steer add 80 127.0.0.1:8513
	bpftool link detach pinned "$pin/listen"
	stop "$waiter"
	comes "TCP without the hook: the listener dies" 1000 state_is 80 gone
	waiter 127.0.0.1:8513
	comes "TCP without the hook: another one starts" 3000 state_is 80 ready
	stop "$waiter"
}

test_off() {
	agent_stop
	printf 'agent:\n  watch: {listeners: false}\n' >"$work/off.yaml"
	agent_confined --config "$work/off.yaml"
	waiter 127.0.0.1:443 --udp
	stays "watch.listeners false: it does not" 1500 state_is 443 ready
	echo 'agent: {}' >"$work/off.yaml"
	kill -HUP "$agent"
	comes "SIGHUP: it does" 3000 state_is 443 ready
	stop "$waiter"
}

test_broken() {
	rm "$pin/steer_sockets"
	tells_once "a map that is gone" 'steer_sockets is missing'
}

client_and_edge
ecdn load --regions "$regions" e0
on edge sysctl -qw net.ipv4.ip_unprivileged_port_start=0
test_udp
test_foreign
test_tcp
test_off
test_broken
agent_stop
finish

#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# An agent whose disks are full, where it keeps what it has learned and where its locks and history are:
# it says what it could not write, and goes on; once there is room, it writes.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/agent.sh
source "$(dirname "$0")/agent.sh"

# The agent's own mounts: small, and full but for what $work/room makes room for.
cat >"$work/confined" <<-END
	#!/bin/bash
	set -e
	for at in $work/state /run/ecdn-xdp; do
		mount -t tmpfs -o size=1M,mode=700 tmpfs \$at
	done
	for at in "\$@"; do
		shift
		[ "\$at" != -- ] || break
		dd if=/dev/zero of=\$at/filler bs=64k status=none 2>/dev/null || true
	done
	exec "\$@"
END
chmod +x "$work/confined"

# agent_with FULL...: starts an agent for which these are full.
agent_with() {
	: >"$agent_said"
	RUN=(unshare --mount "$work/confined" "$@" --)
	agent_start --config "$work/agent.yaml"
}

# In the agent's mounts.
inside() {
	nsenter --target "$agent" --mount "$@"
}

# works WHAT: it tells what happens.
works() {
	ecdn block -q ALPHA
	does "$1: it tells what happens" says 'ALPHA .*normal -> blocked'
	ecdn release -q ALPHA
	kill -HUP "$agent"
	does "$1: it reads its configuration" says 'was read again'
}

test_state() {
	agent_with "$work/state"
	works "state full"
	sleep 1.2
	agent_end TERM
	is "state full: it ends well" 0 "$agent_status"
	is "state full: it says so" 1 "$(times 'what was learned is not kept: .*No space left')"
	agent_with "$work/state"
	(exec nsenter --target "$agent" --mount sleep 1m) &
	keeper=$!
	does "room again: it works" says 'follows the guard'
	sleep 1.2
	inside rm "$work/state/filler"
	agent_end TERM
	does "room again: what was learned is kept" [ -s "/proc/$keeper/root$work/state/learned" ]
	is "room again: whole" "" "$(find "/proc/$keeper/root$work/state" -type f ! -name learned)"
	stop $keeper
}

test_run() {
	local so_far

	agent_with /run/ecdn-xdp
	does "/run full: it says what is not kept" says 'No space left'
	works "/run full"
	sleep 1.2
	so_far=$(times 'No space left')
	sleep 2.2
	is "/run full: not every second" "$so_far" "$(times 'No space left')"
	agent_end TERM
	is "/run full: it ends well" 0 "$agent_status"
}

# Full before it starts, and still when it ends.
test_both() {
	agent_with "$work/state" /run/ecdn-xdp
	works "both full"
	agent_end KILL
	agent_with "$work/state" /run/ecdn-xdp
	works "both full: the next agent"
	agent_end TERM
	is "both full: it ends well" 0 "$agent_status"
	between "both full: it filled no log" 1 12 "$(times '^ecdn-xdp: ')"
}

mkdir -p "$work/state" /run/ecdn-xdp
cat >"$work/agent.yaml" <<-END
	agent:
	  metrics: off
	  events: plain
	  learn: {state: $work/state/learned}
END
client_and_edge
listen_notify
ecdn load -q --regions "$regions" e0
ecdn limit set -q ALPHA --auto
test_state
test_run
test_both
is "the guard works on" normal "$(state ALPHA)"
stop $notifier
finish

# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# watch.sh - the agent on the host edge, and how long it takes to follow a change. Sourced after
# lib.sh.

# An agent that has a second is not judged by how busy the machine is: the issue asks for 100 to
# 200 ms, and the figures are printed.
# shellcheck disable=SC2034
agent=

# agent_start [OPTION...]: of the agent; it has started its tasks then.
# shellcheck disable=SC2120 # some tests give one
agent_start() {
	nsenter --net="/run/netns/ecdn-$id-edge" "$build/ecdn-xdp" agent --pin-dir "$pin" \
		--listen off "$@" >"$work/agent" 2>&1 &
	agent=$!
	comes "agent: starts" 5000 agent_says 'follows the guard in |the agent waits for one'
}

agent_stop() {
	kill "$agent"
	wait "$agent" || true
	agent=
}

# agent_says PATTERN: a line that matches.
agent_says() {
	grep -Eq -- "$1" "$work/agent"
}

# Messages that found no room in any netlink socket of the edge.
overruns() {
	on edge awk '{ n += $9 } END { print n + 0 }' /proc/net/netlink
}

# tells_once NAME PATTERN: the agent says that, and nothing more for a second and a half.
tells_once() {
	local said

	comes "$1: is told" 3000 agent_says "$2"
	sleep 1.5
	said=$(wc -l <"$work/agent")
	sleep 1.5
	is "$1: once" "$said" "$(wc -l <"$work/agent")"
}

now_ms() {
	echo $((${EPOCHREALTIME/./} / 1000))
}

# comes NAME MS COMMAND...: passes if the command succeeds within so many milliseconds; it is run
# again until then, and the report has how long that took.
comes() {
	local what=$1 most=$2 from

	shift 2
	from=$(now_ms)
	until "$@" >/dev/null 2>&1; do
		if (($(now_ms) - from > most)); then
			not_ok "$what" "not within $most ms: $*"
			[ ! -s "$work/agent" ] || tail -n 5 "$work/agent" | sed 's/^/    /'
			return
		fi
		sleep 0.005
	done
	ok "$what ($(($(now_ms) - from)) ms)"
}

# stays NAME MS COMMAND...: passes if the command fails for so long.
stays() {
	local what=$1 most=$2 from

	shift 2
	from=$(now_ms)
	while (($(now_ms) - from <= most)); do
		if "$@" >/dev/null 2>&1; then
			not_ok "$what" "after $(($(now_ms) - from)) ms: $*"
			return
		fi
		sleep 0.05
	done
	ok "$what"
}

# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2034,SC2154
# agent.sh - agents of the edge, and what they tell. Sourced after lib.sh.

# What the agent tells systemd goes to this socket, and from there, a line each, to $work/notified.
notify=$work/notify
agent_said=$work/agent.said
agent=

# listen_notify: begins to take what agents tell.
listen_notify() {
	cat >"$work/notify.py" <<-'END'
		import socket, sys
		at = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
		at.bind(sys.argv[1])
		print("listening", flush=True)
		while True:
		    for line in at.recv(4096).decode().splitlines():
		        print(line, flush=True)
	END
	python3 "$work/notify.py" "$notify" >"$work/notified" &
	notifier=$!
	wait_for 20 grep -q listening "$work/notified"
}

# counted FILE PATTERN: how many lines match.
counted() {
	grep -Ec -- "$2" "$1" || true
}

more_ready() {
	(($(counted "$work/notified" READY=1) > $1))
}

# agent_start [WORD...]: an agent of the edge, with what it says behind what the one before has said;
# $agent is its pid. With RUN, an array, a command that runs it.
agent_start() {
	local ready

	ready=$(counted "$work/notified" READY=1)
	(exec nsenter --net="/run/netns/ecdn-$id-edge" env NOTIFY_SOCKET="$notify" "${RUN[@]}" \
		"$build/ecdn-xdp" agent --pin-dir "$pin" "$@" >>"$agent_said" 2>&1) &
	agent=$!
	echo "$agent" >>"$work/starts"
	wait_for 20 more_ready "$ready"
}

# agent_end SIGNAL: ends it; its exit status is in $agent_status.
agent_end() {
	agent_status=0
	kill "-$1" "$agent"
	# The shell says who was killed.
	wait "$agent" 2>/dev/null || agent_status=$?
}

said_often() {
	(($(counted "$agent_said" "$1") >= $2))
}

# says PATTERN [COUNT]: waits until the agent has said a line so often, once unless it says how often.
says() {
	wait_for 5 said_often "$1" "${2:-1}"
}

# times PATTERN: how often the agent has said such a line.
times() {
	counted "$agent_said" "$1"
}

# Passes if whoever listens has been told that line.
notified() {
	wait_for 5 grep -Eq -- "$1" "$work/notified"
}

RUN=()
: >"$agent_said"

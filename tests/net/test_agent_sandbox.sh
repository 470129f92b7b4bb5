#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The agent as its unit runs it: three capabilities, no new privileges, the unit's system calls, a file
# system that is read-only but for the paths that the unit names. It starts, follows, learns, reports
# and serves its metrics there.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/agent.sh
source "$(dirname "$0")/agent.sh"

unit=$top/user/ecdn-xdp-agent.service
state=$work/state

# What the unit lets it have and write.
capabilities=$(sed -n 's/^CapabilityBoundingSet=//p' "$unit" | tr '[:upper:]' '[:lower:]' | sed 's/cap_/+/g; s/ /,/g')
writable=$(sed -n 's/^ReadWritePaths=//p' "$unit")

# calls_of SET...: the system calls of systemd's sets, and those that are named alone.
calls_of() {
	local set

	for set in "$@"; do
		if [[ $set = @* ]]; then
			# shellcheck disable=SC2046
			calls_of $(systemd-analyze syscall-filter "$set" | sed '1d; s/#.*//')
		else
			echo "$set"
		fi
	done | sort -u
}

# The numbers of the calls that the unit allows: the first line begins with none, and what begins with
# "~" takes away. systemd always adds @default.
allowed_numbers() {
	local line calls

	calls=$(calls_of @default)
	while read -r line; do
		# shellcheck disable=SC2086
		if [[ $line = "~"* ]]; then
			calls=$(comm -23 <(echo "$calls") <(calls_of ${line#"~"}))
		else
			calls=$(sort -u <(echo "$calls") <(calls_of $line))
		fi
	done < <(sed -n 's/^SystemCallFilter=//p' "$unit")
	join <(echo "$calls") <(gcc -dM -E -include sys/syscall.h - </dev/null |
		sed -nE 's/^#define __NR_(\w+) ([0-9]+)$/\1 \2/p' | sort) | cut -d ' ' -f 2
}

# Executes a program that can make the calls with the numbers in a file alone.
cat >"$work/filtered.py" <<-'END'
	import ctypes, os, struct, sys
	def step(code, yes, no, value):
	    return struct.pack("HBBI", code, yes, no, value)
	allow, refuse = 0x7fff0000, 0x00050001 # SECCOMP_RET_ALLOW, and EPERM
	program = step(0x20, 0, 0, 0)
	for number in open(sys.argv[1]):
	    program += step(0x15, 0, 1, int(number)) + step(0x06, 0, 0, allow)
	program += step(0x06, 0, 0, refuse)
	room = ctypes.create_string_buffer(program)
	head = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(room))
	libc = ctypes.CDLL(None, use_errno=True)
	if libc.prctl(22, 2, ctypes.c_char_p(head), 0, 0):
	    sys.exit("seccomp: " + os.strerror(ctypes.get_errno()))
	os.execvp(sys.argv[2], sys.argv[2:])
END
allowed_numbers >"$work/calls"

# Everything below / is read-only then, but for what the unit names, its state and its run-time directory.
cat >"$work/confined" <<-END
	#!/bin/bash
	set -e
	mount --make-rprivate /
	for path in $writable $state /run/ecdn-xdp; do
		mount --bind \$path \$path
	done
	findmnt -rno TARGET | while IFS= read -r at; do
		case \$at in
		$writable | $state | /run/ecdn-xdp | /proc* | /dev*) ;;
		*) mount -o remount,bind,ro "\$(printf %b "\$at")" 2>/dev/null || true ;;
		esac
	done
	! touch $work/outside 2>/dev/null || exit 9
	exec setpriv --bounding-set=-all,$capabilities --no-new-privs \
		python3 $work/filtered.py $work/calls "\$@"
END
chmod +x "$work/confined"

confined() {
	on edge unshare --mount "$work/confined" "$@"
}

# Tries pinning and locks, as the agent may have to.
test_confined() {
	is "confined: its capabilities" c000001000 \
		"$(confined sed -n 's/^CapEff:\t0*//p' /proc/self/status)"
	fails "confined: nothing else is written" 1 'Read-only file system' confined touch "$work/file"
	does "confined: state is" confined touch "$state/file"
	fails "confined: no call that the unit forbids" 1 'not permitted' confined chown root "$state/file"
	does "confined: a limit is set" confined "$build/ecdn-xdp" limit set ALPHA --pps 5k --pin-dir "$pin"
	does "confined: a table is loaded, and pinned" \
		confined "$build/ecdn-xdp" region load "$regions" --pin-dir "$pin"
	does "confined: an interface is attached" confined "$build/ecdn-xdp" load e1 --pin-dir "$pin"
	on edge "$build/ecdn-xdp" unload -q e1 --pin-dir "$pin"
}

hook_ran() {
	curl -sm 5 --unix-socket "$state/metrics" http://localhost/metrics |
		grep -q '^ecdn_xdp_hook_runs_total{result="ok"} [1-9]'
}

test_agent() {
	RUN=(unshare --mount "$work/confined")
	agent_start --config "$work/agent.yaml"
	does "agent: it starts" says 'follows the guard'
	sleep 2
	is "agent: its capabilities" c000001000 "$(sed -n 's/^CapEff:\t0*//p' "/proc/$agent/status")"
	is "agent: no new ones" 1 "$(sed -n 's/^NoNewPrivs:\t//p' "/proc/$agent/status")"
	is "agent: status names it" "$agent" "$(ecdn status --json | jq .agent.pid)"
	has "agent: it serves its metrics" '^ecdn_xdp_guard_loaded 1$' \
		"$(curl -sm 5 --unix-socket "$state/metrics" http://localhost/metrics)"
	ecdn block -q ALPHA
	does "agent: it tells what happens" says 'ALPHA .*normal -> blocked'
	ecdn release -q ALPHA
	does "agent: its hook runs" wait_for 5 hook_ran
	lacks "agent: nothing was refused" 'permitted|Read-only|denied' "$(<"$agent_said")"
}

is_guarded() {
	[ "$(ecdn status --json | jq -r '.interfaces[0].state')" = native ]
}

# What tasks change works there, too.
test_changes() {
	ecdn unload -q --all
	does "changes: it notices that the guard has gone" says 'no guard is loaded in .* any more'
	ecdn load -q --config "$work/agent.yaml"
	does "changes: it follows a new guard" says 'follows the guard' 2
	kill -HUP "$agent"
	does "changes: it reads its configuration" says 'was read again'
	sleep 1.5
	ip -n "ecdn-$id-edge" link del e0
	wire client c0 edge e0
	does "changes: an interface that is back is guarded" wait_for 5 is_guarded e0
	lacks "changes: nothing was refused" 'permitted|Read-only|denied' "$(<"$agent_said")"
	agent_end TERM
	is "agent: it ends well" 0 "$agent_status"
}

mkdir -p "$state" /run/ecdn-xdp
chmod 700 /run/ecdn-xdp
cat >"$work/agent.yaml" <<-END
	interfaces: [e0]
	regions: [$regions]
	agent:
	  metrics: {listen: "unix:$state/metrics"}
	  events: plain
	  hook: /bin/true
	  learn: {state: $state/learned}
END
client_and_edge
wire client c1 edge e1
listen_notify
ecdn load -q --config "$work/agent.yaml"
test_confined
test_agent
test_changes
stop $notifier
finish

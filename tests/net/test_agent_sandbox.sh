#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The agent as its unit runs it: three capabilities, no new privileges, a file system that is
# read-only but for the paths that the unit names. It starts, follows, learns and reports there.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/agent.sh
source "$(dirname "$0")/agent.sh"

unit=$top/user/ecdn-xdp-agent.service
state=$work/state

# What the unit lets it have and write.
capabilities=$(sed -n 's/^CapabilityBoundingSet=//p' "$unit" | tr '[:upper:]' '[:lower:]' | sed 's/cap_/+/g; s/ /,/g')
writable=$(sed -n 's/^ReadWritePaths=//p' "$unit")

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
	exec setpriv --bounding-set=-all,$capabilities --no-new-privs "\$@"
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
	does "confined: a limit is set" confined "$build/ecdn-xdp" limit set ALPHA --pps 5k --pin-dir "$pin"
	does "confined: a table is loaded, and pinned" \
		confined "$build/ecdn-xdp" region load "$regions" --pin-dir "$pin"
	does "confined: an interface is attached" confined "$build/ecdn-xdp" load e1 --pin-dir "$pin"
	on edge "$build/ecdn-xdp" unload -q e1 --pin-dir "$pin"
}

test_agent() {
	RUN=(unshare --mount "$work/confined")
	agent_start --config "$work/agent.yaml"
	does "agent: it starts" says 'follows the guard'
	sleep 2
	is "agent: its capabilities" c000001000 "$(sed -n 's/^CapEff:\t0*//p' "/proc/$agent/status")"
	is "agent: no new ones" 1 "$(sed -n 's/^NoNewPrivs:\t//p' "/proc/$agent/status")"
	is "agent: status names it" "$agent" "$(ecdn status --json | jq .agent.pid)"
	lacks "agent: nothing was refused" 'permitted|Read-only|denied' "$(<"$agent_said")"
}

is_guarded() {
	[ "$(ecdn status --json | jq -r '.interfaces[0].state')" = native ]
}

# What tasks change works there, too.
test_changes() {
	ecdn unload -q --all
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

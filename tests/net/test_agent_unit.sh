#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The units as systemd reads them: without a fault, and the agent's with little exposed.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"

AGENT_EXPOSURE=25 # tenths

root=$work/root
units=$root/usr/local/lib/systemd/system

# exposure UNIT: in tenths.
exposure() {
	systemd-analyze security --offline=true --no-pager "$units/$1" 2>/dev/null |
		sed -nE 's/.*exposure level for [^:]*: ([0-9]+)\.([0-9]).*/\1\2/p'
}

# What systemd has to say of a unit, but for files that are not installed in this place.
faults() {
	sed "s|/usr/local/sbin|$root&|" "$units/$1" >"$work/$1"
	systemd-analyze verify --man=no "$work/$1" 2>&1 | grep -F "$1" || true
}

# without LINE: the agent's exposure without that line of its unit.
without() {
	sed -i.whole "/^$1/d" "$units/ecdn-xdp-agent.service"
	exposure ecdn-xdp-agent.service
	mv "$units/ecdn-xdp-agent.service.whole" "$units/ecdn-xdp-agent.service"
}

setting() {
	sed -n "s/^$1=//p" "$units/ecdn-xdp-agent.service"
}

make -s -C "$top" install DESTDIR="$root" >/dev/null
for unit in ecdn-xdp.service ecdn-xdp-agent.service; do
	is "$unit: systemd finds no fault" "" "$(faults $unit)"
done
echo 'Frobnicate=yes' >>"$units/ecdn-xdp.service"
has "a fault is found" Frobnicate "$(faults ecdn-xdp.service)"
between "agent: exposure in tenths, below $AGENT_EXPOSURE" 1 $((AGENT_EXPOSURE - 1)) \
	"$(exposure ecdn-xdp-agent.service)"
between "agent: it would be more with all capabilities" $AGENT_EXPOSURE 100 \
	"$(without CapabilityBoundingSet)"
is "agent: its capabilities" "CAP_BPF CAP_NET_ADMIN CAP_PERFMON" "$(setting CapabilityBoundingSet)"
is "agent: nothing adds to them" "yes " "$(setting NoNewPrivileges) $(setting AmbientCapabilities)"
is "agent: memory of maps" infinity "$(setting LimitMEMLOCK)"
is "agent: told when it is ready" notify "$(setting Type)"
has "agent: a watchdog" '^[0-9]+s$' "$(setting WatchdogSec)"
is "agent: it can write pins" /sys/fs/bpf "$(setting ReadWritePaths)"
is "agent: locks stay" yes "$(setting RuntimeDirectoryPreserve)"
has "units: what is loaded is less exposed than by default" '^[0-8][0-9]$' \
	"$(exposure ecdn-xdp.service)"
finish

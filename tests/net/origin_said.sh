# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# origin_said.sh - origins on addresses of the edge's own, the observer of connections to them, and what
# a proxy says of them. Sourced after lib.sh and nginx.sh.

# shellcheck disable=SC2034,SC2154
first=10.77.0.2 second=10.77.0.3 sixth=fd77::2 nobody_at=10.77.0.9
cgroup_root=
cgroup=

# The test itself is in the cgroup whose connections are observed, and what it starts with it.
origins_cleanup() {
	if [ -n "$cgroup" ]; then
		echo $$ >"$cgroup_root/cgroup.procs"
		rmdir "$cgroup"
	fi
}
trap 'cleanup; origins_cleanup' EXIT

# origins_start PORTS: odd ones on port 80 of three addresses; nobody listens on $nobody_at.
# Connections to the ports are observed.
origins_start() {
	local address

	host edge
	on edge sysctl -qw net.ipv6.conf.lo.disable_ipv6=0
	ip -n "ecdn-$id-edge" addr add $sixth/128 dev lo nodad
	for address in $first $second $nobody_at; do
		ip -n "ecdn-$id-edge" addr add "$address"/32 dev lo
	done
	cgroup_root=$(findmnt -n -t cgroup2 -o TARGET | head -n 1)
	[ -n "$cgroup_root" ] || { cgroup_root=$work/root; mkdir "$cgroup_root"
				   mount -t cgroup2 none "$cgroup_root"; }
	cgroup=$cgroup_root/ecdn-test-$id
	mkdir "$cgroup"
	echo $$ >"$cgroup/cgroup.procs"
	observe "$1"
	for address in $first:80 $second:80 "[$sixth]:80"; do
		: >"$work/origin.said"
		(exec nsenter --net="/run/netns/ecdn-$id-edge" "$build/tests/tools/odd_origin" \
			"$address" >"$work/origin.said") &
		wait_for 5 grep -q ready "$work/origin.said"
	done
}

# observe PORTS
observe() {
	ecdn load --origin --origin-cgroup "$cgroup" --origin-ports "$1" -q
}

# take: what was said of origins since the last time, a row in a line, sorted, and it is forgotten.
take() {
	"$build/tests/tools/origin_said" "$pin" | LC_ALL=C sort
}

# said NAME EXPECTED: waits until something is said, which is exactly this; lines are parted by
# "; ". A proxy may say it a moment after its client has the answer.
said() {
	local found='' end=$((SECONDS + 3))

	while [ -z "$found" ] && ((SECONDS < end)); do
		found=$(take | sed -z 's/\n$//; s/\n/; /g')
		[ -n "$found" ] || sleep 0.05
	done
	is "$1" "$2" "$found"
}

# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# origin_part.sh - a host with origins behind a cable, and a cgroup whose connections are observed:
# for tests of how the observer is loaded. Sourced after lib.sh.

# shellcheck source=tests/net/cgroup.sh
source "$(dirname "${BASH_SOURCE[0]}")/cgroup.sh"

origin_ip=192.0.2.2

# Makes two hosts, of which client has the origins, and the cgroup.
origin_hosts() {
	client_and_edge
	ip -n "ecdn-$id-edge" addr add $edge_ip/24 dev e0
	ip -n "ecdn-$id-client" addr add $origin_ip/24 dev c0
	cgroup_make
}

# inside COMMAND...: runs a command on the edge, in the cgroup, in the place of this shell.
inside() {
	echo $BASHPID >"${in:-$cgroup}/cgroup.procs"
	exec nsenter --net="/run/netns/ecdn-$id-edge" "$@"
}

# open_connection PORT: leaves a connection to an origin open until close_connection.
open_connection() {
	rm -f "$work/open"
	mkfifo "$work/open"
	# shellcheck disable=SC2016
	(inside bash -c 'exec 3<>"/dev/tcp/$0/$1" && read -r -t 60 <"$2"' \
		$origin_ip "$1" "$work/open") &
	opened=$!
	exec 9>"$work/open"
}

close_connection() {
	echo >&9
	exec 9>&-
	wait "$opened"
}

# connect PORT: a connection that ends at once, refused or not.
connect() {
	# shellcheck disable=SC2016
	(inside bash -c 'exec 3<>"/dev/tcp/$0/$1"' $origin_ip "$1" 2>/dev/null) || true
}

# counted MEMBER: prints its sum over the first rows of origin_stats; of `cause`, over all causes.
counted() {
	local row

	for row in 0 1 2 3; do
		bpftool -j map lookup pinned "$pin/origin_stats" key $row 0 0 0
	done | jq -s "[.[].formatted.value | .$1 | if type == \"array\" then add else . end] | add"
}

# programs: the names of those that are attached to the cgroup, sorted.
programs() {
	bpftool -j cgroup show "${1:-$cgroup}" 2>/dev/null | jq -r '.[].name' | sort | xargs
}

# setting FILTER: of the observer, as status knows it.
setting() {
	ecdn status --json | jq -c ".origin | $1"
}

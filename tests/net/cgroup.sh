# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# cgroup.sh - a cgroup of version 2 of the test's own, $cgroup, as others may load meanwhile. Those
# that begin with its name go with it when the test ends. Sourced after lib.sh.

cgroup=

cgroup_make() {
	local root

	root=$(findmnt -n -t cgroup2 -o TARGET | head -n 1)
	[ -n "$root" ] || { root=$work/root; mkdir "$root"; mount -t cgroup2 none "$root"; }
	cgroup=$root/ecdn-test-$id
	mkdir "$cgroup"
}

# What ran in it ends before.
cgroup_end() {
	[ -z "$cgroup" ] || rmdir "$cgroup"* || true
}
trap 'cleanup; cgroup_end' EXIT

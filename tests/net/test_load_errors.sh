#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# A load that fails has changed nothing: not a pin, a program, a map or a setting.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"

# All that a load could change. The tests of others come and go, so that programs
# are counted by what is on the hosts and in the pin directory.
everything() {
	local pinned

	find "$pin"* 2>/dev/null | sort || true
	on edge ip -j link show | jq -c '.[] | [.ifname, .xdp.mode, .xdp.prog.id]'
	for pinned in "$pin"/prog/*; do
		[ ! -e "$pinned" ] || bpftool -j prog show pinned "$pinned" | jq -c '[.id, .map_ids]'
	done
	for pinned in "$pin"/{config,region_limits,region_cpu,protected_ports,region_table}; do
		[ ! -e "$pinned" ] || bpftool -j map dump pinned "$pinned" | md5sum
	done
	[ ! -e "$pin" ] || { ecdn allow && ecdn region; }
}

# How many of our programs the kernel holds, and whether it holds no more than N.
# One goes a moment after its last user.
count_guards() {
	bpftool -j prog show | jq '[.[] | select(.name == "guard" or .name == "regions")] | length'
}

guards_at_most() {
	(($(count_guards) <= $1))
}

# refused NAME PATTERN WORD...: load WORD... fails, says why, changes nothing.
refused() {
	local what=$1 pattern=$2 before after

	shift 2
	before=$(everything)
	fails "$what: is refused" 1 "$pattern" ecdn load "$@"
	after=$(everything)
	is "$what: changes nothing" "$before" "$after"
}

bad_files() {
	printf '198.51.100.0/24 ALPHA\n203.0.113.0/33 BETA\n203.0.113.0/24\n' >"$work/bad-regions"
	: >"$work/empty"
	printf 'protect: [80]\nblock: [NO?WHERE]\n' >"$work/no-region.yaml"
	printf 'monitor: true\nlimit: {}\n' >"$work/unknown-key.yaml"
	printf 'monitor: true\n\nlimits:\n  ALPHA: {pps: many}\n' >"$work/bad-value.yaml"
	printf 'monitor: [true\n' >"$work/not.yaml"
}

# The same mistakes meet a guard that is loaded and one that is not.
every_mistake() {
	local state=$1

	refused "$state, bad region file" "^$work/bad-regions:2: " \
		--regions "$work/bad-regions" e0
	refused "$state, bad region file after a good one" "^$work/bad-regions:3: " \
		--regions "$regions" --regions "$work/bad-regions" e0
	refused "$state, files without a range" 'no region file holds any range' \
		--regions "$work/empty" e0
	refused "$state, no such region file" "$work/none" --regions "$work/none" e0
	refused "$state, second interface missing" 'nowhere0' --regions "$regions" e0 nowhere0
	refused "$state, third interface busy" 'busy.*other_guest|other_guest.*busy' \
		--regions "$regions" --monitor --protect all e0 e1 busy
	refused "$state, what is no region's name in the configuration" \
		"^$work/no-region.yaml:2: .*NO.WHERE" --regions "$regions" \
		--config "$work/no-region.yaml" e0
	refused "$state, unknown key" "^$work/unknown-key.yaml:2: .*limit" \
		--regions "$regions" --config "$work/unknown-key.yaml" e0
	refused "$state, bad value" "^$work/bad-value.yaml:4: .*many" \
		--regions "$regions" --config "$work/bad-value.yaml" e0
	refused "$state, not YAML" "^$work/not.yaml:[0-9]+: " --config "$work/not.yaml" e0
	refused "$state, no native mode" 'br0.*native' -m native --regions "$regions" e0 br0
}

test_usage() {
	fails "usage: wrong mode" 2 'mode' ecdn load -m fast e0
	fails "usage: wrong ports" 2 '--protect 80/sctp' ecdn load --protect 80/sctp e0
	fails "usage: port too high" 2 '--protect 65536' ecdn load --protect 65536 e0
	fails "usage: no interface" 2 'interface' ecdn load
	fails "usage: unknown option" 2 '--fast' ecdn load --fast e0
	is "usage: nothing is loaded" "" "$(ls -d "$pin"* 2>/dev/null || true)"
}

test_pin_dir() {
	fails "pin directory: not on bpffs" 1 'bpf file system' \
		on edge "$build/ecdn-xdp" load --pin-dir "$work/pins" e0
	fails "pin directory: relative" 2 'absolute' \
		on edge "$build/ecdn-xdp" load --pin-dir pins e0
	is "pin directory: nothing is made" "" "$(ls "$work/pins" 2>/dev/null || true)"
}

# In a mount namespace that ends with the command, as of `ip netns exec`, pins
# would be lost at once.
test_private_mounts() {
	fails "bpffs hidden by a private mount namespace: refused, with what to do" 1 'nsenter' \
		on edge unshare -m sh -c "while umount -l /sys/fs/bpf 2>/dev/null; do :; done; \
			exec '$build/ecdn-xdp' load --pin-dir '$pin' --regions '$regions' e0"
	fails "ip netns exec: the same" 1 'nsenter' ip netns exec "ecdn-$id-edge" \
		"$build/ecdn-xdp" load --pin-dir "$pin" --regions "$regions" e0
	is "private mounts: nothing is attached" null \
		"$(on edge ip -j link show dev e0 | jq '.[0].xdp')"
}

test_unprivileged() {
	local verb

	cp "$build/ecdn-xdp" "$work/ecdn-xdp"
	chmod 755 "$work" "$work/ecdn-xdp"
	for verb in "load e0" status "limit set default --pps 1k" "unload e0"; do
		# shellcheck disable=SC2086
		fails "unprivileged: $verb" 1 'root|ermission|ermitted' \
			on edge setpriv --reuid 65534 --regid 65534 --clear-groups \
			"$work/ecdn-xdp" $verb --pin-dir "$pin"
	done
}

# Another program on the interface, which the error has to name.
attach_other() {
	cat >"$work/other.c" <<-'END'
		__attribute__((section("xdp"), used)) int other_guest(void *ctx) { return 2; }
		char LICENSE[] __attribute__((section("license"))) = "GPL";
	END
	clang -O2 -g -target bpf -c -o "$work/other.o" "$work/other.c"
	bpftool prog load "$work/other.o" "$pin-other" type xdp
	on edge bpftool net attach xdp pinned "$pin-other" dev busy
	rm "$pin-other"
}

test_two_at_once() {
	local one two first second

	ecdn load --regions "$regions" e0 >"$work/one" 2>&1 & one=$!
	ecdn load --regions "$regions" e1 >"$work/two" 2>&1 & two=$!
	wait $one && first=0 || first=$?
	wait $two && second=0 || second=$?
	is "two at once: both load" "0 0" "$first $second"
	is "two at once: one guard on both" "e0 native e1 native" "$(ecdn status --json |
		jq -r '[.interfaces[] | "\(.interface) \(.state)"] | join(" ")')"
	is "two at once: a generation each" 2 "$(ecdn status --json | jq .table.generation)"
}

client_and_edge
wire client c1 edge e1
wire client c2 edge busy
ip -n "ecdn-$id-edge" link add br0 type bridge
attach_other
bad_files
test_usage
test_pin_dir
test_private_mounts
guards=$(count_guards)
every_mistake "first load"
does "first load: no program is left" wait_for 5 guards_at_most "$guards"
test_two_at_once
ecdn limit set ALPHA --pps 5k
ecdn allow add 203.0.113.7
every_mistake upgrade
test_unprivileged
ecdn unload --all
does "unload --all: no program is left" wait_for 5 guards_at_most "$guards"
finish

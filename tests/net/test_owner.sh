#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# /sys/fs/bpf may be writable by all: what another user makes at the pin directory's
# place is neither used, nor changed, nor believed.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"

open=$pin
# bpffs with the mode of the kernel's own mount.
mkdir -m 1777 "$open"
pin=$open/pins
trap 'pin=$open; cleanup' EXIT

nobody() {
	setpriv --reuid 65534 --regid 65534 --clear-groups "$@"
}

# What nobody has made: names, owners and links.
made() {
	find "$open" -path "$open/other" -prune -o -printf '%p %u %y %l\n' | sort
}

# refused WHAT PATH: every command that could change something fails, says whose PATH
# is, changes nothing, and the client believes nothing.
refused() {
	local before verb

	before=$(made)
	for verb in "load --regions $regions e0" "limit set default --pps 1k" status \
		"unload --all"; do
		# shellcheck disable=SC2086
		fails "$1: ${verb%% *} is refused" 1 \
			"$2 belongs to user 65534, not to root|nothing is loaded in $pin;" \
			ecdn $verb
	done
	fails "$1: it is said whose it is" 1 "$2 belongs to user 65534, not to root" \
		ecdn load --regions "$regions" e0
	is "$1: nothing is changed" "$before" "$(made)"
	is "$1: nothing is attached" null "$(on edge ip -j link show dev e0 | jq '.[0].xdp')"
}

# The maps of another guard, as nobody may link them.
link_other() {
	local name

	nobody mkdir -p "$pin/link" "$pin/prog"
	for name in $(cd "$open/other" && find . -type f); do
		nobody ln -s "$open/other/$name" "$pin/$name"
	done
}

client_and_edge
nobody mkdir -p "$pin-next/link" "$pin-next/prog" "$pin-next/sub"
refused "a directory where load builds" "$pin-next"
nobody rm -r "$pin-next"
nobody mkdir -p "$pin/sub"
refused "a directory" "$pin"
nobody rm -r "$pin"
nobody mkdir -p "$open/above/pins"
pin=$open/above/pins
refused "a directory above" "$open/above"
nobody rm -r "$open/above"
pin=$open/pins

on edge "$build/ecdn-xdp" load --pin-dir "$open/other" --regions "$regions" e0
on edge "$build/ecdn-xdp" block --pin-dir "$open/other" BETA
on edge "$build/ecdn-xdp" unload --pin-dir "$open/other" e0
for how in link_other "nobody ln -s $open/other $pin"; do
	$how
	refused "another guard's maps, ${how%% *}" "$pin"
	is "${how%% *}: who asks is told nothing" $'ready -129\npass 0 --' \
		"$(printf 'ready\nverdict 203.0.113.7\n' |
			"$build/tests/tools/client" --pin-dir "$pin" 2>"$work/said")"
	has "${how%% *}: and why" "users other than root may change $pin or" "$(<"$work/said")"
	nobody rm -r "$pin"
done

ln -s other "$open/ours"
has "root's own link is believed" '^pass [0-9]+ BETA$' \
	"$(echo verdict 203.0.113.7 | "$build/tests/tools/client" --pin-dir "$open/ours")"
chmod 777 "$open/other"
fails "a directory of root's that others may change" 1 "users other than root may change $open/other;" \
	on edge "$build/ecdn-xdp" block --pin-dir "$open/other" ALPHA
finish

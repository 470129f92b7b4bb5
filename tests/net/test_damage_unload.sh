#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# `unload --all` takes all pins away and detaches what they hold, however these are damaged.
# shellcheck source=tests/net/own_net.sh
source "$(dirname "$0")/own_net.sh"
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/damage.sh
source "$(dirname "$0")/damage.sh"

# everywhere WAY TC: `unload --all` takes all away, with every pin damaged so but for the links,
# which hold programs as long as they are there, and for the program that tells proxies, without
# which it fails in the end (test_crash.sh).
everywhere() {
	local way=$1 damaged

	loaded "$2"
	for damaged in "${names[@]}"; do
		case $damaged in
		link/* | ping/* | steer | listen | proven | regions | prog/publish | origin | \
			origin_in | origin_out) continue ;;
		esac
		[ -e "$pin/$damaged" ] || continue
		mv "$pin/$damaged" "$aside"
		"way_$way" "$pin/$damaged" 2>/dev/null || mv "$aside" "$pin/$damaged"
		rm -f "$aside"
	done
	does "$way, $2: unload --all" here unload --all
	is "$way, $2: no pin is left" "" "$(ls -d "$pin" "$pin-next" 2>/dev/null)"
	is "$way, $2: nothing is attached" "" "$(ip -o link show dev e0 | grep -o prog/xdp
		tc filter show dev e0 ingress | grep -o 'bpf'; bpftool cgroup show "$cgroup")"
}

# The same with something else in the place of what attaches: what held the program is gone.
without_links() {
	local way=$1 damaged

	loaded clsact
	for damaged in link/e0 ping/e0 steer listen proven regions origin origin_in origin_out \
		origin_error; do
		rm "$pin/$damaged"
		"way_$way" "$pin/$damaged"
	done
	does "$way for each link: unload --all" here unload --all
	is "$way for each link: no pin is left" "" "$(ls -d "$pin" "$pin-next" 2>/dev/null)"
	tc qdisc del dev e0 clsact 2>/dev/null || true
}

test_unload() {
	local way

	here unload --all
	for way in missing directory program map type key value owner; do
		everywhere "$way" tcx
	done
	everywhere directory clsact
	for way in missing directory program map; do
		without_links "$way"
	done
}

damage_prepare
test_unload
finish

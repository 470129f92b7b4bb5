# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2154
# carry.sh - a version of ABI 2 beside this one. Sourced after lib.sh.

# old VERB WORD...: the version of ABI 2.
old() {
	local verb=$1

	shift
	on edge "$build/abi2/ecdn-xdp" "$verb" --pin-dir "$pin" "$@"
}

abi() {
	bpftool -j map dump pinned "$pin/config" | jq '.[0].formatted.value.abi'
}

pins() {
	find "$pin"* 2>/dev/null | sort || true
}

# A node's ping, to an address of the edge.
echoes() {
	on client "$build/tests/tools/echo" --dev c0 --mac $edge_mac --from 203.0.113.9 \
		--to 198.51.100.2 2>&1
}

needs_abi2() {
	if [ -e "$build/abi2/ecdn-xdp" ]; then
		return
	fi
	ok "no program of ABI 2: its history is not here; tests/run/test_carry has its pins"
	finish
	exit
}

#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# What an error tells to do is what helps: whose program is in the way, which capability is
# missing, what has become of an interface.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"

guest() {
	cat >"$work/$1.c" <<-END
		__attribute__((section("xdp"), used)) int $1(void *ctx) { return 2; }
		char LICENSE[] __attribute__((section("license"))) = "GPL";
	END
	clang -O2 -g -target bpf -c -o "$work/$1.o" "$work/$1.c"
	bpftool prog load "$work/$1.o" "$pin-$1" type xdp
}

id_of() {
	bpftool -j prog show pinned "$1" | jq .id
}

# busy NAME PATTERN: load on e1 is refused, and tells that; what the error names helps.
busy() {
	fails "$1" 1 "cannot attach to e1: $2" ecdn load --regions "$regions" e1
}

# What is attached by a command is held by no link.
test_program() {
	guest other_guest
	on edge bpftool net attach xdpgeneric pinned "$pin-other_guest" dev e1
	busy "another program" \
		"XDP program other_guest \(id $(id_of "$pin-other_guest")\) .*ip link set dev e1 xdpgeneric off"
	on edge ip link set dev e1 xdpgeneric off
	on edge bpftool net attach xdpdrv pinned "$pin-other_guest" dev e1
	busy "another program, native" '.*ip link set dev e1 xdp off'
	fails "without the right to look it up, its id is told" 1 \
		"without a name that this process may read \(id $(id_of "$pin-other_guest")\)" \
		on edge setpriv --bounding-set -sys_admin --inh-caps -sys_admin \
		"$build/ecdn-xdp" load --pin-dir "$pin" --regions "$regions" e1
	on edge ip link set dev e1 xdp off
	rm "$pin-other_guest"
}

test_dispatcher() {
	guest xdp_dispatcher
	on edge bpftool net attach xdp pinned "$pin-xdp_dispatcher" dev e1
	busy "libxdp's dispatcher" "libxdp's dispatcher .*xdp-loader unload e1 --all"
	on edge ip link set dev e1 xdp off
	rm "$pin-xdp_dispatcher"
}

test_other_guard() {
	on edge "$build/ecdn-xdp" load --pin-dir "$pin-two" --regions "$regions" e1
	busy "our guard of another pin directory" \
		"it has the guard of another pin directory; .ecdn-xdp unload e1 --pin-dir $pin-two. first"
	on edge "$build/ecdn-xdp" unload e1 --pin-dir "$pin-two"
	does "our guard of another pin directory: what was told helps" \
		ecdn load --regions "$regions" e1
	ecdn unload e1
	on edge "$build/ecdn-xdp" unload --all --pin-dir "$pin-two"
}

# A guard whose pins are gone, but for its link.
test_link() {
	local link

	on edge "$build/ecdn-xdp" load --pin-dir "$pin-two" --regions "$regions" e1
	mv "$pin-two/link/e1" "$pin-link"
	rm -r "$pin-two"
	link=$(bpftool -j link show pinned "$pin-link" | jq .id)
	busy "a link" "XDP program guard .*bpf_link with id $link; .*bpftool link detach id $link"
	bpftool link detach id "$link"
	does "a link: what was told helps" ecdn load --regions "$regions" e1
	ecdn unload e1
	rm "$pin-link"
}

# lacking CAPABILITY WORD...: a command of a root without it.
lacking() {
	local capability=$1

	shift
	on edge setpriv --bounding-set "-$capability" --inh-caps "-$capability" \
		"$build/ecdn-xdp" "$@" --pin-dir "$pin"
}

test_capabilities() {
	local missing='not permitted, as this process lacks'

	# CAP_SYS_ADMIN stands for both of them.
	fails "without CAP_NET_ADMIN" 1 "cannot load the guard: $missing CAP_NET_ADMIN; run as root" \
		lacking net_admin,-sys_admin load --regions "$regions" e0
	fails "without CAP_BPF" 1 "$missing .*CAP_BPF" \
		lacking bpf,-sys_admin load --regions "$regions" e0
	fails "without CAP_NET_ADMIN: ping by a filter" 1 \
		"cannot attach ping to e0: $missing CAP_NET_ADMIN" \
		lacking net_admin load --ping --tc clsact e0
	is "without capabilities: nothing is attached" null \
		"$(on edge ip -j link show dev e0 | jq '.[0].xdp')"
}

interface_line() {
	ecdn status | grep "^interface  *$1"
}

test_detached() {
	ecdn load --quiet --regions "$regions" e0 e1
	bpftool link detach pinned "$pin/link/e1"
	has "a link that was detached: status" 'e1: detached by somebody, unguarded: .ecdn-xdp load e1' \
		"$(interface_line e1)"
	is "a link that was detached: JSON" detached \
		"$(ecdn status --json | jq -r '.interfaces[] | select(.interface == "e1").state')"
	does "a link that was detached: what was told helps" ecdn load e1
	has "a link that was detached: it is attached" 'e1: native' "$(interface_line e1)"
	ip -n "ecdn-$id-edge" link del e1
	has "an interface that is gone: status" 'e1: vanished' "$(interface_line e1)"
	ecdn unload --all
}

test_check() {
	ecdn load --quiet --regions "$regions" e0
	ecdn node add 192.0.2.77
	is "node check: ping is on no interface, and that alone is told" \
		'Ping is on no interface, so that nobody is heard: `ecdn-xdp load --ping IFACE`.' \
		"$(ecdn node check)"
	ecdn unload --all
}

client_and_edge
wire client c1 edge e1
test_capabilities
test_program
test_dispatcher
test_other_guard
test_link
test_detached
test_check
finish

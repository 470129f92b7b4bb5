#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Addresses that came and went since the last load: `node check` and `status` tell which,
# and the command that they name ends it.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/ping.sh
source "$(dirname "$0")/ping.sh"

# address add|del ADDRESS...: of the edge's e0.
address() {
	local one

	for one in "${@:2}"; do
		ip -n "ecdn-$id-edge" address "$1" "$one" dev e0
	done
}

unknown() {
	ecdn node check --json | jq -c '.unknown_addresses'
}

stale() {
	ecdn node check --json | jq -c '.stale_addresses'
}

# The command between backticks in a line that matches.
named_command() {
	# shellcheck disable=SC2016
	grep -E -- "$1" <<<"$2" | sed -n 's/[^`]*`ecdn-xdp \([^`]*\)`.*/\1/p' || true
}

none_unknown() {
	is "$1: check, JSON" '[] []' "$(unknown) $(stale)"
	lacks "$1: check" 'does not know|has no longer' "$(ecdn node check)"
	does "$1: check, for scripts" ecdn node check --exit-code
	is "$1: status, JSON" '[[],[]]' \
		"$(ecdn status --json | jq -c '.ping | [.unknown_addresses, .stale_addresses]')"
	has "$1: status" '^ping +knows [0-9]+ addresses of this host$' "$(ecdn status)"
}

test_new() {
	local command said

	address add 198.51.100.2/24 2001:db8:a::2/64
	has "new: ping leaves it to the firewall" '^answers=0' "$(echoes --to 198.51.100.2)"
	is "new: check, JSON" '["198.51.100.2","2001:db8:a::2"]' "$(unknown)"
	said=$(ecdn node check)
	has "new: check" ' does not know: 198\.51\.100\.2, 2001:db8:a::2;' "$said"
	fails "new: check, for scripts" 3 'All nodes were heard' ecdn node check --exit-code
	is "new: status, JSON" '["198.51.100.2","2001:db8:a::2"]' \
		"$(ecdn status --json | jq -c .ping.unknown_addresses)"
	has "new: status" '^ping +knows [0-9]+ addresses of this host, but not 2 ' "$(ecdn status)"
	command=$(named_command 'does not know' "$said")
	is "new: status names the same command" "$command" "$(named_command 'but not 2' "$(ecdn status)")"
	# shellcheck disable=SC2086
	does "new: the command that they name: $command" ecdn $command
	none_unknown "new, then load"
	has "new, then load: ping answers" '^answers=1 wrong=0' "$(echoes --to 198.51.100.2)"
	has "new, then load: IPv6" '^answers=1 wrong=0' "$(echoes6 --to 2001:db8:a::2)"
}

# Until the next load ping answers for what has gone to another host.
test_gone() {
	local command said

	address del 198.51.100.2/24 2001:db8:a::2/64
	is "gone: check, JSON" '["198.51.100.2","2001:db8:a::2"]' "$(stale)"
	said=$(ecdn node check)
	has "gone: check" ' has no longer: 198\.51\.100\.2, 2001:db8:a::2;' "$said"
	lacks "gone: check, nothing is unknown" 'does not know' "$said"
	fails "gone: check, for scripts" 3 'All nodes were heard' ecdn node check --exit-code
	is "gone: status, JSON" '["198.51.100.2","2001:db8:a::2"]' \
		"$(ecdn status --json | jq -c .ping.stale_addresses)"
	has "gone: status" '^ping +knows [0-9]+ addresses of this host, and 2 that it has no longer: ' \
		"$(ecdn status)"
	command=$(named_command 'has no longer' "$said")
	is "gone: status names the same command" "$command" \
		"$(named_command 'has no longer' "$(ecdn status)")"
	# shellcheck disable=SC2086
	does "gone: the command that they name: $command" ecdn $command
	none_unknown "gone, then load"
	has "gone, then load: ping does not answer" '^answers=0' "$(echoes --to 198.51.100.2)"
}

test_many() {
	address add 198.51.100.{11..20}/24
	has "many: a handful is shown" \
		' does not know: 198\.51\.100\.11, [^ ]*, [^ ]*, [^ ]*, 198\.51\.100\.15 and 5 more;' \
		"$(ecdn node check)"
	is "many: all in JSON" 10 "$(unknown | jq length)"
	address del 198.51.100.{11..20}/24
}

test_prefixes() {
	on edge ip route add local 203.0.113.128/25 dev lo
	is "AnyIP: the prefix" '["203.0.113.128/25"]' "$(unknown)"
	ecdn load --ping
	ip -n "ecdn-$id-edge" address add 203.0.113.200/24 dev e1
	none_unknown "AnyIP: an address within"
	on edge ip route add local 10.0.0.0/8 dev lo table 100
	none_unknown "a proxy's route for marked packets"
}

# An interface that comes up gets a link-local address, which no node asks for. The same
# address on two interfaces is one.
test_interfaces() {
	ip -n "ecdn-$id-edge" link add e2 up type veth peer name e3
	ip -n "ecdn-$id-edge" link set e3 up
	none_unknown "interfaces: link-local addresses"
	ip -n "ecdn-$id-edge" address add 2001:db8:c::1/64 dev e2 nodad
	ip -n "ecdn-$id-edge" address add 2001:db8:c::1/64 dev e3 nodad
	is "interfaces: an address that two have" '["2001:db8:c::1"]' "$(unknown)"
	ecdn load --ping
	ip -n "ecdn-$id-edge" address del 2001:db8:c::1/64 dev e3
	none_unknown "interfaces: and one still has"
	ip -n "ecdn-$id-edge" link del e2
}

# Of a host where ping is not, nothing can be said.
test_elsewhere() {
	local kind said

	for kind in tcx clsact; do
		ecdn unload e0
		ecdn load --ping --tc "$kind" e0 2>/dev/null || continue
		said=$(on node "$build/ecdn-xdp" node check --json --pin-dir "$pin")
		is "$kind: from another network namespace" '[true,null,null]' \
			"$(jq -c '[.attached, .unknown_addresses, .stale_addresses]' <<<"$said")"
		lacks "$kind: nor as text" 'does not know|has no longer' \
			"$(on node "$build/ecdn-xdp" node check --pin-dir "$pin")"
		does "$kind: nor for scripts" \
			on node "$build/ecdn-xdp" node check --exit-code --pin-dir "$pin"
		is "$kind: but from its own" '[]' "$(unknown)"
	done
	ecdn unload e0
	address add 198.51.100.3/24
	is "without ping" null "$(unknown)"
	lacks "without ping: as text" 'does not know' "$(ecdn node check)"
	address del 198.51.100.3/24
}

edge_node_and_stranger
on edge sysctl -qw net.ipv6.conf.e0.accept_dad=0
does "load --ping" ecdn load --ping e0
does "node add" ecdn node add $node_ip $node_ip6
answered "a node" node "${edge_of[node]}"
answered "a node, IPv6" node "${edge_of6[node]}"
wall_up ingress
none_unknown "at first"
test_new
test_gone
test_many
test_prefixes
test_interfaces
test_elsewhere
finish

#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The origin observer is loaded alone and beside the guard, sees more or less, goes on over an
# upgrade with the connections that are open, follows a cgroup that is named, and is taken off
# again, with what was there before as it was.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/origin_part.sh
source "$(dirname "$0")/origin_part.sh"

ALL="origin origin_in origin_out"
depths='"\(.depth) \(.attached) \(.reads_content)"'

pinned() {
	(cd "$pin" && find . -name "${1:-origin*}" -printf '%P\n' | sort | xargs)
}

# shellcheck disable=SC2120 # they are passed through `does`
load_alone() {
	ecdn load --origin --origin-cgroup "$cgroup" "$@"
}

test_alone() {
	fails "load of neither an interface nor the observer" 2 'name an interface' ecdn load
	has "alone: load" 'are observed: sockets and content' "$(load_alone)"
	is "alone: its programs are on the cgroup" "$ALL" "$(programs)"
	is "alone: the guard is not loaded" null "$(ecdn status --json | jq .mode)"
	has "alone: status" "^origin +attached to the cgroup $cgroup; .*this network namespace" \
		"$(ecdn status)"
	is "alone: status as JSON" '"content true true"' "$(setting "$depths")"
	is "alone: the cgroup" "\"$cgroup\"" "$(setting .cgroup)"
	is "alone: ports" '"443,80/http"' "$(setting .ports)"
	does "alone: all is as configured" ecdn check
	connect 443
	is "alone: a connection is counted" 1 "$(counted connections)"
	is "alone: and judged" 1 "$(counted cause)"
	is "alone: keys are frozen" 1 "$(bpftool -j map show pinned "$pin/origin_keys" | jq .frozen)"
	is "alone: who may read the keys" 666 "$(stat -c %a "$pin/origin_keys")"
	is "alone: who may read failures" 600 "$(stat -c %a "$pin/origin_failures")"
}

# Connections that begin while the observer comes are refused by their origin, not by this host.
test_coming() {
	local busy round

	# shellcheck disable=SC2016
	(inside bash -c 'while [ ! -e "$1" ]; do { : 3<>"/dev/tcp/$0/80"; } 2>/dev/null; done' \
		$origin_ip "$work/enough") &
	busy=$!
	for round in {1..8}; do
		load_alone >/dev/null
		wait_for 5 has_judged
		is "coming: $round: none was rejected here" 0 "$(ecdn origin --json |
			jq '[.origins[].rejected_here] | add')"
		ecdn unload --all
	done
	touch "$work/enough"
	wait "$busy" || true # of the last connection, which was refused
}

has_judged() {
	[ "$(counted cause)" -gt 10 ]
}

test_depths() {
	does "sockets: load" ecdn load --origin=sockets
	is "sockets: one program is on the cgroup" origin "$(programs)"
	is "sockets: status" '"sockets true false"' "$(setting "$depths")"
	is "sockets: no other program is pinned" "" "$(pinned "origin_[io]*[nt]")"
	does "sockets: all is as configured" ecdn check
	does "sockets: load again" ecdn load
	is "sockets: it stays so" '"sockets true false"' "$(setting "$depths")"
	does "content: load" ecdn load --origin
	is "content: its programs are where the first one is" "$ALL" "$(programs)"
	is "content: status" '"content true true"' "$(setting "$depths")"
	is "content: what was counted is kept" 1 "$(counted connections)"
}

# The record of a connection hangs on its socket, whatever programs come and go.
test_upgrade() {
	local before

	before=$(counted cause)
	open_connection 443
	does "upgrade: the connection is open" wait_for 5 is_connected
	does "upgrade: load" ecdn load
	does "upgrade: load with other programs" ecdn load --origin=sockets
	does "upgrade: and with all" ecdn load --origin
	is "upgrade: it is not judged yet" "$before" "$(counted cause)"
	close_connection
	does "upgrade: the connection is judged once it is closed" wait_for 5 judged $((before + 1))
}

is_connected() {
	[ -n "$(on edge ss -Htn state established dst $origin_ip)" ]
}

judged() {
	[ "$(counted cause)" = "$1" ]
}

test_ports() {
	local before

	does "ports: load" ecdn load --origin --origin-ports 443,8000/http,8080/tls
	is "ports: status" '"443,8080,8000/http"' "$(setting .ports)"
	before=$(counted connections)
	connect 8000
	connect 80
	is "ports: a connection to one that is watched is counted, another is not" \
		$((before + 1)) "$(counted connections)"
	fails "ports: a word that is none" 2 'must be PORT' ecdn load --origin --origin-ports 443,https
	fails "ports: without the observer" 2 'name --origin, too' ecdn load --origin-ports 443
	is "ports: they stay" '"443,8080,8000/http"' "$(setting .ports)"
	does "namespaces: all" ecdn load --origin --origin-all-namespaces
	is "namespaces: status" true "$(setting .all_namespaces)"
	does "namespaces: this one" ecdn load --origin --no-origin-all-namespaces
	is "namespaces: status, of this one" false "$(setting .all_namespaces)"
}

named() {
	bpftool -j map dump pinned "$pin/origin_names" |
		jq -r '.[].formatted | "\(.value.name) \(.key.family) \(.key.port) \(.value.sni)"' |
		sort | xargs
}

test_names() {
	local changes

	has "names: add" '^named 2 addresses shop$' \
		"$(ecdn origin add shop 203.0.113.7 '[2001:db8::7]:443' --sni shop.example)"
	is "names: they are there" "shop 4 0 shop.example shop 6 443 shop.example" "$(named)"
	is "names: add quietly" "" "$(ecdn origin add -q shop 203.0.113.8:8443)"
	is "names: more addresses have the same host name" \
		"shop 4 0 shop.example shop 4 8443 shop.example shop 6 443 shop.example" "$(named)"
	changes=$(ecdn status --json | jq .origin.names)
	fails "names: an address has one" 1 '203.0.113.7 is named shop already' \
		ecdn origin add other 203.0.113.9 203.0.113.7
	fails "names: what is no address" 2 '203.0.113.300 is no address' ecdn origin add a 203.0.113.300
	fails "names: loopback" 2 'are not watched; nothing was changed' ecdn origin add a 127.0.0.1
	fails "names: what is no port" 2 ':0 is no address' ecdn origin add a 203.0.113.7:0
	fails "names: what is no name" 2 'a name has 1 to 63' ecdn origin add 'a b' 203.0.113.9
	fails "names: one that is too long" 2 'a name has 1 to 63' \
		ecdn origin add "$(printf %64d 0)" 203.0.113.9
	fails "names: an address is none" 2 'an address can be no name' ecdn origin add 1.2.3.4 1.2.3.5
	fails "names: what is no host name" 2 'a host name has' \
		ecdn origin add a 203.0.113.9 --sni 'a/b'
	fails "names: del of none" 1 'no origin is named other' ecdn origin del other
	fails "names: no JSON" 2 'prints no JSON' ecdn origin add a 203.0.113.9 --json
	fails "names: an option of another word" 2 'does not take --sni' ecdn origin del shop --sni a
	is "names: nothing of that has changed them" "$changes" "$(setting .names)"
	does "names: load" ecdn load
	is "names: they outlive it" "$changes" "$(setting .names)"
	does "names: del" ecdn origin del shop
	is "names: none is left" "" "$(named)"
	has "names: the change is in the list of verbs" '`origin .*del shop' "$(ecdn events)"
}

config() {
	printf 'pin_dir: %s\n%s\n' "$pin" "$1" >"$work/config.yaml"
	ecdn load --config "$work/config.yaml"
}

test_config() {
	does "configuration: a mapping" config "origin:
  depth: sockets
  cgroup: $cgroup
  ports: [443, 8000/http]
  all_namespaces: true
  names:
    - {name: shop, address: 203.0.113.7:443, sni: www.example}
    - {name: img, address: [203.0.113.8, '2001:db8::8']}"
	is "configuration: what it says is so" '"sockets 443,8000/http true 3"' \
		"$(setting '"\(.depth) \(.ports) \(.all_namespaces) \(.names)"')"
	does "configuration: other names" config 'origin: {names: [{name: shop, address: 203.0.113.7}]}'
	is "configuration: they take the place of those that were" "shop 4 0" "$(named)"
	is "configuration: and the depth is the usual one" '"content"' "$(setting .depth)"
	fails "configuration: a depth that is none" 1 'line 2|:2: .*not a depth' config 'origin: deep'
	fails "configuration: an address with two names" 1 '203.0.113.7 has another name above' config \
		'origin: {names: [{name: a, address: 203.0.113.7}, {name: b, address: 203.0.113.7}]}'
	fails "configuration: a name without an address" 1 'has a name and an address' \
		config 'origin: {names: [{name: a}]}'
	fails "configuration: no port" 1 'is empty' config 'origin: {ports: []}'
	is "configuration: nothing of that has changed them" "shop 4 0" "$(named)"
	does "configuration: off" config 'origin: off'
	is "configuration: it is off" null "$(setting .)"
}

test_refused() {
	chown 1 "$cgroup"
	fails "a cgroup of another user" 1 'can be changed by others than root' load_alone
	chown 0 "$cgroup"
	fails "no cgroup" 1 'not a cgroup of version 2.*nothing was changed' \
		ecdn load --origin --origin-cgroup "$work"
	is "refused: nothing is pinned" "" "$(pins)"
	fails "a depth that is none" 2 'must be content or sockets' ecdn load --origin=deep
	fails "a depth behind a blank" 2 'write --origin=sockets' ecdn load --origin sockets
	fails "on and off" 2 'exclude each other' ecdn load --origin --no-origin
	fails "names without the observer" 1 'nothing is loaded' ecdn origin add a 203.0.113.9
}

# without_cgroup2 CAPABILITIES COMMAND...: no mount is seen. Without CAP_SYS_ADMIN the kernel makes
# none, and what process 1 sees is out of reach.
without_cgroup2() {
	# shellcheck disable=SC2016
	on edge unshare --mount bash -c '
		for at in $(findmnt -n -t cgroup2 -o TARGET); do umount -l "$at"; done
		exec setpriv --bounding-set "$0" --no-new-privs "$@"' "$@"
}

test_without_cgroup2() {
	local load=("$build/ecdn-xdp" load --pin-dir "$pin" --origin)

	fails "no cgroup of version 2 is mounted, and none can be" 1 'mount -t cgroup2.*nothing was changed' \
		without_cgroup2 -all,+bpf,+net_admin,+perfmon,+dac_override "${load[@]}"
	is "no cgroup of version 2: nothing is pinned" "" "$(pins)"
	does "one is mounted for the command alone" without_cgroup2 +all "${load[@]}"
	has "it is the root of all" '^origin +attached to all cgroups' "$(ecdn status)"
	ecdn unload --all
}

# What loading takes, and no more.
test_capabilities() {
	does "CAP_BPF, CAP_NET_ADMIN and CAP_PERFMON suffice" \
		on edge setpriv --bounding-set -all,+bpf,+net_admin,+perfmon --no-new-privs \
		"$build/ecdn-xdp" load --pin-dir "$pin" --origin --origin-cgroup "$cgroup"
	is "with them all is attached" '"content true true"' "$(setting "$depths")"
	does "and loaded again" on edge setpriv --bounding-set -all,+bpf,+net_admin,+perfmon \
		--no-new-privs "$build/ecdn-xdp" load --pin-dir "$pin"
	is "with them what ICMP says is seen where it can be" true \
		"$(ecdn status --json | jq '.origin.sees_icmp == .features.icmp')"
	ecdn unload --all
}

pins() {
	find "$pin"* 2>/dev/null || true
}

test_with_guard() {
	write_regions
	does "guard and observer: load" load_alone --regions "$regions" e0
	is "guard and observer: both are there" "enforce $ALL" \
		"$(ecdn status --json | jq -r .mode) $(programs)"
	connect 443
	does "guard and observer: the guard alone is loaded again" ecdn load e0
	is "guard and observer: the observer stays" "1 $ALL" "$(counted connections) $(programs)"
	fails "guard and observer: a load that fails" 1 'no interface nosuch0' \
		ecdn load --origin=sockets nosuch0
	is "guard and observer: it has changed nothing" '"content true true"' "$(setting "$depths")"
	has "no observer: load" 'are not observed' "$(ecdn load --no-origin)"
	is "no observer: nothing of it is pinned" "" "$(pinned)"
	is "no observer: nothing of it is attached" "" "$(programs)"
	is "no observer: the guard is" enforce "$(ecdn status --json | jq -r .mode)"
	lacks "no observer: nothing is missed" origin "$(ecdn check)"
	fails "no observer: names" 1 'origin is not loaded.*load --origin' \
		ecdn origin add a 203.0.113.9
	does "no observer: and again" ecdn load --no-origin
	does "observer joins: load" load_alone
	is "observer joins: it counts anew" 0 "$(counted connections)"
	is "observer joins: its programs" "$ALL" "$(programs)"
	does "observer joins: groups" ecdn load --proxy-group 65533 --stats-group 65534
	is "observer joins: who may count and read" "664 65533 640 65534" \
		"$(stat -c '%a %g' "$pin/origin_requests" "$pin/origin_head" | xargs)"
	does "unload --all" ecdn unload --all
	is "unload --all: no pin is left" "" "$(pins)"
	is "unload --all: nothing is attached" "" "$(programs)"
}

# The groups of an observer that is loaded alone are its own pins'.
test_groups_alone() {
	does "groups alone: load" load_alone --proxy-group 65533
	is "groups alone: the guard is not loaded for that" null "$(ecdn status --json | jq .mode)"
	does "groups alone: load again" ecdn load
	is "groups alone: they stay" "660 65533" "$(stat -c '%a %g' "$pin/origin_requests")"
	ecdn unload --all
}

# Who may write what proxies count may also freeze it.
test_frozen() {
	local value=(1 2 3 4 5 6 7 8)

	load_alone >/dev/null
	# shellcheck disable=SC2046 # the bytes are words
	bpftool map update pinned "$pin/origin_requests" key 1 0 0 0 value "${value[@]}" \
		$(printf '0 %.0s' {1..248})
	does "frozen: somebody does that" bpftool map freeze pinned "$pin/origin_requests"
	is "frozen: status" true "$(setting .requests_frozen)"
	has "frozen: load says so" 'origin_requests is frozen.*it is replaced' "$(ecdn load 2>&1)"
	is "frozen: status after it" false "$(setting .requests_frozen)"
	is "frozen: what was counted is there" "${value[*]} 0" "$(bpftool -j map lookup pinned \
		"$pin/origin_requests" key 1 0 0 0 | jq -r '[.value[:9][] | ltrimstr("0x0")] | join(" ")')"
	ecdn unload --all
}

exclusive() {
	"$build/tests/tools/exclusive" "$1" packets "$cgroup"
}

# What was attached before the one that fails is taken off again.
test_exclusive() {
	does "another program takes the cgroup for itself" exclusive attach
	fails "it is in the way" 1 'cannot attach origin_in to the cgroup.*allows no other' load_alone
	is "it is alone there" exclusive "$(programs)"
	does "sockets: it is not in the way" load_alone --origin=sockets
	fails "sockets: it is in the way of content" 1 'cannot attach origin_in' ecdn load --origin
	is "sockets: they are seen as before" '"sockets true false"' "$(setting "$depths")"
	is "sockets: by the same program" "exclusive origin" "$(programs)"
	does "sockets: and load again" ecdn load
	exclusive detach
	does "content: once it is gone" ecdn load --origin
	is "content: its programs" "$ALL" "$(programs)"
	ecdn unload --all
}

# A cgroup that is removed takes the links with it. Nobody watches more than was asked for.
test_vanished() {
	mkdir "$cgroup-2"
	does "vanished: load" ecdn load --origin --origin-cgroup "$cgroup-2"
	rmdir "$cgroup-2"
	does "vanished: that is seen" wait_for 5 is_detached
	fails "vanished: check" 3 'origin is attached to no cgroup' ecdn check
	has "vanished: load says so" 'attached to no cgroup any more' "$(ecdn load 2>&1)"
	is "vanished: it is attached nowhere else" false "$(setting .attached)"
	does "vanished: another cgroup" load_alone
	is "vanished: its programs are there" "$ALL" "$(programs)"
	does "moved: to another cgroup" mkdir "$cgroup-2"
	does "moved: load" ecdn load --origin --origin-cgroup "$cgroup-2"
	is "moved: they are there, and here no more" "$ALL and" \
		"$(programs "$cgroup-2") and$(programs)"
	ecdn unload --all
}

is_detached() {
	[ "$(setting .attached)" = false ]
}

origin_hosts
waiting client "$build/tests/tools/waiter" $origin_ip:443 text
test_refused
test_without_cgroup2
test_capabilities
test_coming
test_alone
test_depths
test_upgrade
test_ports
test_names
test_config
ecdn unload --all
test_with_guard
test_groups_alone
test_frozen
test_exclusive
test_vanished
finish

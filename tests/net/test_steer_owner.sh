#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Whose listeners steer takes: while the proxy's own is not there, any user may wait at its port
# and would get the connections of a port that only root may serve.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"

alpha=198.51.100.2 alpha6='[2001:db8:a::2]'
stranger=65534 other=65533

set_up() {
	local address

	client_and_edge
	on edge sysctl -qw net.ipv6.conf.lo.disable_ipv6=0
	for address in $alpha/32 "${alpha6//[][]/}/128"; do
		ip -n "ecdn-$id-edge" addr add "$address" dev lo
	done
	# Other users can run it there.
	chmod 711 "$work"
	cp "$build/tests/tools/waiter" "$work/waiter"
}

# waiter HOST UID NAME ADDR:PORT TEXT [OPTION...]: in the background; its pid is in $waiter.
waiter() {
	local host=$1 uid=$2 process=$3 at=$4 text=$5

	shift 5
	waiting "$host" setpriv --reuid="$uid" --regid="$uid" --clear-groups \
		--inh-caps=+net_bind_service --ambient-caps=+net_bind_service \
		"$work/waiter" --name "$process" "$@" "$at" "$text"
}

ask() {
	on edge curl -s -m 3 "http://$1:${2:-80}/" || echo "curl ended with $?"
}

listed() {
	ecdn steer --json 2>/dev/null | jq -c "[.steer[] | .$1]"
}

write_config() {
	cat >"$work/config.yaml"
}

# What is refused names holder, uid and pid.
foreign="127.0.0.1:8513 belongs to uid $stranger, thief\[[0-9]+\].*no connection goes there"

test_add() {
	local before

	waiter edge $stranger thief 127.0.0.1:8513 stolen
	before=$(ecdn steer --json 2>&1)
	fails "add: another user's" 1 "$foreign" ecdn steer add 80 127.0.0.1:8513
	is "add: it has changed nothing" "$before" "$(ecdn steer --json 2>&1)"
	is "add: and takes no connection" 200 "$(ask $alpha)"
	fails "add: a user that is not there" 2 'no such user' \
		ecdn steer add 80 127.0.0.1:8513 --user nobody-there
	fails "refresh: takes no --user" 2 'with .steer add. alone' ecdn steer refresh --user root
	fails "add: of yet another user" 1 "$foreign" \
		ecdn steer add 80 127.0.0.1:8513 --user $other
	does "add --user: the operator's word" ecdn steer add 80 127.0.0.1:8513 --user $stranger
	is "add --user: it is steered there" stolen "$(ask $alpha)"
	stop "$waiter"
	waiter edge $stranger thief 127.0.0.1:8513 stolen
	is "add --user: the hook remembers the user" stolen "$(ask $alpha)"
	does "add --user: refresh does, too" ecdn steer refresh
	is "add --user: after refresh" stolen "$(ask $alpha)"
	does "load: again" ecdn load
	is "load: again: the user is remembered" stolen "$(ask $alpha)"
	write_config <<<'steer: {80: "127.0.0.1:8513"}'
	fails "configuration without the user: a socket that was taken goes" 3 "$foreign" \
		ecdn load --config "$work/config.yaml"
	is "configuration without the user: not steered" 200 "$(ask $alpha)"
	is "configuration without the user: no socket is left" '[0]' "$(listed sockets)"
	stop "$waiter"
}

# The proxy restarts, and a local user is faster.
test_hijack() {
	waiter edge 0 proxy 127.0.0.1:8513 513
	is "the proxy's: steered" 513 "$(ask $alpha)"
	stop "$waiter"
	waiter edge $stranger thief 127.0.0.1:8513 stolen
	is "hijack: the hook does not take it" 200 "$(ask $alpha)"
	is "hijack: it is shown" '["foreign"]' "$(listed state)"
	has "hijack: and told" 'socket of another user' "$(ecdn steer 2>&1)"
	fails "hijack: refresh" 1 "$foreign" ecdn steer refresh
	is "hijack: refresh does not take it" 200 "$(ask $alpha)"
	fails "hijack: load --config" 3 "$foreign" ecdn load --config "$work/config.yaml"
	is "hijack: load --config does not take it" 200 "$(ask $alpha)"
	is "hijack: load --config loads the rest all the same" monitor "$(
		ecdn load --monitor --config "$work/config.yaml" >/dev/null 2>&1 || true
		ecdn status --json | jq -r .mode
	)"
	ecdn load --enforce -q
	does "hijack: load" ecdn load -q
	is "hijack: load does not take it" 200 "$(ask $alpha)"
	stop "$waiter"
	waiter edge 0 proxy 127.0.0.1:8513 513
	is "hijack: the proxy is back" 513 "$(ask $alpha)"
	stop "$waiter"
}

test_steer_user() {
	write_config <<-END
		steer_user: $stranger
		steer: {80: ["127.0.0.1:8513", "[::1]:8513"]}
	END
	has "steer_user: nobody listens yet" \
		"no socket listens.* until one of root's or of uid $stranger does" \
		"$(ecdn load --config "$work/config.yaml" 2>&1)"
	waiter edge $stranger mine '[::1]:8513' 513
	is "steer_user: the hook takes it, IPv6" 513 "$(ask "$alpha6")"
	stop "$waiter"
	waiter edge $other thief '[::1]:8513' stolen
	is "steer_user: another is not taken" 200 "$(ask "$alpha6")"
	stop "$waiter"
	write_config <<<'steer_user: nobody-there'
	fails "steer_user: a user that is not there" 1 'yaml:1: there is no user' \
		ecdn load --config "$work/config.yaml"
	write_config <<<'steer_cgroup: system.slice'
	fails "steer_cgroup: part of a path" 1 'yaml:1: must be the whole path of a cgroup' \
		ecdn load --config "$work/config.yaml"
	ecdn steer del 80
}

# Whoever may serve port 81 may serve its 513, unless any user may wait at port 81.
test_port_user() {
	local server

	ecdn load --protect 80,81,443
	waiter edge $stranger server 0.0.0.0:81 200
	server=$waiter
	waiter edge $stranger mine 127.0.0.1:8581 513
	does "the port's user: add" ecdn steer add 81 127.0.0.1:8581
	is "the port's user: steered" 513 "$(ask $alpha 81)"
	stop "$waiter"
	waiter edge $stranger mine 127.0.0.1:8581 513
	is "the port's user: the hook takes it" 513 "$(ask $alpha 81)"
	stop "$waiter"
	waiter edge $other thief 127.0.0.1:8581 stolen
	is "the port's user: not another's" 200 "$(ask $alpha 81)"
	stop "$waiter"
	on edge sysctl -qw net.ipv4.ip_unprivileged_port_start=81
	waiter edge $stranger mine 127.0.0.1:8581 513
	fails "a port for all users: refresh" 1 "belongs to uid $stranger" ecdn steer refresh
	is "a port for all users: its user is nobody special" 200 "$(ask $alpha 81)"
	stop "$waiter"
	waiter edge $stranger mine 127.0.0.1:8581 513
	is "a port for all users: not to the hook either" 200 "$(ask $alpha 81)"
	on edge sysctl -qw net.ipv4.ip_unprivileged_port_start=1024
	stop "$waiter"
	ecdn steer del 81
	stop "$server"
}

# One that the port's own server lets in has no right to the port: root serves it, or what waits
# there serves nobody but this host.
test_no_port_user() {
	local server second

	waiter edge 0 server '[::]:81' 200 --v6only
	server=$waiter
	waiter edge $stranger thief 0.0.0.0:81 stolen
	second=$waiter
	waiter edge $stranger thief 127.0.0.1:8581 stolen
	fails "root's port: another who waits at it has no right" 1 "belongs to uid $stranger" \
		ecdn steer add 81 127.0.0.1:8581
	stop "$waiter"
	stop "$second"
	stop "$server"
	waiter edge $stranger thief 127.0.0.1:81 stolen
	server=$waiter
	waiter edge $stranger thief 127.0.0.1:8581 stolen
	fails "a port of this host alone: no right" 1 "belongs to uid $stranger" \
		ecdn steer add 81 127.0.0.1:8581
	stop "$waiter"
	stop "$server"
}

# The cgroup has processes of all network namespaces.
test_other_namespace() {
	local elsewhere waiter_here

	waiter edge 0 proxy 127.0.0.1:8513 513
	waiter_here=$waiter
	ecdn steer add 80 127.0.0.1:8513
	waiter client 0 elsewhere 127.0.0.1:8513 elsewhere
	elsewhere=$waiter
	is "another namespace's root: not taken" '[1]' "$(listed sockets)"
	is "another namespace's root: steered to the own" 513 "$(ask $alpha)"
	stop "$elsewhere"
	stop "$waiter_here"
}

# With SO_REUSEADDR any user binds a UDP socket more closely than root has.
test_closer() {
	local root thief

	ecdn load --protect 80,443
	waiter edge 0 proxy 0.0.0.0:8443 513 --udp
	root=$waiter
	ecdn steer add 443 127.0.0.1:8443 --udp 2>/dev/null
	waiter edge $stranger thief 127.0.0.1:8443 stolen --udp
	thief=$waiter
	does "UDP, a closer socket of another user: refresh" ecdn steer refresh
	is "UDP, a closer socket: root's stays" '["ready",1,["proxy"]]' "$(udp_listed)"
	stop "$root"
	waiter edge 0 proxy 0.0.0.0:8443 513 --udp
	root=$waiter
	has "UDP, a closer socket: root's is back, and waits" 'sockets that connections do not go to' \
		"$(ecdn steer 2>&1)"
	does "UDP, a closer socket: refresh takes root's" ecdn steer refresh
	is "UDP, a closer socket: root's is taken" '["ready",1,["proxy"]]' "$(udp_listed)"
	stop "$root"
	fails "UDP: another user's alone" 1 "8443 belongs to uid $stranger" ecdn steer refresh
	is "UDP: another user's alone is shown" '["foreign",0,[]]' "$(udp_listed)"
	stop "$thief"
	ecdn steer del 443 --udp
}

udp_listed() {
	ecdn steer --json 2>/dev/null | jq -c '.steer[] | select(.protocol == "udp") |
		[.state, .sockets, [.processes[].name]]'
}

# From inside another PID namespace no process is seen that has the socket open.
ecdn_inside() {
	on edge unshare --pid --fork --mount-proc "$build/ecdn-xdp" "$@" --pin-dir "$pin"
}

test_other_processes() {
	waiter edge 0 proxy 127.0.0.1:8513 513
	does "no holder is seen: a socket that the hook has found needs none" ecdn_inside steer refresh
	is "no holder is seen: it stays" '[1]' "$(listed sockets)"
	is "no holder is seen: steered" 513 "$(ask $alpha)"
	stop "$waiter"
}

set_up
for at in 0.0.0.0:80 '[::]:80'; do
	waiting edge "$build/tests/tools/waiter" --v6only "$at" 200
done
ecdn load -m skb --regions "$regions" e0
ecdn block ALPHA
test_add
test_hijack
test_steer_user
test_port_user
test_no_port_user
test_other_namespace
test_closer
test_other_processes
finish

#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# steer, with processes that wait: finding their sockets, losing them, finding them
# again; what it prints, what it refuses, and what is left of it at the end.
#
# Everything is on the edge's lo, which no guard looks at: a connection to an address of
# its own comes from there too.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"

alpha=198.51.100.2 alpha6='[2001:db8:a::2]' beta=203.0.113.2 beta6='[2001:db8:b::2]'

set_up() {
	local address

	client_and_edge
	on edge sysctl -qw net.ipv6.conf.lo.disable_ipv6=0
	for address in 192.88.99.2/32 $alpha/32 "${alpha6//[][]/}/128" $beta/32 "${beta6//[][]/}/128"; do
		ip -n "ecdn-$id-edge" addr add "$address" dev lo
	done
}

# waiter NAME ADDR:PORT TEXT [OPTION...]: in the background; its pid is in $waiter.
waiter() {
	local process=$1 at=$2 text=$3

	shift 3
	waiting edge "$build/tests/tools/waiter" --name "$process" "$@" "$at" "$text"
}

# ask ADDR PORT: what a TCP connection to it is told.
ask() {
	on edge curl -s -m 3 "http://$1:$2/" || echo "curl ended with $?"
}

# ask_udp ADDR PORT: what a datagram is told, by the address and port asked.
ask_udp() {
	# shellcheck disable=SC2016
	on edge timeout 2 bash -c 'exec 3<>"/dev/udp/$1/$2"; echo >&3; head -c 3 <&3' - "$1" "$2" ||
		true
}

# listed PORT FILTER: of the first listener of a port.
listed() {
	ecdn steer --json 2>/dev/null | jq -c "[.steer[] | select(.port == $1)][0] | $2"
}

# published MEMBER: of what proxies read.
published() {
	bpftool -j map dump pinned "$pin/public_config" | jq ".[0].formatted.value.$1"
}

has_sockets() {
	[ "$(listed "$1" .sockets)" = "$2" ]
}

test_nothing_loaded() {
	fails "steer: nothing is loaded" 1 'nothing is loaded' ecdn steer
	fails "steer add: nothing is loaded" 1 'nothing is loaded' ecdn steer add 80 127.0.0.1:8513
	fails "steer refresh: nothing is loaded" 1 'nothing is loaded' ecdn steer refresh
}

test_words() {
	local words

	while read -r words; do
		# shellcheck disable=SC2086
		fails "steer $words: wrong usage" 2 '^ecdn-xdp: ' ecdn steer $words
	done <<-'END'
		add
		add 80
		add 80 127.0.0.1:8513 more
		add 0 127.0.0.1:8513
		add 65536 127.0.0.1:8513
		add 80-90 127.0.0.1:8513
		add 80/sctp 127.0.0.1:8513
		add 80/tcp 127.0.0.1:8513 --udp
		add http 127.0.0.1:8513
		add 80 8513
		add 80 127.0.0.1
		add 80 127.0.0.1:0
		add 80 127.0.0.1:65536
		add 80 localhost:8513
		add 80 ::1:8513
		add 80 [127.0.0.1]:8513
		add 80 [::1]
		del
		del 80 127.0.0.1:8513
		del http
		refresh 80
		list
		--udp
	END
	fails "steer add: to itself" 2 'to itself' ecdn steer add 80 192.0.2.1:80
	fails "steer add: to itself, any address" 2 'to itself' ecdn steer add 80 0.0.0.0:80
}

test_absent() {
	local before

	waiter other 127.0.0.9:8513 other
	before=$(ecdn steer --json)
	fails "steer add: nobody listens" 1 'no TCP socket listens on 127.0.0.1:8600.*start the listener' \
		ecdn steer add 80 127.0.0.1:8600
	fails "steer add: another address" 1 "on that port there is TCP 127.0.0.9:8513 of other\[$waiter\]" \
		ecdn steer add 80 127.0.0.1:8513
	fails "steer add: another protocol" 1 'no UDP socket.*there is TCP 127.0.0.9:8513' \
		ecdn steer add 80 127.0.0.9:8513 --udp
	fails "steer add: the port's own socket" 1 'no TCP socket listens on 127.0.0.1:80 .*0\.0\.0\.0:80' \
		ecdn steer add 80 127.0.0.1:80
	fails "steer del: what is not there" 1 'port 80 has no listener' ecdn steer del 80
	is "steer: what failed has changed nothing" "$before" "$(ecdn steer --json)"
	stop "$waiter"
}

test_add() {
	waiter refuser 127.0.0.1:8513 513
	refuser=$waiter
	does "steer add" ecdn steer add 80 127.0.0.1:8513
	is "steer add: a normal region" 200 "$(ask $alpha 80)"
	is "steer add: the listener is found" \
		"[\"tcp\",\"127.0.0.1:8513\",\"ipv4\",1,\"ready\",false,[\"ipv4\"]]" \
		"$(listed 80 '[.protocol, .listener, .family, .sockets, .state, .refresh, .serves]')"
	is "steer add: and its process" "[{\"pid\":$refuser,\"name\":\"refuser\"}]" \
		"$(listed 80 .processes)"
	is "steer: attached here" "[true,true]" "$(ecdn steer --json | jq -c '[.attached, .here]')"
	ecdn block ALPHA
	is "block: steered" 513 "$(ask $alpha 80)"
	is "block: another region is not" 200 "$(ask $beta 80)"
	is "block: IPv6 is not, with an IPv4 listener" 200 "$(ask "$alpha6" 80)"
	is "steer: counted" '{"steered":1,"no_socket":0,"refused":0,"would_steer":0}' \
		"$(listed 80 .ipv4)"
	is "steer: counted as fallen back" '{"steered":0,"no_socket":0,"refused":1,"would_steer":0}' \
		"$(listed 80 .ipv6)"
	has "steer: a row" "^80 +127.0.0.1:8513 +refuser\[$refuser\] +ready +1 +0 +0 +1\$" \
		"$(ecdn steer)"
	does "steer add: the same again" ecdn steer add 80 127.0.0.1:8513
	is "steer add: the same again: the count goes on" 1 "$(listed 80 .ipv4.steered)"
	is "steer add: the same again: one entry" 1 "$(ecdn steer --json | jq '.steer | length')"
	ecdn load --monitor
	is "monitor mode: not steered" 200 "$(ask $alpha 80)"
	is "monitor mode: counted" 1 "$(listed 80 .ipv4.would_steer)"
	ecdn load --enforce
	ecdn release ALPHA
	is "release: not steered" 200 "$(ask $alpha 80)"
	ecdn block ALPHA
}

test_death() {
	stop "$refuser"
	is "death: connections fall back" 200 "$(ask $alpha 80)"
	is "death: it is said" '["gone",0,[],[],false]' \
		"$(listed 80 '[.state, .sockets, .processes, .serves, .refresh]')"
	is "death: counted" 1 "$(listed 80 .ipv4.no_socket)"
	has "refresh: it is still gone" 'port 80: no socket listens on 127.0.0.1:8513' \
		"$(ecdn steer refresh 2>&1)"
	waiter refuser 127.0.0.1:8513 513
	refuser=$waiter
	is "restart: found as it begins to listen" 513 "$(ask $alpha 80)"
	is "restart: it is listed" '["ready",false,1]' "$(listed 80 '[.state, .refresh, .sockets]')"
	lacks "restart: there is nothing to do" 'steer refresh' "$(ecdn steer 2>&1)"
	does "refresh" ecdn steer refresh
	is "refresh: it is still listed, once" '["ready",1]' "$(listed 80 '[.state, .sockets]')"
	does "refresh: again" ecdn steer refresh
	is "refresh: again: steered" 513 "$(ask $alpha 80)"
	is "refresh: the counts go on" '[3,1]' "$(listed 80 '[.ipv4.steered, .ipv4.no_socket]')"
}

test_families() {
	waiter refuser6 '[::1]:8513' 513
	does "steer add: one for IPv6 too" ecdn steer add 80 '[::1]:8513'
	is "two listeners: IPv4" 513 "$(ask $alpha 80)"
	is "two listeners: IPv6" 513 "$(ask "$alpha6" 80)"
	is "two listeners: another region's IPv6" 200 "$(ask "$beta6" 80)"
	is "two listeners: each has its counts" \
		'[["ipv4",["ipv4"],true,false],["ipv6",["ipv6"],false,true]]' \
		"$(ecdn steer --json | jq -c '[.steer[] | [.family, .serves, .ipv4 != null, .ipv6 != null]]')"
	stop "$waiter"
	is "two listeners: one dies" '["ready","gone"]' \
		"$(ecdn steer --json | jq -c '[.steer[].state]')"
	does "steer del: both" ecdn steer del 80
	is "steer del: nothing is left" '[]' "$(ecdn steer --json | jq -c .steer)"
	is "steer del: not steered" 200 "$(ask $alpha 80)"

	waiter both '[::]:8514' 513
	does "steer add: [::] by an IPv4 address" ecdn steer add 80 127.0.0.1:8514
	is "one for both: serves" '["ipv4","ipv6"]' "$(listed 80 .serves)"
	is "one for both: IPv4" 513 "$(ask $alpha 80)"
	is "one for both: IPv6" 513 "$(ask "$alpha6" 80)"
	is "one for both: counted" '[1,1]' "$(listed 80 '[.ipv4.steered, .ipv6.steered]')"
	stop "$waiter"
	waiter six '[::]:8514' 513 --v6only
	fails "steer add: [::] without IPv4" 1 'there is TCP \[::\]:8514 of six' \
		ecdn steer add 443 127.0.0.1:8514
	stop "$waiter"
	ecdn steer del 80
}

test_workers() {
	local pid many

	waiter team 127.0.0.1:8515 513 --workers 4
	does "workers: steer add" ecdn steer add 80 127.0.0.1:8515
	is "workers: a socket and a process each" '[4,4,"team"]' \
		"$(listed 80 '[.sockets, (.processes | length), .processes[3].name]')"
	has "workers: in one cell" " team\[$waiter\]\+3 " "$(ecdn steer)"
	is "workers: steered" 513 "$(ask $alpha 80)"
	pid=$(listed 80 '.processes[1].pid')
	kill "$pid"
	wait_for 5 has_sockets 80 3 || true
	is "workers: one dies" '[3,3,"ready"]' "$(listed 80 '[.sockets, (.processes | length), .state]')"
	is "workers: one dies: steered" 513 "$(ask $alpha 80)"
	stop "$waiter"
	waiter many 127.0.0.1:8515 513 --workers 20
	does "workers: more than there is room for" ecdn steer refresh
	is "workers: more than there is room for: 16 are known" '[16,"ready"]' \
		"$(listed 80 '[.sockets, .state]')"
	is "workers: more than there is room for: steered" 513 "$(ask $alpha 80)"
	is "workers: more than there is room for: there is nothing to do" false "$(listed 80 .refresh)"
	many=$waiter
	waiter more 127.0.0.1:8515 513 --workers 20
	does "workers: others beside them: refresh" ecdn steer refresh
	is "workers: others beside them: 16 are known" '[16,"ready"]' "$(listed 80 '[.sockets, .state]')"
	stop "$many"
	is "workers: others are left: steered" 513 "$(ask $alpha 80)"
	does "steer add: another listener instead" ecdn steer add 80 127.0.0.1:8513
	is "steer add: another listener instead: its sockets alone" '["127.0.0.1:8513",1]' \
		"$(listed 80 '[.listener, .sockets]')"
	stop "$waiter"
	ecdn steer del 80
}

test_udp() {
	local normal

	waiter answers 0.0.0.0:443 200 --udp
	normal=$waiter
	waiter refuses 127.0.0.1:443 513 --udp
	does "UDP: steer add" ecdn steer add 443 127.0.0.1:443 --udp
	is "UDP: listed" '["udp","ready"]' "$(listed 443 '[.protocol, .state]')"
	has "UDP: a row" '^443/udp ' "$(ecdn steer)"
	is "UDP: steered, and answered by whom was asked" 513 "$(ask_udp $alpha 443)"
	is "UDP: another region" 200 "$(ask_udp $beta 443)"
	is "UDP: counted" 1 "$(listed 443 .ipv4.steered)"
	stop "$waiter"
	is "UDP: the listener dies" 200 "$(ask_udp $alpha 443)"
	waiter refuses 127.0.0.1:8513 513 --udp
	has "UDP: another port" "answers from its own port 8513" \
		"$(ecdn steer add 443/udp 127.0.0.1:8513 2>&1)"
	fails "UDP: del of TCP" 1 'port 443 has no listener' ecdn steer del 443
	does "UDP: del" ecdn steer del 443 --udp
	stop "$waiter"
	stop "$normal"
}

test_unprotected() {
	waiter normal 0.0.0.0:8080 200
	has "unprotected: a warning" 'port 8080 is not protected' \
		"$(ecdn steer add 8080 127.0.0.1:8513 2>&1)"
	is "unprotected: the state" '"unprotected"' "$(listed 8080 .state)"
	is "unprotected: not steered" 200 "$(ask $alpha 8080)"
	ecdn load --protect 80,443,8080
	is "unprotected: until it is" '"ready"' "$(listed 8080 .state)"
	is "unprotected: until it is: steered" 513 "$(ask $alpha 8080)"
	does "load: again, and it stays" ecdn load
	is "load: again: steered" 513 "$(ask $alpha 8080)"
	ecdn steer del 8080
	stop "$waiter"
}

test_other_namespace() {
	fails "steer add: in another network namespace" 1 'no TCP socket|another network namespace' \
		on client "$build/ecdn-xdp" steer add 80 127.0.0.1:8513 --pin-dir "$pin"
	ecdn steer add 80 127.0.0.1:8513
	fails "steer refresh: in another network namespace" 1 'another network namespace' \
		on client "$build/ecdn-xdp" steer refresh --pin-dir "$pin"
	is "steer: from another network namespace" '[true,false,"ready",1]' \
		"$(on client "$build/ecdn-xdp" steer --json --pin-dir "$pin" |
			jq -c '[.attached, .here, .steer[0].state, .steer[0].sockets]')"
	is "steer refresh: in another network namespace: nothing changed" 513 "$(ask $alpha 80)"
	write_config <<<'steer: {80: "127.0.0.1:8513"}'
	fails "load: steer, in another network namespace" 1 'another network namespace' \
		on client "$build/ecdn-xdp" load --config "$work/config.yaml" --pin-dir "$pin"
	is "load: steer, in another network namespace: nothing changed" 513 "$(ask $alpha 80)"
	ecdn unload e0
	fails "steer refresh: elsewhere, without the guard" 1 'listeners of another network namespace' \
		on client "$build/ecdn-xdp" steer refresh --pin-dir "$pin"
	has "steer: without the guard" 'no interface has the guard.*load IFACE' "$(ecdn steer 2>&1)"
	has "steer refresh: without the guard" 'no interface has the guard.*load IFACE' \
		"$(ecdn steer refresh 2>&1)"
	ecdn load -m skb e0
	is "load: steered again" 513 "$(ask $alpha 80)"
	ecdn steer del 80
}

write_config() {
	cat >"$work/config.yaml"
}

test_configuration() {
	write_config <<-'END'
		steer:
		  80: ["127.0.0.1:8516", "[::1]:8516"]
		  443: "127.0.0.1:8513"
	END
	has "configuration: a listener that is not there" 'port 80: no socket listens on 127.0.0.1:8516' \
		"$(ecdn load --config "$work/config.yaml" 2>&1)"
	is "configuration: gone, gone, ready" '[[80,"gone"],[80,"gone"],[443,"ready"]]' \
		"$(ecdn steer --json | jq -c '[.steer[] | [.port, .state]]')"
	waiter late 127.0.0.1:8516 513
	has "configuration: one comes, one does not" 'listens on \[::1\]:8516' \
		"$(ecdn steer refresh 2>&1)"
	is "configuration: one comes: steered" 513 "$(ask $alpha 80)"
	does "configuration: again" ecdn load --config "$work/config.yaml"
	is "configuration: again: the same" '[[80,"ready",1],[80,"gone",0],[443,"ready",1]]' \
		"$(ecdn steer --json | jq -c '[.steer[] | [.port, .state, .sockets]]')"
	is "configuration: again: the count goes on" 1 "$(listed 80 .ipv4.steered)"
	is "configuration: again: steered" 513 "$(ask $alpha 80)"
	stop "$waiter"
	ecdn steer del 80
	ecdn steer del 443
}

# What has been changed by then is not kept from proxies.
test_untakeable() {
	waiter paths 127.0.0.1:8517 513 --mptcp
	fails "steer add: an MPTCP socket" 1 "paths\[$waiter\].*is an MPTCP socket" \
		ecdn steer add 80 127.0.0.1:8517
	write_config <<<'steer: {80: "127.0.0.1:8517"}'
	is "configuration: a socket that cannot be taken: before" 0 "$(published monitor)"
	fails "configuration: a socket that cannot be taken is said, and nothing more" 3 \
		'is an MPTCP socket' ecdn load --monitor --config "$work/config.yaml"
	is "configuration: a socket that cannot be taken: proxies see what the guard does" \
		"monitor 1" "$(ecdn status --json | jq -r .mode) $(published monitor)"
	is "configuration: a socket that cannot be taken: the port has no listener" gone \
		"$(ecdn steer --json | jq -r '.steer[] | select(.port == 80) | .state')"
	ecdn load --enforce
	stop "$waiter"
}

# What checks the proxy from the node itself is of no region, and no surge.
test_loopback() {
	waiter elsewhere 127.0.0.1:8518 513
	ecdn steer add 80 127.0.0.1:8518
	ecdn block -- --
	is "block --: an address of no region" 513 "$(ask 192.88.99.2 80)"
	is "block --: not the node's own" 200 "$(ask 127.0.0.1 80)"
	ecdn release -- --
	ecdn steer del 80
	stop "$waiter"
}

test_wrong_configuration() {
	write_config <<-'END'
		steer:
		  http: "127.0.0.1:8513"
		  80: ["127.0.0.1:8513", "127.0.0.1:8514"]
		  81: 8513
		  82/tcp: "192.0.2.1:82"
		  443/udp: {a: b}
	END
	fails "configuration: not a port" 1 'yaml:2: "http" is not a port' \
		ecdn load --config "$work/config.yaml"
	fails "configuration: two of a family" 1 'yaml:3: port 80 has two IPv4 listeners' \
		ecdn load --config "$work/config.yaml"
	fails "configuration: not a listener" 1 'yaml:4: "8513" is not a listener' \
		ecdn load --config "$work/config.yaml"
	fails "configuration: to itself" 1 'yaml:5: port 82 cannot' \
		ecdn load --config "$work/config.yaml"
	fails "configuration: not a list" 1 'yaml:6: must be a list' \
		ecdn load --config "$work/config.yaml"
	is "configuration: refused as a whole" '[]' "$(ecdn steer --json | jq -c .steer)"
}

test_full() {
	local port

	{
		echo steer:
		for port in {1001..1256}; do
			echo "  $port: \"127.0.0.1:8513\""
		done
	} | write_config
	does "256 listeners: load" ecdn load -q --config "$work/config.yaml"
	is "256 listeners: all are there" '[256,256]' \
		"$(ecdn steer --json | jq -c '[(.steer | length), ([.steer[].sockets] | add)]')"
	fails "256 listeners: one more" 1 'room for 256' ecdn steer add 80 127.0.0.1:8513
	is "256 listeners: one more changes nothing" 256 "$(ecdn steer --json | jq '.steer | length')"
	does "256 listeners: one in place of another" ecdn steer add -q 1256 127.0.0.1:8513
	ecdn steer del 1100
	does "256 listeners: one less makes room" ecdn steer add 80 127.0.0.1:8513
	is "256 listeners: in the row that was free" 513 "$(ask $alpha 80)"
	echo '  1257: "127.0.0.1:8513"' >>"$work/config.yaml"
	fails "257 listeners in a configuration" 1 'more than 256 listeners' \
		ecdn load --config "$work/config.yaml"
}

# Links that hold something to the edge's network namespace.
links() {
	local netns

	netns=$(stat -L -c %i "/run/netns/ecdn-$id-edge")
	{ bpftool -j link || true; } | jq "[.[] | select(.type == \"netns\" and .netns_ino == $netns)] | length"
}

test_end() {
	is "link: one, pinned" 1 "$(links)"
	does "unload --all" ecdn unload --all
	is "unload --all: no link" 0 "$(links)"
	is "unload --all: no pins" 2 "$(ls "$pin" >/dev/null 2>&1; echo $?)"
	is "unload --all: not steered" 200 "$(ask $alpha 80)"
}

set_up
waiter normal 0.0.0.0:80 200
waiter normal6 '[::]:80' 200 --v6only
test_nothing_loaded
ecdn load -m skb --regions "$regions" e0
is "steer: nothing yet" '[]' "$(ecdn steer --json | jq -c .steer)"
has "steer: nothing yet, as text" '^PORT +LISTENER +PROCESS +STATE +STEERED4 +FALLEN-BACK4 +STEERED6 +FALLEN-BACK6$' \
	"$(ecdn steer)"
test_words
test_absent
test_add
test_death
test_families
test_workers
test_udp
test_unprotected
test_other_namespace
test_configuration
test_untakeable
test_loopback
test_wrong_configuration
test_full
test_end
finish

#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# A proxy starts, restarts and reloads, and no command of ours runs: from the moment that its
# last socket listens on, all connections of a limited region that it gets are told 513. They
# come all the time, from a client whose own connections are the surge.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/nginx.sh
source "$(dirname "$0")/nginx.sh"
# shellcheck source=tests/net/513.sh
source "$(dirname "$0")/513.sh"

asking=()
proxy= # the one that is tested

# --- clients

# Two families, plain: each connection that is answered at all tells its status.
ask_start() {
	local i

	rm -f "$work"/asked.*
	for i in 0 1; do
		(exec nsenter --net="/run/netns/ecdn-$id-alpha" curl -s -m 1 --rate 200/s \
			-H 'Connection: close' -o /dev/null -w '%{stderr}%{http_code}\n' \
			"${urls[i]}?[1-99999]" 2>>"$work/asked.$i") &
		asking+=($!)
	done
}

ask_stop() {
	kill "${asking[@]}" 2>/dev/null || true
	wait "${asking[@]}" 2>/dev/null || true
	asking=()
}

got_status() {
	cat "$work"/asked.* | grep -cx "$1" || true
}

all_asked() {
	(($(got_status 513) >= $1))
}

is_limited() {
	[ "$(state ALPHA)" = limited ]
}

# limit_by_connections: real ones, as what can be forged need not limit anybody.
limit_by_connections() {
	ecdn limit set ALPHA --cps 50 --prefix-pps 0 --answer-cps 0 --hold 1h
	ask_start
	does "$proxy: connections of ALPHA limit it" wait_for 10 is_limited
	ask_stop
}

# during NAME COMMAND...: asks while the command restarts the proxy, and for 1,000 answers.
during() {
	local what=$1

	shift
	ask_start
	sleep 0.2
	"$@"
	wait_for 20 all_asked 1000 || true
	ask_stop
	is "$proxy: $what: none of $(got_status 513) gets 200" 0 "$(got_status 200)"
	between "$proxy: $what: answers" 1000 100000 "$(got_status 513)"
	is "$proxy: $what: TLS, too" 513 "$(answers alpha)"
}

# --- configurations: what answers 513 listens first

# configure_nginx ADDRESS ADDRESS6 [LISTEN-OPTION]
configure_nginx() {
	{
		nginx_513 "${3:-}" | sed "s/127\\.0\\.0\\.1:/$1:/g; s/\\[::1\\]:/$2:/g"
		nginx_normal
	} | nginx_conf nginx
}

# configure_haproxy [STATS-SOCKET-OPTION...]
configure_haproxy() {
	local whole refusing

	whole=$(haproxy_normal "$@")
	refusing=$(haproxy_513)
	# The frontends change places.
	{
		sed '/^frontend normal/,$d' <<<"$whole"
		echo "$refusing"
		sed -n '/^frontend normal/,$p' <<<"$whole"
	} >"$proxies/haproxy.cfg"
}

# --- what happens to nginx

nginx_restarts() {
	nginx_stop nginx
	nginx_start nginx
}

nginx_is_killed() {
	local workers

	workers=$(proxy_workers nginx)
	proxy_stop nginx KILL
	# shellcheck disable=SC2086
	kill -9 $workers 2>/dev/null || true
	nginx_start nginx
}

nginx_reloads() {
	nginx_reload nginx
}

# More workers than steer has room for, and a reload with fewer: those of lower numbers keep their
# sockets, and nobody calls listen(2).
nginx_has_fewer_workers() {
	workers=20 configure_nginx 127.0.0.1 '[::1]' reuseport
	nginx_restarts
	"$@"
	workers=2 configure_nginx 127.0.0.1 '[::1]' reuseport
	nginx_reload nginx
	is "nginx: reload with fewer workers${1:+, $1}" 513 "$(answers alpha)"
}

# What has listened before is found by user space alone.
takes_again() {
	ecdn steer del 80
	ecdn steer del 443
	steer_all
}

test_nginx() {
	proxy=nginx
	configure_nginx 127.0.0.1 '[::1]'
	nginx_start nginx
	limit_by_connections
	is "nginx: started after load" 513 "$(answers alpha)"
	during "restart" nginx_restarts
	during "kill -9" nginx_is_killed
	during "reload" nginx_reloads
	configure_nginx 127.0.0.1 '[::1]' reuseport
	during "restart with reuseport" nginx_restarts
	during "reload with reuseport" nginx_reloads
	nginx_has_fewer_workers
	nginx_has_fewer_workers takes_again
	configure_nginx 0.0.0.0 '[::]'
	during "restart, wildcard addresses" nginx_restarts
	during "kill -9, wildcard addresses" nginx_is_killed
	nginx_stop nginx
}

# --- and to HAProxy

haproxy_single() {
	proxy_start "$1" haproxy -db -q -f "$proxies/haproxy.cfg" "${@:2}"
}

haproxy_restarts() {
	proxy_stop haproxy
	haproxy_single haproxy
}

haproxy_is_killed() {
	proxy_stop haproxy KILL
	haproxy_single haproxy
}

# take_over [OPTION...]
take_over() {
	local old

	old=$(proxy_pid haproxy)
	haproxy_single next "$@" -sf "$old"
	wait_for 5 ended "$old"
	wait "$old" || true
	proxy_pids[haproxy]=$(proxy_pid next)
	unset 'proxy_pids[next]'
}

ended() {
	! kill -0 "$1" 2>/dev/null
}

# A thread each has a socket: more than steer has room for.
shard_haproxy() {
	sed -i 's/nbthread.*/nbthread 20/; /\(8513\|8543\)/s/$/ shards 20/' "$proxies/haproxy.cfg"
}

# haproxy_tell COMMAND: over the stats socket, as an operator does.
haproxy_tell() {
	python3 -c 'import socket, sys
s = socket.socket(socket.AF_UNIX)
s.connect(sys.argv[1])
s.sendall(sys.argv[2].encode() + b"\n")
print(s.recv(4096).decode().strip())' "$proxies/haproxy.sock" "$1"
}

# A frontend that is disabled is shut down, and its sockets stay open.
test_haproxy_pauses() {
	local i

	haproxy_tell "disable frontend refusing" >/dev/null
	is "HAProxy: its 513 frontend is disabled: clients are served" 200 "$(answers alpha)"
	is "HAProxy: it is disabled: told" '["gone"]' \
		"$(ecdn steer --json | jq -c '[.steer[].state] | unique')"
	for ((i = 0; i < 20; i++)); do
		haproxy_tell "enable frontend refusing" >/dev/null
		haproxy_tell "disable frontend refusing" >/dev/null
	done
	haproxy_tell "enable frontend refusing" >/dev/null
	is "HAProxy: it is enabled again" 513 "$(answers alpha)"
	is "HAProxy: it is enabled again: a socket each" '[1,1,1,1]' "$(sockets)"
	does "HAProxy: it is enabled again: refresh" ecdn steer refresh
	is "HAProxy: it is enabled again: after refresh" '513 [1,1,1,1]' "$(answers alpha) $(sockets)"
}

test_haproxy() {
	proxy=HAProxy
	configure_haproxy expose-fd listeners
	haproxy_single haproxy
	wait_for 5 answers_513
	is "HAProxy: started after load" 513 "$(answers alpha)"
	during "restart" haproxy_restarts
	during "kill -9" haproxy_is_killed
	during "-sf" take_over
	during "-sf -x" take_over -x "$proxies/haproxy.sock"
	test_haproxy_pauses
	shard_haproxy
	during "-sf to more sockets than steer has room for" take_over
	during "-sf with as many sockets" take_over
	does "HAProxy with as many sockets: refresh" ecdn steer refresh
	during "-sf with as many sockets, after refresh" take_over
	sed -i 's/shards 20/shards 2/' "$proxies/haproxy.cfg"
	take_over -x "$proxies/haproxy.sock"
	is "HAProxy: -sf -x to fewer sockets" 513 "$(answers alpha)"
	configure_haproxy
	sed -i 's/127\.0\.0\.1:\(8513\|8543\)/0.0.0.0:\1/; s/\[::1\]:/[::]:/' "$proxies/haproxy.cfg"
	during "restart, wildcard addresses" haproxy_restarts
	during "kill -9, wildcard addresses" haproxy_is_killed
	during "-sf, wildcard addresses" take_over
	proxy_stop haproxy
}

answers_513() {
	[ "$(answers alpha)" = 513 ]
}

# --- a host whose listeners are not reported

sockets() {
	ecdn steer --json | jq -c '[.steer[].sockets]'
}

write_steer() {
	cat >"$work/config.yaml" <<-'END'
		steer:
		  80: ["127.0.0.1:8513", "[::1]:8513"]
		  443: ["127.0.0.1:8543", "[::1]:8543"]
	END
}

test_no_hook() {
	local said

	proxy="no cgroup"
	echo 'steer_cgroup: /tmp' >>"$work/config.yaml"
	ecdn unload --all
	said=$(ecdn load --config "$work/config.yaml" --regions "$regions" e0 e1 e2 2>&1)
	is "$proxy: loaded, with one warning of it" 1 \
		"$(grep -c 'not a cgroup of version 2.*steer refresh. alone' <<<"$said")"
	has "$proxy: status tells" '^steer +attached; .*steer refresh' "$(ecdn status)"
	is "$proxy: status --json" false "$(ecdn status --json | jq .steer.finds_listeners)"
	has "$proxy: steer tells" 'does not report listeners' "$(ecdn steer 2>&1)"
	ecdn block ALPHA
	configure_nginx 127.0.0.1 '[::1]'
	nginx_start nginx
	does "$proxy: steer refresh" ecdn steer refresh
	is "$proxy: a listener is in the map" '[1,1,1,1]' "$(sockets)"
	nginx_restarts
	is "$proxy: not after a restart" '[0,0,0,0]' "$(sockets)"
	has "$proxy: what to do is told" 'steer refresh' "$(ecdn steer 2>&1)"
	sed -i '/steer_cgroup/d' "$work/config.yaml"
	does "where there is one, the next load attaches" ecdn load --config "$work/config.yaml"
	is "and finds what was missed" '[1,1,1,1]' "$(sockets)"
	nginx_restarts
	is "and what starts later" '[1,1,1,1]' "$(sockets)"
	is "status --json tells" true "$(ecdn status --json | jq .steer.finds_listeners)"
	nginx_stop nginx
}

edge_and_clients
make_certificate
write_steer
load_guard
does "load before any proxy runs" ecdn load -q --config "$work/config.yaml"
test_nginx
test_haproxy
test_no_hook
finish

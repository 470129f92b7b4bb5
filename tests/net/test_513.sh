#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# 513 through proxies that know nothing of it: real nginx and HAProxy, steered by the
# kernel, plain and TLS, IPv4 and IPv6; and what a reload or restart of them takes.
# While all that happens, a client of BETA loses nothing.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/nginx.sh
source "$(dirname "$0")/nginx.sh"
# shellcheck source=tests/net/513.sh
source "$(dirname "$0")/513.sh"

proxy= # the one that is tested
watching=()
surge=()

# --- ALPHA surges

# Four prefixes of each family, each of them above its share: what they send is dropped.
surge_start() {
	flood_start "$work/surge4" --from 198.18.0.0/22 --rate 10k
	surge=("$flooding")
	flood_start "$work/surge6" --to $edge_ip6 --from 2001:db8:1000::/46 --rate 10k
	surge+=("$flooding")
}

surge_stop() {
	local flooding

	for flooding in "${surge[@]}"; do
		flood_stop "$proxy: $1"
	done
}

alpha_is() {
	[ "$(state ALPHA)" = "$1" ]
}

# limited_by_surge: for as long as what follows takes.
limited_by_surge() {
	ecdn limit set ALPHA --hold 60s
	flood --from 198.18.0.0/22 --rate 10k --seconds 300ms >/dev/null
	is "$proxy: after a short surge: still limited" limited "$(state ALPHA)"
}

# --- BETA asks all the time, five times a second by each of four ways

watch_start() {
	local i

	for i in "${!urls[@]}"; do
		(exec nsenter --net="/run/netns/ecdn-$id-beta" curl -sk -m 5 --rate 5/s \
			--no-sessionid -H 'Connection: close' -o /dev/null \
			-w '%{stderr}%{http_code}\n' "${urls[i]}?[1-9999]" 2>>"$work/watch.$i") &
		watching+=($!)
	done
}

watch_stop() {
	kill "${watching[@]}"
	wait "${watching[@]}" || true
	watching=()
}

# What a request that is still under way when they stop would have got is not known.
watch_ends() {
	local i asked all=0

	watch_stop
	for i in "${!urls[@]}"; do
		asked=$(wc -l <"$work/watch.$i")
		is "$proxy: BETA, ${urls[i]}: every answer is 200" "$asked" \
			"$(grep -cx 200 "$work/watch.$i" || true)"
		all=$((all + asked))
	done
	between "$proxy: BETA asked all the time" 80 100000 $all
	echo "# $proxy: BETA asked $all times"
	rm "$work"/watch.?
}

# --- before, during and after

test_surge() {
	is "$proxy: before the surge: ALPHA" 200 "$(answers alpha)"
	is "$proxy: before the surge: BETA" 200 "$(answers beta)"
	ecdn limit set ALPHA --hold 60s
	surge_start
	does "$proxy: ALPHA surges" wait_for 5 alpha_is limited
	is "$proxy: during the surge: ALPHA" 513 "$(answers alpha)"
	is "$proxy: during the surge: BETA" 200 "$(answers beta)"
	ecdn exempt ALPHA
	is "$proxy: exempt: the next request" 200 "$(answers alpha)"
	ecdn release ALPHA
	does "$proxy: not exempt any more, it surges" wait_for 5 alpha_is limited
	is "$proxy: not exempt any more: ALPHA" 513 "$(answers alpha)"
	surge_stop "during the surge"
	is "$proxy: no longer than hold after it: ALPHA" 513 "$(answers alpha)"
	ecdn release ALPHA
	is "$proxy: release: the next request" 200 "$(answers alpha)"
	between "$proxy: the surge itself was dropped" 2000 1000000000 \
		"$(stats ALPHA '.dropped.prefix_pps.packets')"
}

test_hold() {
	ecdn limit set ALPHA --hold 500ms
	surge_start
	does "$proxy: ALPHA surges again" wait_for 5 alpha_is limited
	is "$proxy: during another surge: ALPHA" 513 "$(answers alpha)"
	surge_stop "during another surge"
	does "$proxy: hold ends it" wait_for 10 alpha_is normal
	is "$proxy: after hold: ALPHA" 200 "$(answers alpha)"
	is "$proxy: after hold: BETA" 200 "$(answers beta)"
}

# --- steering meets the proxy's own life

# sockets: of each listener that connections can go to.
sockets() {
	ecdn steer --json | jq -c '[.steer[].sockets]'
}

sockets_are() {
	[ "$(sockets)" = "$1" ]
}

# counted KEY: how many of the four ways have connections counted there.
counted() {
	ecdn steer --json | jq "[.steer[] | .[.family].$1] | map(select(. > 0)) | length"
}

# needs WHAT EXPECTED: whether ALPHA is still steered, or only after `steer refresh`.
needs() {
	local found

	found=$(answers alpha)
	case $found in
	513) found=nothing ;;
	200) found="steer refresh" ;;
	esac
	echo "# $1 needs: $found"
	is "$1 needs" "$2" "$found"
	[ "$found" = nothing ] && return
	does "$1: steer refresh" ecdn steer refresh
	is "$1: after steer refresh: ALPHA" 513 "$(answers alpha)"
}

# test_gone STOP START: commands that end and begin the listener that says 513, alone.
test_gone() {
	local before

	is "$proxy: connections of all four are counted" 4 "$(counted steered)"
	before=$(counted no_socket)
	"$1"
	does "$proxy: listeners gone: the kernel knows" wait_for 5 sockets_are '[0,0,0,0]'
	is "$proxy: listeners gone: ALPHA falls back" 200 "$(answers alpha)"
	is "$proxy: listeners gone: counted, before and after" "0 4" "$before $(counted no_socket)"
	is "$proxy: listeners gone: so it is shown" '["gone"]' \
		"$(ecdn steer --json | jq -c '[.steer[].state] | unique')"
	"$2"
	needs "$proxy: 513 server taken out and put back" nothing
}

test_del() {
	ecdn steer del 80
	ecdn steer del 443
	is "$proxy: steer del: ALPHA" 200 "$(answers alpha)"
}

# --- nginx

configure_nginx() {
	{
		nginx_normal
		if (($#)); then "$@"; fi
	} | nginx_conf nginx
}

nginx_without() {
	configure_nginx
	nginx_reload nginx
}

nginx_with() {
	configure_nginx nginx_513
	nginx_reload nginx
}

test_nginx_life() {
	nginx_reload nginx
	needs "nginx reload" nothing
	# Who restarts it has nobody listen for a while: that is not steering's loss.
	watch_stop
	nginx_stop nginx
	nginx_start nginx
	watch_start
	needs "nginx restart" nothing
}

# nginx keeps a socket and adds others to its group, and the kernel chooses among them,
# whichever of them steer knows of.
test_nginx_workers() {
	configure_nginx nginx_513 reuseport
	nginx_reload nginx
	needs "nginx reload that adds reuseport" nothing
	does "reuseport: steer refresh" ecdn steer refresh
	is "reuseport: each worker's socket is known" '[2,2,2,2]' "$(sockets)"
	is "reuseport: both workers get a share, IPv4" 2 "$(workers_answering "${urls[0]}")"
	is "reuseport: both workers get a share, IPv6" 2 "$(workers_answering "${urls[1]}")"
	is "reuseport: ALPHA" 513 "$(answers alpha)"
	nginx_reload nginx
	needs "nginx reload with reuseport" nothing
	is "reuseport: reload: both workers get a share" 2 "$(workers_answering "${urls[0]}")"
}

# Enough connections that none of two workers is left out by chance: 2^-38.
workers_answering() {
	on alpha curl -s -m 2 --rate 50/s -H 'Connection: close' -D - -o /dev/null "$1?[1-40]" |
		grep '^X-Worker' | sort -u | wc -l
}

test_nginx() {
	proxy=nginx
	configure_nginx nginx_513
	nginx_start nginx
	steer_all
	watch_start
	test_surge
	test_hold
	limited_by_surge
	test_gone nginx_without nginx_with
	test_nginx_life
	test_nginx_workers
	test_del
	watch_ends
	nginx_stop nginx
}

# --- HAProxy

# configure_haproxy [STATS-SOCKET-OPTION...]
configure_haproxy() {
	{
		haproxy_normal "$@"
		haproxy_513
	} >"$proxies/haproxy.cfg"
}

haproxy_listens() {
	[ "$(on edge ss -Htln | wc -l)" = 8 ]
}

# haproxy_single NAME [OPTION...]: a process without a master.
haproxy_single() {
	local name=$1

	shift
	proxy_start "$name" haproxy -db -q -f "$proxies/haproxy.cfg" "$@"
}

# take_over [OPTION...]: another process does, and the one before ends.
take_over() {
	local old

	old=$(proxy_pid haproxy)
	haproxy_single next "$@" -sf "$old"
	does "HAProxy -sf${*:+ $1}: the old process ends" wait_for 5 ended "$old"
	proxy_pids[haproxy]=$(proxy_pid next)
	unset 'proxy_pids[next]'
}

ended() {
	! kill -0 "$1" 2>/dev/null
}

haproxy_without() {
	haproxy_normal >"$proxies/haproxy.cfg"
	take_over
}

haproxy_with() {
	configure_haproxy
	take_over
}

# One process hands over to another, as without a service manager.
test_haproxy_life() {
	take_over
	needs "HAProxy -sf" nothing
	configure_haproxy expose-fd listeners
	take_over
	needs "HAProxy -sf, to have its sockets exposed" nothing
	take_over -x "$proxies/haproxy.sock"
	needs "HAProxy -sf -x, sockets exposed" nothing
}

one_worker_but() {
	local now

	now=$(proxy_workers haproxy)
	[[ $now =~ ^[0-9]+$ && $now != "$1" ]]
}

# SIGUSR2 to the master, as `systemctl reload` does.
master_reload() {
	local old

	old=$(proxy_workers haproxy)
	kill -USR2 "$(proxy_pid haproxy)"
	does "$1: another worker" wait_for 5 one_worker_but "$old"
}

haproxy_master() {
	haproxy_start haproxy
	does "HAProxy with a master listens" wait_for 5 haproxy_listens
}

test_haproxy_master() {
	watch_stop
	proxy_stop haproxy
	configure_haproxy
	haproxy_master
	watch_start
	needs "HAProxy restart" nothing
	master_reload "HAProxy reload"
	needs "HAProxy reload" nothing
	configure_haproxy expose-fd listeners
	master_reload "HAProxy reload to have sockets exposed"
	needs "HAProxy reload to have sockets exposed" nothing
	master_reload "HAProxy reload, sockets exposed"
	needs "HAProxy reload, sockets exposed" nothing
}

# The kernel sets IPV6_V6ONLY on a socket of [::1]; HAProxy takes over only what has the
# options that it would set itself, and opens another.
test_haproxy_v6only() {
	sed -i '/\[::1\]/s/ v6only//' "$proxies/haproxy.cfg"
	master_reload "HAProxy reload to [::1] without v6only"
	needs "HAProxy reload to [::1] without v6only" nothing
	master_reload "HAProxy reload, [::1] without v6only"
	needs "HAProxy reload, [::1] without v6only" nothing
}

test_haproxy() {
	proxy=HAProxy
	configure_haproxy
	haproxy_single haproxy
	does "HAProxy listens" wait_for 5 haproxy_listens
	steer_all
	ecdn release ALPHA
	watch_start
	test_surge
	test_hold
	limited_by_surge
	test_gone haproxy_without haproxy_with
	test_haproxy_life
	test_haproxy_master
	test_haproxy_v6only
	test_del
	watch_ends
	proxy_stop haproxy
}

edge_and_clients
make_certificate
load_guard
ecdn limit set ALPHA --pps 5k --prefix-pps 1k --answer-cps 1k --grace 0s
test_nginx
test_haproxy
finish

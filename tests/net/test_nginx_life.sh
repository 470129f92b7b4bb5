#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The nginx module's life: without a guard, when one comes and goes, through reloads
# of nginx, and in configurations that are wrong or do not use it.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/nginx.sh
source "$top/tests/net/nginx.sh"

log=$proxies/edge.error

region_known() {
	[[ $(x_region client /) = "ALPHA pass client" ]]
}

# --- no guard

test_missing() {
	does "no guard: nginx -t says nothing" nginx_check edge
	is "no guard: nginx -t's silence is whole" "" "$(nginx_check edge 2>&1)"
	nginx_start edge
	is "no guard: nginx answers" "200 200" "$(status client /) $(status other /)"
	is "no guard: no region" "-- pass client" "$(x_region client /)"
	is "no guard: one warning" 1 "$(grep -c 'ecdn_xdp: .*pass' "$log")"
	has "no guard: ... tells where and what to do" "$pin.*ecdn-xdp load" "$(cat "$log")"
	ecdn load --shield off --regions "$regions" e0 e1
	does "no guard: it is picked up when it appears" wait_for 10 region_known
	is "no guard: no other warning meanwhile" 1 "$(grep -c 'every request passes' "$log")"
}

# Workers who opened the pins by themselves may not write the counts.
test_not_counted() {
	does "not counted: a worker says so" wait_for 5 not_counted
	has "not counted: ... with the remedy" 'ecdn-xdp load --proxy-group GROUP' "$(cat "$log")"
	status client / >/dev/null
	status client / >/dev/null
	between "not counted: once for a worker" 1 2 "$(grep -c 'not counted' "$log")"
	does "not counted: reload, opened by the master" nginx_reload edge
	status client / >/dev/null
	# nginx counts a request once it is answered.
	wait_for 5 alpha_counted || true
	is "not counted: counted then" "1 0" "$(counted ALPHA)"
}

alpha_counted() {
	[ "$(counted ALPHA)" = "1 0" ]
}

not_counted() {
	status client / >/dev/null
	grep -q 'not counted' "$log"
}

# --- reloads, and another guard

held() {
	local pid=$1

	echo "$(find "/proc/$pid/fd" -mindepth 1 | wc -l) $(grep -c bpf-map "/proc/$pid/maps")"
}

test_reload() {
	local before pid i

	pid=$(proxy_pid edge)
	nginx_reload edge
	before=$(held "$pid")
	lacks "reload: the master holds maps" ' 0$' "$before"
	for ((i = 0; i < 20; i++)); do
		nginx_reload edge || break
	done
	is "reload: 20 times" 20 $i
	is "reload: descriptors and mappings stay as many" "$before" "$(held "$pid")"
	is "reload: workers are www-data" www-data \
		"$(nginx_workers edge | xargs -n 1 ps -o user= -p | sort -u)"
	is "reload: answers" "513 200" "$(status client /) $(status other /)"
	lacks "reload: nothing went wrong" '\[(crit|alert|emerg)\]|signal' "$(cat "$log")"
}

test_unload() {
	ecdn unload --all
	does "unload: everybody is answered" wait_for 5 answered_all
	ecdn load --regions "$regions" --proxy-group www-data e0 e1
	does "unload: the next guard is picked up" wait_for 10 region_known
	does "unload: --proxy-group, workers count by themselves" wait_for 5 counted_now
}

counted_now() {
	status other / >/dev/null
	[[ $(counted BETA) = [1-9]*" 0" ]]
}

answered_all() {
	[ "$(status client /)" = 200 ]
}

# --- configurations that are wrong, and logs that are quiet

# refuses NAME PATTERN DIRECTIVE: nginx -t, with one error.
refuses() {
	local said

	nginx_conf bad "load_module $module;" <<<"$3"
	said=$(nginx_check bad 2>&1) && said="it is taken"
	has "config: $1" "$2" "$(grep emerg <<<"$said" || echo "$said")"
	is "config: $1, one error" 1 "$(grep -c emerg <<<"$said")"
}

test_config() {
	refuses "a flag" 'must be "on" or "off"' 'ecdn_xdp yes;'
	refuses "a status that refuses nothing" 'between 400 and 599' 'ecdn_xdp_status 200;'
	refuses "no status" 'invalid number' 'ecdn_xdp_status teapot;'
	refuses "a relative path" 'ecdn_xdp_pins "ecdn-xdp": must be an absolute path' \
		'ecdn_xdp_pins ecdn-xdp;'
	refuses "no path" 'number of arguments' 'ecdn_xdp_pins;'
	refuses "twice" 'is duplicate' 'ecdn_xdp on; ecdn_xdp off;'
}

# error_log's default shows no warnings; a module that nobody uses says nothing.
test_quiet() {
	error_level=error nginx_conf quiet "load_module $module;" <<-END
		server { listen 8081; ecdn_xdp on; ecdn_xdp_pins $pin-none; return 200; }
	END
	nginx_start quiet
	has "default log level: the warning is there" "ecdn_xdp: .*$pin-none" \
		"$(cat "$proxies/quiet.error")"
	is "default log level: it answers" 200 "$(status client "http://$edge_ip:8081/")"
	nginx_stop quiet
	nginx_conf unused "load_module $module;" <<<'server { listen 8081; }'
	nginx_start unused
	is "not used: nothing is opened or said" " 0" \
		"$(cat "$proxies/unused.error") $(held "$(proxy_pid unused)" | cut -d ' ' -f 2)"
	nginx_stop unused
	nginx_conf asked "load_module $module;" <<<"server { listen 8081; return 200 \$ecdn_peer; }"
	nginx_start asked
	has "a variable alone: the default guard is asked for" \
		'/sys/fs/bpf/ecdn-xdp: every|^[1-9]' \
		"$(cat "$proxies/asked.error"; held "$(proxy_pid asked)" | cut -d ' ' -f 2)"
	nginx_stop asked
}

host edge
edge_addresses
talker client c0 e0 198.51.100.10 2001:db8:a::10
talker other o0 e1 203.0.113.10 2001:db8:b::10
nginx_conf edge "load_module $module;" <<END
	ecdn_xdp on;
	ecdn_xdp_pins $pin;
	add_header X-Region "\$ecdn_region \$ecdn_verdict \$ecdn_peer" always;
	server { listen 80; location / { return 200; } }
END
test_missing
test_not_counted
does "limited: the surge is declared" limit_region ALPHA 198.51.100.64/26
test_reload
test_unload
test_config
test_quiet
nginx_stop edge
is "stop: nothing was left behind" 0 "$(pgrep -c -f "$proxies/edge.conf" || true)"
finish

# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# nginx.sh - real proxies on the edge, and clients of regions that talk to them.
# Sourced after lib.sh by tests that want nginx or HAProxy; lib.sh ends what they
# start. Proxies go by a name, so that a test may have several.

# shellcheck disable=SC2034,SC2154
module=$build/nginx/ngx_http_ecdn_xdp_module.so
proxies=$work/proxies
certificate=$proxies/edge.crt
certificate_key=$proxies/edge.key
declare -A proxy_pids

# --- hosts

# edge_addresses: IPv4's on lo, and every cable leads to it. IPv6 finds its neighbours
# on the cable's own address alone: talker adds that.
edge_addresses() {
	on edge sysctl -qw net.ipv6.conf.{all,default}.disable_ipv6=0 \
		net.ipv6.conf.{all,default}.addr_gen_mode=1
	ip -n "ecdn-$id-edge" addr add $edge_ip/32 dev lo
}

# talker HOST IFACE EDGE-IFACE ADDRESS ADDRESS6: a host with a cable to the edge; the
# whole /24 and /64 around its addresses are behind that cable.
talker() {
	local netns=ecdn-$id-$1

	host "$1"
	on "$1" sysctl -qw net.ipv6.conf.{all,default}.disable_ipv6=0 \
		net.ipv6.conf.{all,default}.addr_gen_mode=1
	wire "$1" "$2" edge "$3"
	ip -n "$netns" addr add "$4/32" dev "$2"
	ip -n "$netns" addr add "$5/128" dev "$2" nodad
	ip -n "$netns" route add $edge_ip dev "$2" src "$4"
	ip -n "$netns" route add $edge_ip6 dev "$2" src "$5"
	ip -n "ecdn-$id-edge" addr add $edge_ip6/128 dev "$3" nodad
	ip -n "ecdn-$id-edge" route add "${4%.*}.0/24" dev "$3" src $edge_ip
	ip -n "ecdn-$id-edge" route add "${5%::*}::/64" dev "$3" src $edge_ip6
}

# get HOST PATH [CURL-OPTION...]: what the edge answers to it; the status is last.
# PATH may be a whole URL.
get() {
	local host=$1 url=$2

	shift 2
	[[ $url = *://* ]] || url=http://$edge_ip$url
	on "$host" curl -sk -m 5 -w '%{http_code}' "$@" "$url"
}

# status HOST PATH [CURL-OPTION...]: the status alone.
status() {
	get "$@" -o /dev/null || true
}

# x_region HOST PATH [CURL-OPTION...]: the header of that name.
x_region() {
	get "$@" -o /dev/null -D - | tr -d '\r' | sed -nE 's/^x-region: //Ip'
}

# counted REGION: requests that proxies have counted, and refused ones.
counted() {
	stats "$1" '"\(.requests) \(.refused)"'
}

# --- certificates and configurations

# Workers are nobody's: what they read and write is not in a closed directory.
proxy_directory() {
	mkdir -p "$proxies/www"
	chmod 711 "$work"
}

# make_certificate: $certificate and $certificate_key, and both in one file for
# HAProxy, $certificate.pem.
make_certificate() {
	proxy_directory
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
		-subj /CN=edge.test -keyout "$certificate_key" -out "$certificate" 2>/dev/null
	cat "$certificate" "$certificate_key" >"$certificate.pem"
}

# nginx_conf NAME [MAIN-DIRECTIVE...]: its configuration, from the http block's inside
# on standard input. Pages are in $proxies/www, logs in $proxies/NAME.{access,error}.
nginx_conf() {
	local name=$1

	shift
	proxy_directory
	{
		printf '%s\n' "$@"
		cat <<-END
			daemon off;
			user www-data;
			worker_processes ${workers:-2};
			pid $proxies/$name.pid;
			error_log $proxies/$name.error ${error_level:-warn};
			events { worker_connections 512; }
			http {
			access_log ${access_log:-off};
			client_body_temp_path $proxies/$name.body;
			proxy_temp_path $proxies/$name.proxy;
			fastcgi_temp_path $proxies/$name.fastcgi;
			uwsgi_temp_path $proxies/$name.uwsgi;
			scgi_temp_path $proxies/$name.scgi;
			root $proxies/www;
		END
		cat
		echo '}'
	} >"$proxies/$name.conf"
}

# nginx_check NAME: nginx -t of that configuration.
nginx_check() {
	nginx -t -q -p "$proxies" -c "$proxies/$1.conf"
}

# --- running

# proxy_start NAME COMMAND...: in the edge's network, until proxy_stop or the end. Not
# below `does` or in $(): what is started there is nobody's to end.
proxy_start() {
	local name=$1

	shift
	(exec nsenter --net="/run/netns/ecdn-$id-edge" "$@" >"$proxies/$name.out" 2>&1) &
	proxy_pids[$name]=$!
}

# proxy_stop NAME [SIGNAL]
proxy_stop() {
	kill "-${2:-TERM}" "${proxy_pids[$1]}"
	wait "${proxy_pids[$1]}" || true
	unset "proxy_pids[$1]"
}

proxy_pid() {
	echo "${proxy_pids[$1]}"
}

proxy_alive() {
	kill -0 "${proxy_pids[$1]}" 2>/dev/null
}

# Processes that the proxy's own has started: its workers, the old ones that end too.
proxy_workers() {
	pgrep -P "${proxy_pids[$1]}" || true
}

# Workers who are at work: nginx tells so in their titles.
nginx_workers() {
	pgrep -P "${proxy_pids[$1]}" -f 'worker process$' || true
}

nginx_started() {
	[ -s "$proxies/$1.pid" ] && [ -n "$(nginx_workers "$1")" ]
}

# nginx_start NAME: of nginx_conf's configuration; it accepts when this returns.
nginx_start() {
	rm -f "$proxies/$1.pid"
	proxy_start "$1" nginx -p "$proxies" -c "$proxies/$1.conf"
	wait_for 5 nginx_started "$1" || { cat "$proxies/$1.out" "$proxies/$1.error"; return 1; }
}

# nginx_reload NAME: other workers are at work when this returns, none of the old.
nginx_reload() {
	local old

	old=$(nginx_workers "$1")
	kill -HUP "${proxy_pids[$1]}"
	wait_for 5 nginx_reloaded "$1" "$old"
}

nginx_reloaded() {
	local now

	now=$(nginx_workers "$1")
	[ -n "$now" ] && ! grep -qxF "$2" <<<"$now"
}

nginx_stop() {
	proxy_stop "$1" QUIT
}

# haproxy_start NAME: of $proxies/NAME.cfg, with a master, as Debian's service has it;
# `proxy_stop NAME` ends it.
haproxy_start() {
	proxy_start "$1" haproxy -W -q -f "$proxies/$1.cfg"
	wait_for 5 haproxy_started "$1"
}

haproxy_started() {
	[ -n "$(proxy_workers "$1")" ]
}

# haproxy_reload NAME: the master starts anew and makes another worker, which takes
# the sockets over; the old one ends with its last connection.
haproxy_reload() {
	local old

	old=$(proxy_workers "$1")
	kill -USR2 "${proxy_pids[$1]}"
	wait_for 5 haproxy_reloaded "$1" "$old"
}

haproxy_reloaded() {
	proxy_workers "$1" | grep -qvxF "$2"
}

# --- surges

# limit_region REGION ADDRESS/LENGTH: into the state limited for as long as the test
# takes, by a short surge of host client, where the shield is off. Nothing is dropped: what
# the proxy answers is what is asked here.
limit_region() {
	ecdn limit set "$1" --pps 500 --prefix-pps 0 --answer-cps 0 --grace 0s --hold 1h
	flood --from "$2" --rate 5k --seconds 500ms >/dev/null
	[ "$(state "$1")" = limited ]
}

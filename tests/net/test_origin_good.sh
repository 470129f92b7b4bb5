#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Ten thousand connections of every kind that end as they should: none is taken for a failure.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/origin.sh
source "$(dirname "$0")/origin.sh"

declare -A counts=()

# kind NAME COUNT LINE: an nginx with that line at a place.
kind() {
	place "$1"
	counts[$1]=$2
	printf 'server { listen %s:443 ssl; %s }\n' "$url_at" "$3" >>"$work/kinds"
	listening+=("$url_at:443")
}

# many NAME [OPTION...]: as many connections as its kind has.
many() {
	at_place "$1"
	try "$1" node "$client" -v --timeout 30s --path /small --count "${counts[$1]}" "${@:2}" \
		"$url_at:${port:-443}"
}

start_kinds() {
	openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=origin.test \
		-keyout "$work/rsa.key" -out "$work/rsa.crt" 2>/dev/null
	kind gcm 1500 ""
	kind chacha 1000 ""
	kind cbc 1000 ""
	kind rsa 200 "ssl_certificate $work/rsa.crt; ssl_certificate_key $work/rsa.key;"
	kind new 1500 ""
	kind hello-retry 500 "ssl_ecdh_curve secp384r1;"
	v6=1 kind six 1000 ""
	kind resumed-1.2 900 "ssl_session_cache builtin:100;"
	kind resumed-1.3 900 ""
	kind closed-1.2 500 "keepalive_timeout 0;"
	kind closed-1.3 500 "keepalive_timeout 0;"
	kind kept 10 ""
	kind lossy-1.2 300 ""
	kind lossy-1.3 300 ""
	kind pool 1 ""
	kind big 3 ""
}

start_others() {
	place gnutls; counts[gnutls]=200; gnutls_server 9443
	place openssl; counts[openssl]=100; s_server
	place haproxy; counts[haproxy]=400
	cat >"$work/origin-haproxy.cfg" <<-END
		defaults
			mode http
			timeout client 5s
			timeout server 5s
			timeout connect 5s
		frontend origin
			bind $at:443 ssl crt $work/origin.pem
			option httpclose
			http-request return status 200 content-type text/plain string hello
	END
	serve haproxy -q -db -f "$work/origin-haproxy.cfg"
	place segments-1.2; counts[segments-1.2]=25; relay 1.2 --segment 3
	place segments-1.3; counts[segments-1.3]=25; relay 1.3 --segment 3
	place plain; counts[plain]=400; relay http
	place idle; relay any
	place idle-pool; relay any
	place segments-alert
	relay 1.3 --segment 3
}

# Each runs after another, as there are not many CPUs; what waits runs beside them.
try_first() {
	many gcm --tls 1.2 --ciphers ECDHE-ECDSA-AES128-GCM-SHA256
	many new --tls 1.3
	many resumed-1.2 --tls 1.2 --resume
	many closed-1.2 --tls 1.2 --closed
	many segments-1.2 --tls 1.2
}

try_second() {
	many chacha --tls 1.2 --ciphers ECDHE-ECDSA-CHACHA20-POLY1305
	many cbc --tls 1.2 --ciphers ECDHE-ECDSA-AES128-SHA
	many six
	many resumed-1.3 --tls 1.3 --resume
	many closed-1.3 --tls 1.3 --closed
	many segments-1.3 --tls 1.3
}

try_third() {
	many rsa --tls 1.2 --ciphers AES128-GCM-SHA256
	many hello-retry --tls 1.3 --groups X25519:P-384
	many kept --requests 100
	many gnutls --closed
	many openssl --closed
	many haproxy --closed
	port=80 many plain --plain
}

# One of a hundred packets is lost, both ways. Who waits for it is in the way of nobody.
try_lossy() {
	local version n

	on origin nft -f - <<-END
		table inet loss {
			chain in { type filter hook input priority 0;
				ip daddr { ${places[lossy-1.2]}, ${places[lossy-1.3]} } \
					numgen random mod 100 < 1 counter drop
			}
			chain out { type filter hook output priority 0;
				ip saddr { ${places[lossy-1.2]}, ${places[lossy-1.3]} } \
					numgen random mod 100 < 1 counter drop
			}
		}
	END
	for version in 1.2 1.3; do
		at_place lossy-$version
		for n in {1..15}; do
			try lossy-$version-$n node "$client" -v --tls $version --timeout 30s \
				--path /small --count 20 "$at:443"
		done
	done
}

# Connections that idle when their origin dies: of a client, and of a proxy's pool.
try_idle() {
	at_place idle
	try idle node "$client" --hold 1500ms --path /small "$at:443"
	cat >"$work/pool.cfg" <<-END
		defaults
			mode http
			timeout connect 2s
			timeout client 10s
			timeout server 2s
			http-reuse always
		frontend node
			bind 127.0.0.1:8082
			default_backend pool
		backend pool
			server s ${places[idle-pool]}:443 ssl verify none
	END
	node haproxy -q -db -f "$work/pool.cfg" >"$work/pool.out" 2>&1 </dev/null &
	wait_for 5 node_listens 8082
	is "the pool's request" 200 \
		"$(on node curl -s -o /dev/null -w '%{http_code}' http://127.0.0.1:8082/small)"
	sleep 0.5
	stop_server "${places[idle]}:443" KILL
	stop_server "${places[idle-pool]}:443" KILL
}

# Through proxies, and three MB in packets as large as they come.
try_proxies() {
	local n

	at_place big
	path=/big try big-curl curls
	path=/big try big-nginx by_nginx any
	path=/big try big-haproxy by_haproxy any
	at_place segments-alert
	try segments-alert curls --tls-max 1.2
}

judge() {
	local name total=0

	for name in gcm chacha cbc rsa new hello-retry six resumed-1.{2,3} closed-1.{2,3} kept \
		gnutls openssl haproxy plain segments-1.{2,3}; do
		has "$name: as the client sees it" "^good=${counts[$name]} bad=0" \
			"$(cat "$work/said.$name" "$work/wrong.$name")"
		well $name "${counts[$name]}"
		total=$((total + counts[$name]))
	done
	for name in lossy-1.{2,3}; do
		is "$name: as the client sees it" \
			"$(printf 'good=20 bad=0 resumed=0\n%.0s' {1..15})" "$(cat "$work/said.$name"-*)"
		well $name 300
		total=$((total + 300))
	done
	well big 3
	for name in curl nginx haproxy; do
		is "big: by $name" "200 0" "$(cat "$work/said.big-$name")"
	done
	total=$((total + 3))
	for name in idle idle-pool; do
		is "$name: no failure" "" "$(failures_at "${places[$name]}")"
		is "$name: is seen as such" "idle 1" "$(causes_at "${places[$name]}")"
		total=$((total + 1))
	done
	between "connections in all" 10000 20000 $total
	is "all other failures" "" "$(jq -c --arg at "${places[segments-alert]}" \
		'.failures[] | select(.address != $at)' "$work/failures")"
}

# What rows have of these connections.
judge_rows() {
	is "handshakes of 1.3" 1500 "$(row new .handshakes)"
	is "established" 1500 "$(row new .established)"
	is "version 1.3" 1.3 "$(row new .version)"
	is "version 1.2" 1.2 "$(row gcm .version)"
	is "SNI" origin.test "$(row new .sni)"
	between "resumed, 1.2" 890 899 "$(row resumed-1.2 .resumed)"
	between "resumed, 1.3" 890 899 "$(row resumed-1.3 .resumed)"
	has "resumed: as the client sees it" "resumed=899" \
		"$(cat "$work/said.resumed-1.2" "$work/said.resumed-1.3")"
	is "none is resumed without a session" 0 "$(row new .resumed)"
	between "packets were lost" 20 100000 "$(on origin nft -j list table inet loss |
		jq '[.nftables[].rule? | .expr? // [] | .[] | .counter? // empty | .packets] |
			add')"
	# As 3-byte segments come, the record is told from its first bytes.
	expect segments-alert 538 alert_by_origin '.alert_name == "protocol_version"'
}

origin_lab
on node sysctl -qw net.ipv4.tcp_syn_retries=6 net.ipv4.tcp_retries2=15
node_nginx
node_haproxy
start_kinds
start_others
origin_nginx <"$work/kinds"
try_lossy
try_idle
try_proxies
try_first
try_second
try_third
attempts_end
judge
judge_rows
finish

#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# What a flood may cost a client, and what it costs others: losses beyond shield_cps, compared
# out of one queue; a source port that is used again; and segments that come before their socket
# is made.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/nginx.sh
source "$(dirname "$0")/nginx.sh"
# shellcheck source=tests/net/513.sh
source "$(dirname "$0")/513.sh"
# shellcheck source=tests/net/shield.sh
source "$(dirname "$0")/shield.sh"

# Of a page with SSI nobody knows the length: a client of HTTP 1.0 waits for the server's FIN.
shield_nginx() {
	{
		nginx_513
		echo 'server { listen 80; listen [::]:80; location / { return 200; }'
		echo 'location = /closed.html { ssi on; } }'
	} | nginx_conf nginx
	echo closed >"$proxies/www/closed.html"
	nginx_start nginx
}

limits() {
	ecdn limit clear ALPHA
	ecdn limit set ALPHA --hold 1m --cps 5k --pps 200k "$@"
	ecdn release ALPHA
}

# mixed TO CLIENT FROM [OPTION...]: a flood and the client's SYNs, from alpha a0.
mixed() {
	local to=$1 client=$2 from=$3

	shift 3
	on alpha "$build/tests/tools/mixed" --dev a0 --mac $edge_mac --to "$to" --client "$client" \
		--from "$from" --rate 20k --client-rate 200 --seconds 3s "$@"
}

# percent KEY OUTPUT: of what was asked.
percent() {
	echo $((100 * $(got "$1" "$2") / $(got asked "$2")))
}

# shares WHAT TO OLD NEW FROM: what who has connected before gets, and who comes for the first time.
# All are answered by cookies: the kernel answers once more, after a second, what finds room in its
# queue, as one does now and then.
shares() {
	local what=$1 said

	on edge sysctl -qw net.ipv4.tcp_syncookies=2
	said=$(mixed "$2" "$3" "$5")
	echo "# $what: has connected before: $said"
	between "$what: answered within 100 ms, of who has connected before, in %" 99 100 \
		"$(percent within "$said")"
	is "$what: SYN-ACKs to one SYN" 1 "$(got most "$said")"
	said=$(mixed "$2" "$4" "$5")
	echo "# $what: comes for the first time: $said"
	echo "# $what: first-time clients get $(percent within "$said") %"
	between "$what: who comes first gets a share, in %" 1 60 "$(percent within "$said")"
	on edge sysctl -qw net.ipv4.tcp_syncookies=1
}

# begin_flood TO FROM: for half a second, as until then the region is in no surge and its buckets
# are full.
begin_flood() {
	flood --to "$1" --from "$2" --type syn --port 80 --ports --rate 20k --seconds 500ms \
		>/dev/null
}

# test_losses WHAT TO OLD NEW FROM
test_losses() {
	limits --shield-cps 1k
	begin_flood "$2" "$5"
	shares "$@"
	is "$1: shielded" shielded "$(state ALPHA)"
}

# test_limited_losses WHAT TO OLD NEW FROM URL: real connections have limited ALPHA.
test_limited_losses() {
	limits --cps 100 --grace 0s --hold 1m --answer-cps 1k
	surge_start "$6"
	does "$1: limited" wait_for 5 alpha_is limited
	surge_stop
	begin_flood "$2" "$5"
	shares "${@:1:5}"
	is "$1: still limited" limited "$(state ALPHA)"
}

# test_losses_off WHAT TO OLD FROM: who has connected before is like everybody then.
test_losses_off() {
	local said

	limits --answer-cps 1k --grace 0s
	begin_flood "$2" "$4"
	is "$1: limited" limited "$(state ALPHA)"
	said=$(mixed "$2" "$3" "$4")
	echo "# $1: has connected before: $said"
	between "$1: answered within 100 ms, of who has connected before, in %" 0 60 \
		"$(percent within "$said")"
}

# Ten connections from one port; the server closes, and has each in TIME_WAIT.
test_time_wait() {
	local what=$1 url=$2 from=$3 n answers=

	limits
	# All of the IPv6 flood is of one /32, of which no more than 16k new addresses/s pass.
	is "$what: it has connected before" 200 "$(status alpha "$url")"
	flood_start "$work/flood" --type syn --port 80 --ports --to "$4" --from "$from" --rate 20k
	for n in {1..10}; do
		answers+=" $(status alpha "${url}closed.html" -m 1 --http1.0 --local-port 30000)"
	done
	is "$what: shielded" shielded "$(state ALPHA)"
	between "$what: the server has closed" 1 10 \
		"$(on edge ss -Htan state time-wait | grep -c ':30000 *$' || true)"
	flood_stop "$what"
	is "$what: ten times" " 200 200 200 200 200 200 200 200 200 200" "$answers"
}

# test_rps WHAT URL TO FROM: connections are made on another CPU than where packets arrive, out
# of cookies: their second segments come before their sockets are there.
test_rps() {
	local what=$1 url=$2 before known asking=() n pad

	# The whole flood reaches the other CPU, though all of IPv6's is of one /32.
	limits --aggregate-pps 0
	pad=$(printf '%04000d' 0)
	status alpha "$url" >/dev/null
	rps edge e0 2
	on edge sysctl -qw net.ipv4.tcp_syncookies=2
	does "$what: look-ups find sockets" arm
	before=$(dropped ALPHA no_socket)
	known=$(stats_all .shield_passed.known)
	# Out of the client's own cable, so that the other CPU is busy when its packets get there.
	(exec nsenter --net="/run/netns/ecdn-$id-alpha" "$build/tests/tools/flood" --dev a0 \
		--mac $edge_mac --cpu 0 --type syn --port 80 --ports --to "$3" --from "$4" \
		--rate ${RPS_RATE:-30k} --seconds 1m >"$work/flood") &
	flooding=$!
	sleep 0.3
	for n in {0..2}; do
		on alpha taskset 1 curl -s -m 2 --rate 25/s -H "X-Pad: $pad" -H 'Connection: close' \
			-o /dev/null -w '%{stderr}%{http_code} %{time_total}\n' "$url?[1-100]" \
			2>"$work/padded.$n" &
		asking+=($!)
	done
	wait "${asking[@]}"
	is "$what: shielded" shielded "$(state ALPHA)"
	flood_stop "$what"
	cat "$work"/padded.? >"$work/padded"
	echo "# $what: $(times "$work/padded"), met as known: $(($(stats_all .shield_passed.known) - known))"
	is "$what: every connection gets 200" "300 200" "$(answers_in "$work/padded")"
	is "$what: none of the client's packets is dropped as no_socket" 0 \
		$(($(dropped ALPHA no_socket) - before))
	between "$what: slower than 150 ms, a lost segment's time" 0 3 "$(slower "$work/padded" 150)"
	on edge sysctl -qw net.ipv4.tcp_syncookies=1
	rps edge e0 0
}

shield_lab
strangers
surgers_make
test_losses "losses" $edge_ip $old_ip $new_ip $whole
test_losses "losses, IPv6" $edge_ip6 $old_ip6 $new_ip6 $whole6
test_limited_losses "limited" $edge_ip $old_ip $new_ip $whole "${urls[0]}"
test_limited_losses "limited, IPv6" $edge_ip6 $old_ip6 $new_ip6 $whole6 "${urls[1]}"
test_time_wait "one port" "${urls[0]}" $whole $edge_ip
test_time_wait "one port, IPv6" "${urls[1]}" $whole6 $edge_ip6
# Addresses that answer nothing are named here: resets of theirs would have no socket.
test_rps "RPS" "${urls[0]}" $edge_ip 198.18.128.0/17
test_rps "RPS, IPv6" "${urls[1]}" $edge_ip6 $whole6
ecdn load --shield off e0 e1 e2
test_losses_off "losses, shield off" $edge_ip $old_ip $whole
test_losses_off "losses, shield off, IPv6" $edge_ip6 $old_ip6 $whole6
finish

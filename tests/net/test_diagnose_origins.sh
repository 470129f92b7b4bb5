#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# diagnose: of origins that refuse, speak another TLS, cut answers, send 404, or reset connections,
# one of them and all at once; and of words that are wrong. What is seen of each way to fail is
# tests/net/test_origin_*.sh's.
# shellcheck disable=SC2016 # what is said has commands in backquotes
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/origin_part.sh
source "$(dirname "$0")/origin_part.sh"
# shellcheck source=tests/net/diagnose.sh
source "$(dirname "$0")/diagnose.sh"

refusing=192.0.2.2 modern=192.0.2.3 cutting=192.0.2.4 missing=192.0.2.5 broken=192.0.2.10
many=(192.0.2.11 192.0.2.12 192.0.2.13 192.0.2.14)
servers=()

# serve COMMAND...: on the host of the origins, until the test ends.
serve() {
	(exec nsenter --net="/run/netns/ecdn-$id-client" "$@" >"$work/server.said" 2>&1 </dev/null) &
	servers+=($!)
}

listens() {
	[ -n "$(on client ss -Hltn src "$1")" ]
}

# get N URL [OPTION...]: so many connections of the node at a time, which may fail.
get() {
	local count=$1 url=$2 job jobs=()

	shift 2
	for ((; count; count--)); do
		(inside curl -s -k -o /dev/null -m 10 "$@" "$url") &
		jobs+=($!)
	done
	for job in "${jobs[@]}"; do
		wait "$job" || true
	done
}

# http ADDR ANSWER: a server that answers each request so, and closes.
http() {
	# shellcheck disable=SC2016
	serve perl -MIO::Socket::INET -e '
		my ($at, $answer) = @ARGV;
		my $s = IO::Socket::INET->new(LocalAddr => $at, LocalPort => 80, Listen => 64,
			ReuseAddr => 1) or die;
		$answer =~ s/\\r\\n/\r\n/g;
		while (my $c = $s->accept) {
			while (my $line = <$c>) { last if $line =~ /^\r?$/ }
			print $c $answer;
			close $c;
		}' "$1" "$2"
	wait_for 5 listens "$1"
}

# nginx_of ADDR...: over TLS; to a request for /broken it resets the connection.
nginx_of() {
	local address

	{
		printf 'daemon off; worker_processes 1; pid %s;\n' "$work/nginx.pid"
		printf 'error_log stderr; events { }\nhttp { access_log off; server {\n'
		for address in "$@"; do
			echo "listen $address:443 ssl;"
		done
		printf 'ssl_certificate %s; ssl_certificate_key %s;\n' "$work/crt" "$work/key"
		printf 'reset_timedout_connection on; location = /broken { return 444; } } }\n'
	} >"$work/nginx.conf"
	serve nginx -p "$work" -e stderr -c "$work/nginx.conf"
	wait_for 5 listens "$1"
}

make_origins() {
	local address

	for address in $modern $cutting $missing $broken "${many[@]}"; do
		ip -n "ecdn-$id-client" addr add "$address/24" dev c0
	done
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
		-subj /CN=origin.test -keyout "$work/key" -out "$work/crt" 2>/dev/null
	serve openssl s_server -quiet -accept $modern:443 -tls1_3 -cert "$work/crt" \
		-key "$work/key" -www
	http $cutting 'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nhello'
	http $missing 'HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n'
	nginx_of $broken "${many[@]}"
	wait_for 5 listens $modern
}

test_words() {
	fails "an origin that is none" 2 '192.0.2.99 is no origin that this host has connected to' \
		ecdn diagnose 538 192.0.2.99
	fails "a name that is none" 2 'did you mean shop' ecdn diagnose 538 shpo
	fails "one that was never connected to" 2 'has not connected to it' ecdn diagnose 538 shop
	fails "what can be no origin" 2 '192.0.2.300' ecdn diagnose 538 192.0.2.300
}

test_nothing() {
	is "nothing was connected to: nothing is wrong" "" "$(causes)"
	has "nothing was connected to: what was looked at" '0 connections of the last 1m to 0 origins' \
		"$(ecdn diagnose)"
	get 3 http://$missing/
	has "three connections" '3 connections of the last 1m to 1 origin, 0 of which' "$(ecdn diagnose)"
	is "404: the bare verb leaves what is counted since the load" "" "$(causes)"
}

test_refused() {
	get 2 https://$refusing/
	is "refused twice: no cause is told" "538 too_few note" "$(causes 538 $refusing)"
	is "refused twice: not unasked" "" "$(causes)"
	get 4 https://$refusing/
	is "refused: the network" "538 network many" "$(causes)"
	has "refused: what was seen" \
		'^538 192.0.2.2:443: 6 of 6 connections \(100 %\) failed in the handshake in the last 1m; 6 times the origin refused the connection\.$' \
		"$(ecdn diagnose)"
	has "refused: the published cause" 'cause +The TLS handshake .* fails: network' "$(ecdn diagnose)"
	is "refused: as words" '["192.0.2.2:443","refused","syn",6,6]' \
		"$(found '.findings[0].details | [.origin, .failure, .phase, .failed, .connections]')"
	is "refused: exit code" 3 "$(ecdn diagnose 538 --exit-code >/dev/null; echo $?)"
}

test_protocol() {
	local said

	get 1 https://$modern/ --tls-max 1.2
	is "protocol: what an alert says is told of one connection" "538 protocol many" \
		"$(causes 538 $modern)"
	is "protocol: but not unasked" "" "$(causes | grep protocol || true)"
	get 4 https://$modern/ --tls-max 1.2
	said=$(ecdn diagnose 538 $modern)
	has "protocol: what was seen" 'the origin sent the alert protocol_version after the ClientHello\. This node offered TLS 1.2' "$said"
	has "protocol: the settings of both sides" 'how +origin: nginx `ssl_protocols.*here: nginx `proxy_ssl_protocols`, HAProxy `ssl-min-ver`' "$said"
	has "protocol: unasked" '538 protocol many' "$(causes)"
	ecdn origin add shop $modern
	is "protocol: by its name" '["protocol","192.0.2.3:443 (shop)","alert_by_origin","protocol_version"]' \
		"$(found '.findings[0] | [.cause, .object, .details.failure, .details.alert]' 538 shop)"
}

test_522() {
	local said

	get 5 http://$cutting/
	said=$(ecdn diagnose 522)
	has "522: what was seen" '^522 192.0.2.4:80: 5 of 5 connections \(100 %\) had a bad answer .*; 5 times the answer was cut\.' "$said"
	has "522: after how many bytes" 'The last one ended after 5 of 500 bytes' "$said"
	has "522: the published cause" 'cause +The origin.s response is incomplete' "$said"
	is "522: as words" '["incomplete","many","cut",500,5]' \
		"$(found '.findings[0] | [.cause, .grade, (.details | .failure, .need, .got)]' 522 $cutting)"
	is "522 of an origin that is well" "522 nothing note" "$(causes 522 $missing)"
}

test_404() {
	is "404: all" '["404","by_origin","192.0.2.5:80",3,3,"packets"]' \
		"$(found '.findings[] | [.row, .cause, .object, (.details | .sent, .answers, .source)]' 404)"
	has "404: in words" '3 of 3 answers of the origin \(100 %\) had the status 404 since .*, by packets\.' \
		"$(ecdn diagnose 404 $missing)"
	has "404: the published cause" 'The content is not on the origin, or the domain is not connected' \
		"$(ecdn diagnose 404)"
	is "404: of an origin that has sent none" "404 not_by_origin note" "$(causes 404 $cutting)"
	is "404: of one that speaks TLS" "404 not_counted note" "$(causes 404 $modern)"
	has "404: what would show it" 'ecdn_xdp_origins on;' "$(ecdn diagnose 404 $modern)"
	is "502" "other not_by_origin note" "$(causes 502 $missing)"
	is "other" '["other","by_origin","no success",3]' \
		"$(found '.findings[] | [.row, .cause, (.details | .status, .sent)]' other $missing)"
	is "other: a status that is counted with its class" '["4xx",3]' \
		"$(found '.findings[0].details | [.status, .sent]' other $missing --status 418)"
}

# One of several origins resets connections, then all of them do.
test_564() {
	local address

	for address in $broken "${many[@]}"; do
		get 6 "https://$address/"
	done
	is "564: nothing" "" "$(causes 564)"
	get 6 https://$broken/broken
	is "564: one origin" "564 origin_egress many" "$(causes 564)"
	has "564: one origin, in words" \
		'^564 192.0.2.10:443: 6 of 12 connections .* ended abnormally .* That origin.s egress: 1 of ' \
		"$(ecdn diagnose 564)"
	is "564: another origin" "564 nothing note" "$(causes 564 192.0.2.11)"
	for address in "${many[@]}"; do
		get 6 "https://$address/broken"
	done
	is "564: all of them" "564 node_egress" "$(causes 564 | cut -d' ' -f1,2)"
	has "564: all, in words" ': this node.s egress network' "$(ecdn diagnose 564)"
	has "564: one of them" 'one of [0-9]+ of [0-9]+ origins that are touched: this node.s egress' \
		"$(ecdn diagnose 564 $broken)"
	has "564: one of them, the remedy" 'remedy +Have this node.s egress looked at' \
		"$(ecdn diagnose 564 $broken)"
	is "564: all, what it rests on" true \
		"$(found '.findings[0].details | .failed >= 25 and .touched >= 4 and .connections > .failed' 564)"
	is "564: one of all" "564 node_egress some" "$(causes 564 192.0.2.11)"
}

test_rejected_here() {
	on edge nft -f - <<-END
		table inet wall {
			chain output {
				type filter hook output priority 0;
				ip daddr 192.0.2.5 tcp dport 443 reject with tcp reset
			}
		}
	END
	get 2 https://$missing/
	has "this host's own firewall" '538 this_host all' "$(causes 538 $missing:443)"
	has "this host's own firewall: how to find it" '`nft list ruleset`' "$(ecdn diagnose 538 $missing:443)"
}

# Without content there is no alert and no answer to be seen.
test_sockets() {
	ecdn load --origin=sockets
	has "by sockets alone: says so" 'by their sockets alone' \
		"$(ecdn diagnose --json | jq -r '.looked_at[]')"
}

origin_hosts
make_origins
ecdn load --origin --origin-cgroup "$cgroup"
test_nothing
ecdn origin add shop 203.0.113.7
test_words
ecdn origin del shop
test_refused
test_protocol
test_522
test_404
test_564
test_rejected_here
test_sockets
described
finish

#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# `origin` and `origin failures`: what is counted of connections to a few origins is shown, in text,
# JSON and metrics; what an origin is called cannot command a terminal.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/cgroup.sh
source "$(dirname "$0")/cgroup.sh"

ok=10.79.0.2 gone=10.79.0.3 strict=10.79.0.4 web=10.79.0.5 never=10.79.0.9
evil=$'\e]0;x\a.example'
# node COMMAND...: a process of the edge that is watched.
node() {
	(echo "$BASHPID" >"$cgroup/cgroup.procs" &&
		exec nsenter --net="/run/netns/ecdn-$id-edge" "$@")
}

# server ADDR COMMAND...: listens when this returns.
server() {
	local at=$1

	shift
	(exec nsenter --net="/run/netns/ecdn-$id-client" "$@" >"$work/server-$at" 2>&1 \
		</dev/null) &
	wait_for 5 listens "$at"
}

listens() {
	on client ss -Hltn | grep -qF " $1 "
}

servers() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
		-subj /CN=ok.example -keyout "$work/key" -out "$work/crt" 2>/dev/null
	server $ok:443 openssl s_server -quiet -accept $ok:443 -cert "$work/crt" \
		-key "$work/key" -www
	server $strict:443 openssl s_server -quiet -accept $strict:443 -cert "$work/crt" \
		-key "$work/key" -www -tls1_3
	cat >"$work/nginx.conf" <<-END
		daemon off;
		pid $work/nginx.pid;
		error_log $work/nginx.log;
		events { }
		http {
			access_log off;
			server {
				listen $web:80;
				location / { return 404; }
				location /200 { return 200 "ok"; }
			}
		}
	END
	server $web:80 /usr/sbin/nginx -c "$work/nginx.conf"
}

hosts_and_servers() {
	local at

	client_and_edge
	ip -n "ecdn-$id-edge" addr add 10.79.0.1/24 dev e0
	for at in $ok $gone $strict $web; do
		ip -n "ecdn-$id-client" addr add "$at"/24 dev c0
	done
	cgroup_make
	servers
}

# Each connection has ended when this returns: what is counted is read after that.
traffic() {
	for _ in 1 2 3; do
		node curl -sk -m 3 -o /dev/null --resolve ok.example:443:$ok https://ok.example/
	done
	for _ in 1 2 3 4; do
		node curl -sk -m 3 -o /dev/null https://$gone/ || true
	done
	node openssl s_client -connect $strict:443 -servername "$evil" -tls1_2 \
		</dev/null >/dev/null 2>&1 || true
	node curl -s -m 3 -o /dev/null -o /dev/null -o /dev/null \
		http://$web/none http://$web/200 http://$web/none
	wait_for 5 all_counted
}

all_counted() {
	[ "$(json '[.origins[].connections] | add')" = 9 ] &&
		[ "$(json '[.origins[] | .ok, .tls["538"]] | add')" = 9 ]
}

json() {
	ecdn origin --json 2>/dev/null | jq -r "$1"
}

# row ADDRESS FILTER
row() {
	json ".origins[] | select(.address == \"$1\") | $2"
}

# line ADDRESS [OPTION...]: of the text.
line() {
	local at=$1

	shift
	ecdn origin "$@" | grep "^$at"
}

# failure FILTER OPTION...: of the first failure that is printed.
failure() {
	local filter=$1

	shift
	ecdn origin failures --json "$@" | jq -r ".failures[0] | $filter"
}

# on_terminal COLUMNS VERB...
on_terminal() {
	on edge script -qec "stty cols $1; $build/ecdn-xdp ${*:2} --pin-dir $pin" /dev/null \
		</dev/null | tr -d '\r'
}

test_empty() {
	fails "nothing loaded" 1 'nothing is loaded' ecdn origin
	ecdn load --ping e0
	fails "no observer: the list" 1 'not loaded.*load --origin' ecdn origin
	fails "no observer: JSON" 1 'not loaded' ecdn origin --json
	fails "no observer: failures" 1 'not loaded' ecdn origin failures
	ecdn unload --all
	ecdn load --origin --origin-cgroup "$cgroup"
	has "empty: what would fill it" 'has not connected to an origin' "$(ecdn origin 2>&1)"
	has "empty: no failures" 'no connection to an origin has failed' "$(ecdn origin failures 2>&1)"
	is "empty: JSON" "content 0 0" "$(json '"\(.depth) \(.rows) \(.origins | length)"')"
}

test_list() {
	local said

	said=$(ecdn origin)
	has "list: heads" '^ORIGIN +NAME +TLS +CONNECTIONS +HANDSHAKES +OK +538 +564 +522 +404 +5XX +RTT ' "$said"
	has "list: an origin that is well" \
		"^$ok:443 +ok.example +1.3 +3 +3 +3 +0 +0 +0 +- +- +[0-9.]+ms " "$said"
	has "list: one that refuses" "^$gone:443 +- +- +4 +0 +0 +4 +0 +0 .* 538 refused by [a-z]+, [0-9]+s ago$" "$said"
	has "list: an alert has its name" "^$strict:443 .* 538 protocol_version from origin, [0-9]+s ago$" "$said"
	has "list: HTTP" "^$web:80 +- +- +1 +0 +1 +0 +0 +0 +2 +0 " "$said"
	is "list: most connections first" "$gone:443 $ok:443" \
		"$(sed 1d <<<"$said" | head -n 2 | awk '{ print $1 }' | xargs)"
	is "list: the same word" "$(sed 's/[0-9]*s ago//' <<<"$said")" \
		"$(ecdn origin list | sed 's/[0-9]*s ago//')"
	is "--top" "$gone:443" "$(ecdn origin --top 1 | sed 1d | awk '{ print $1 }')"
	is "80 columns are enough" "" "$(on_terminal 80 origin | awk 'length > 80')"
	has "80 columns: what stays" '^ORIGIN .*CONNECTIONS .*538 +564 +522' "$(on_terminal 80 origin)"
	is "--failing, in 80 columns" "" "$(on_terminal 80 origin --failing | awk 'length > 80')"
	has "200 columns: what comes" '^ORIGIN .*RTT .*LAST-FAILURE' "$(on_terminal 200 origin)"
	is "--watch" 2 "$(ecdn origin --watch=200ms --count 2 | grep -c '^ORIGIN')"
}

test_failing() {
	local said

	said=$(ecdn origin --failing)
	is "--failing: those alone, most failures first" "$gone:443 $strict:443" \
		"$(sed 1d <<<"$said" | awk '{ print $1 }' | xargs)"
	has "--failing: how many of how many" "^$gone:443 +- +4 of 4 +4 +0 +0 +538 refused" "$said"
	is "--failing --json" "$gone $strict" \
		"$(ecdn origin --failing --json | jq -r '[.origins[].address] | join(" ")')"
}

test_json() {
	is "JSON: counts" "3 3 3 3 0 0 0" \
		"$(row $ok '[.connections, .established, .handshakes, .ok, .tls["538"], .["564"], .["522"]] | join(" ")')"
	is "JSON: what it is" "443 ok.example false ok.example ok.example tls 1.3" \
		"$(row $ok '[.port, .name, .named, .sni, .host, .protocol, .version] | map(tostring) | join(" ")')"
	is "JSON: a cause" "4 4 0 0" \
		"$(row $gone '[.tls["538"], .tls.causes.refused, .tls.causes.alert_by_origin, .established] | join(" ")')"
	is "JSON: exactly one cause moved" 1 \
		"$(row $strict '[.tls.causes, .causes | .[] | select(. > 0)] | length')"
	is "JSON: the last failure" "538 alert_by_origin origin client_hello protocol_version 1.2" \
		"$(row $strict '.last_failure | [.code, .cause, .side, .phase, .alert_name, .offered[]] | join(" ")')"
	between "JSON: its age" 0 60000 "$(row $strict .last_failure.age_ms)"
	is "JSON: none" null "$(row $ok .last_failure)"
	is "JSON: nobody has told statuses of TLS" "null null null" \
		"$(row $ok '[.status, .packets, .proxy] | map(tostring) | join(" ")')"
	is "JSON: packets tell those of HTTP" "packets 1 2 2 0 http null" \
		"$(row $web '[.status.source, .status["2xx"], .status["4xx"], .packets["404"], .status["5xx"], .protocol, .proxy] |
			map(tostring) | join(" ")')"
	is "JSON: the window" "120 4 4 4 0" \
		"$(row $gone '.window | [.seconds, .ended, .failed, .network, .handshake] | join(" ")')"
	is "JSON: an alert is no failure of the network" "1 0 1" \
		"$(row $strict '.window | [.ended, .network, .handshake] | join(" ")')"
	is "JSON: row 0 is no origin" 4 "$(json '.origins | length')"
}

test_failures() {
	local said

	said=$(ecdn origin failures)
	is "failures: all" 5 "$(sed 1d <<<"$said" | wc -l)"
	has "failures: the newest first" "^ *[0-9]+s +$strict:443 " "$(sed -n 2p <<<"$said")"
	has "failures: words" "$strict:443 +- +538 protocol_version from origin +client_hello " "$said"
	is "failures: 80 columns are enough" "" \
		"$(on_terminal 80 origin failures | awk 'length > 80')"
	is "failures --last" 2 "$(ecdn origin failures --last 2 | sed 1d | wc -l)"
	is "failures: JSON" "5 $strict 443 null 538 alert_by_origin origin client_hello 70 protocol_version 1.2" \
		"$(failure '[.number, .address, .port, .name, .code, .cause, .side, .phase, .alert, .alert_name, .offered[]] |
			map(tostring) | join(" ")')"
	is "failures: an errno" "refused syn 111 ECONNREFUSED null null null" \
		"$(failure '[.cause, .phase, .errno, .errno_name, .alert, .version, .need] | map(tostring) | join(" ")' $gone)"
	is "failures: of an address and port" 4 \
		"$(ecdn origin failures $gone:443 --json | jq '.failures | length')"
	has "failures: none of that port" "no connection to $web:80 has failed" \
		"$(ecdn origin failures $web:80 2>&1)"
	fails "failures: an origin that is not there" 2 "there is no origin $never" \
		ecdn origin failures $never
	fails "failures: nor this" 2 'there is no origin nobody.example' \
		ecdn origin failures nobody.example
	fails "failures: no word for one" 1 'is no origin' ecdn origin failures 'a b'
	fails "failures: two" 2 'one origin at the most' ecdn origin failures $ok $gone
	fails "a wrong word" 2 'unknown word lsit; did you mean list' ecdn origin lsit
	fails "an option of another word" 2 'does not take --failing' ecdn origin failures --failing
}

raw() {
	LC_ALL=C grep -aP '[\x00-\x08\x0b-\x1f\x7f-\xff]' || true
}

# The host name of the connection to $strict would set a terminal's title.
test_escapes() {
	has "a name that is no text: list" "^$strict:443 +\\?]0;x\\?.example " "$(ecdn origin)"
	is "failures" '?]0;x?.example' "$(failure .sni $strict)"
	is "nothing raw: text" "" "$({ ecdn origin; ecdn origin failures; } | raw)"
	is "nothing raw: JSON" "" "$({ ecdn origin --json; ecdn origin failures --json; } | raw)"
	is "such a name is no host to ask" null "$(row $strict .host)"
}

test_names() {
	ecdn origin add shop $gone
	ecdn origin add idle $never
	ecdn origin add pair $ok:443 $web:80
	has "a name in the list" "^$gone:443 +shop " "$(ecdn origin)"
	has "one that was never connected to, last" "^$never +idle +- +0 " "$(ecdn origin | tail -n 1)"
	is "named" "true null null" \
		"$(json '.origins[] | select(.name == "idle") | [.named, .port, .last_seen] | map(tostring) | join(" ")')"
	is "the host name that a probe asks for stays" "pair ok.example" \
		"$(row $ok '"\(.name) \(.host)"')"
	is "failures of a name" "4 shop" \
		"$(ecdn origin failures shop --json | jq -r '"\(.failures | length) \(.failures[0].name)"')"
	has "one of which nothing is known" 'no connection to idle has failed' \
		"$(ecdn origin failures idle 2>&1)"
}

# counts STRIPE SAID STATUS INDEX: writes what proxies of a CPU have counted of the first row, as
# libecdn-xdp does it: so many of each result, and so many of the status at INDEX.
counts() {
	local place=$(($1 * 4096 + 1)) i

	# shellcheck disable=SC2046 # the bytes are words
	bpftool map update pinned "$pin/origin_requests" \
		key $((place & 255)) $((place >> 8)) 0 0 value $(
			for i in {0..7}; do echo "$2" 0 0 0 0 0 0 0; done
			for i in {0..23}; do echo $((i == $4 ? $3 : 0)) 0 0 0 0 0 0 0; done)
}

# What proxies say of an origin goes before what packets show, and is the sum of all CPUs'.
test_proxy() {
	counts 0 1 5 9
	counts 3 2 6 9
	is "a proxy has counted: JSON" "proxy 11 0 11 3 3 null" \
		"$(row $ok '[.status.source, .status["404"], .status["5xx"], .proxy["404"], .proxy.answered,
			.proxy.timed_out, .packets] | map(tostring) | join(" ")')"
	has "a proxy has counted: text" "^$ok:443 .* +3 +0 +0 +0 +11 +0 +[0-9.]+ms " "$(ecdn origin)"
	is "a proxy has counted: metrics" "11 12" "$(
		value 'ecdn_xdp_origin_not_found_total{origin="pair",source="proxy"}' \
			"$(ecdn stats --metrics)") $(
		ecdn stats --metrics | grep 'results_total{origin="pair",result="[nt]' |
			awk '{ n += $2 } END { print n }')"
}

value() {
	grep -v '^#' <<<"$2" | grep -F -- "$1 " | sed 's/.* //'
}

linted() {
	promtool check metrics <<<"$1"
}

test_metrics() {
	local said

	said=$(ecdn stats --metrics)
	does "metrics: promtool finds nothing" linted "$said"
	is "metrics: promtool says nothing" "" "$(linted "$said" 2>&1)"
	is "metrics: a name" 4 \
		"$(value 'ecdn_xdp_origin_failures_total{origin="shop",code="538",cause="refused"}' "$said")"
	is "metrics: addresses of one name are one" 4 \
		"$(value 'ecdn_xdp_origin_connections_total{origin="pair"}' "$said")"
	is "metrics: an origin without a name" 1 \
		"$(value "ecdn_xdp_origin_connections_total{origin=\"$strict:443\"}" "$said")"
	is "metrics: all of them" 9 \
		"$(value 'ecdn_xdp_origin_connections_total{origin="_all"}' "$said")"
	is "metrics: answers" 2 \
		"$(value 'ecdn_xdp_origin_answers_total{origin="_all",class="4xx",source="packets"}' "$said")"
	is "metrics: a host name is no label" "" "$(grep 'example' <<<"$said" || true)"
	is "metrics: no series is there twice" "" \
		"$(grep -v '^#' <<<"$said" | sed 's/ [^ ]*$//' | sort | uniq -d)"
}

# With sockets alone nobody reads what is in the packets.
test_sockets() {
	ecdn unload --all
	ecdn load --origin=sockets --origin-cgroup "$cgroup"
	node curl -sk -m 3 -o /dev/null https://$gone/ || true
	node curl -sk -m 3 -o /dev/null https://$ok/
	wait_for 5 has_ended $ok
	is "sockets: depth" sockets "$(json .depth)"
	has "sockets: columns of content" "^$gone:443 +- +- +1 +- +0 +1 +0 +0 +- +- " "$(ecdn origin)"
	is "sockets: JSON" "null null null 1" \
		"$(row $gone '[.handshakes, .resumed, .status, .tls.causes.refused] | map(tostring) | join(" ")')"
}

has_ended() {
	[ "$(row "$1" .window.ended)" = 1 ]
}

# The group sees all but what host names were asked for in each failure.
test_group() {
	local as=(setpriv --reuid=65534 --regid=12346 --clear-groups --no-new-privs)

	ecdn unload --all
	ecdn load --origin --origin-cgroup "$cgroup" --guard --regions "$regions" \
		--stats-group 12346 e0
	node curl -sk -m 3 -o /dev/null https://$gone/ || true
	has "the group: list" "^$gone:443 .* 538 refused, [0-9]+s ago$" \
		"$(on edge "${as[@]}" "$build/ecdn-xdp" origin --pin-dir "$pin")"
	is "the group: JSON" "refused null" \
		"$(on edge "${as[@]}" "$build/ecdn-xdp" origin --json --pin-dir "$pin" |
			jq -r '.origins[0].last_failure | "\(.cause) \(.side)"')"
	is "the group: status, as far as it goes" "$(ecdn status --json |
		jq -c '.origin | [.depth, .ports, .all_namespaces, .here, .names, .rows, .max_rows, .events]')" \
		"$(on edge "${as[@]}" "$build/ecdn-xdp" status --json --pin-dir "$pin" |
			jq -c '.origin | [.depth, .ports, .all_namespaces, .here, .names, .rows, .max_rows, .events]')"
	has "the group: status in words" '^origin      [1-9][0-9]* of [0-9]+ rows are in use' \
		"$(on edge "${as[@]}" "$build/ecdn-xdp" status --pin-dir "$pin" 2>&1)"
	fails "the group: failures are root's" 1 'for root alone' \
		on edge "${as[@]}" "$build/ecdn-xdp" origin failures --pin-dir "$pin"
	ecdn unload --all
	ecdn load --origin --origin-cgroup "$cgroup" --stats-group 12346
	node curl -sk -m 3 -o /dev/null https://$gone/ || true
	has "the group: without a guard" "^$gone:443 .* 538 refused, [0-9]+s ago$" \
		"$(on edge "${as[@]}" "$build/ecdn-xdp" origin --pin-dir "$pin")"
	fails "the group: metrics are root's" 1 'metrics tell of what root alone may read' \
		on edge "${as[@]}" "$build/ecdn-xdp" stats --metrics --pin-dir "$pin"
	fails "another group: without a guard" 1 'run as root' on edge setpriv --reuid=65534 \
		--regid=12345 --clear-groups "$build/ecdn-xdp" origin --pin-dir "$pin"
}

hosts_and_servers
test_empty
traffic
test_list
test_failing
test_json
test_failures
test_escapes
test_names
test_metrics
test_proxy
test_sockets
test_group
finish

#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Connections over TLS that end abnormally after their handshake: 564.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/origin.sh
source "$(dirname "$0")/origin.sh"

declare -A slow=()
versions=(1.2 1.3)
ways=(curl nginx haproxy)

# fetch NAME WAY PATH: by curl, nginx or HAProxy.
fetch() {
	local path=$3

	case $2 in
	curl) try "$1" curls -m "${patience:-10}" ;;
	nginx) try "$1" by_nginx any ;;
	haproxy) try "$1" by_haproxy any ;;
	esac
}

# After one of three MB.
start_cuts() {
	local by version way

	for version in "${versions[@]}"; do
		for way in "${ways[@]}"; do
			for by in rst fin silence; do
				place "$by-$version-$way"
				relay "$version" --cut-after 1000000 --by $by
			done
		done
	done
}

try_cuts() {
	local by version way

	for version in "${versions[@]}"; do
		for way in "${ways[@]}"; do
			for by in rst fin silence; do
				at_place "$by-$version-$way"
				# As long as a busy machine needs for what comes before the silence.
				[ $by = silence ] && patience=5 || patience=20
				fetch "$by-$version-$way" $way /big
			done
		done
	done
}

judge_cuts() {
	local version way
	local bytes='.received >= 1000000 - 65536 and .received <= 1000000'

	for version in "${versions[@]}"; do
		for way in "${ways[@]}"; do
			expect "rst-$version-$way" 564 reset '.side == "origin"' \
				'.phase == "answer"' "$bytes" ".version == \"$version\"" '.errno == 104'
			expect "fin-$version-$way" 564 no_close_notify '.side == "origin"' \
				'.phase == "answer"' "$bytes" ".version == \"$version\""
			expect "silence-$version-$way" 564 stalled '.side == "node"' \
				'.phase == "answer"' "$bytes" '.ms >= 1900 and .ms < 9000'
		done
		said "rst-$version-curl" "200 56"
		said "fin-$version-curl" "200 (18|56)"
		said "silence-$version-curl" "200 28"
		said "rst-$version-nginx" "200 (18|92)"
		said "fin-$version-haproxy" "200 18"
	done
}

# Before any byte of the answer.
start_unanswered() {
	place never; relay any
	place never-nginx; relay any
	place firewall; relay any
	place killed; serve env -C "$www" openssl s_server -quiet -accept "$at:443" -WWW \
		-cert "$work/origin.crt" -key "$work/origin.key"
	place lost; relay any
	place own; relay any
}

# slow NAME [VERDICT...]: a client that waits between handshake and request; what it sends then
# meets that verdict at the origin. An acknowledgement that is late is none of that.
slow() {
	try "$1" node "$client" -v --timeout 20s --go "$work/go" --path /small "$at:443"
	slow[$1]="$at ${*:2}"
}

try_unanswered() {
	at_place never; patience=5 fetch never curl /never
	at_place never-nginx; fetch never-nginx nginx /never
	at_place lost; slow lost drop
	at_place firewall; slow firewall meta length gt 80 meta l4proto tcp reject with tcp reset
	at_place own; slow own
	wait_for 10 grep -q ready "$work/said.lost"
	wait_for 10 grep -q ready "$work/said.firewall"
	wait_for 10 grep -q ready "$work/said.own"
	# shellcheck disable=SC2086 # words of a rule
	rule ip daddr ${slow[lost]}
	# shellcheck disable=SC2086
	rule ip daddr ${slow[firewall]}
	on node nft -f - <<-END
		table inet lab { chain out { type filter hook output priority 0;
			ip daddr $at meta length gt 80 meta l4proto tcp reject with tcp reset
		}; }
	END
	touch "$work/go"
}

judge_unanswered() {
	expect never 564 no_answer '.side == "node"' '.phase == "request"' '.ms >= 1900'
	expect never-nginx 564 no_answer '.side == "node"' '.phase == "request"' '.ms >= 1900'
	said never-nginx "504 0"
	expect lost 564 timeout '.errno == 110' '.phase == "request"' '.retransmits >= 3'
	expect firewall 564 reset '.phase == "request"' '.errno == 104'
	expect own here rejected_here '.side == "host"'
	local name
	for name in lost firewall own; do
		has "$name: the client fails" "good=0 bad=1" "$(cat "$work/said.$name")"
	done
}

# Whether a connection to $at has received a MB.
amid() {
	[[ $(on node ss -Htni state established dst "$at") =~ bytes_received:[0-9]{7} ]]
}

# The origin's process dies amid an answer: a slow client is amid it for sure.
test_killed() {
	at_place killed
	try killed curls --limit-rate 4M
	wait_for 10 amid
	stop_server "$at:443" KILL
}

origin_lab
node_nginx
node_haproxy
origin_nginx </dev/null
start_cuts
start_unanswered
served
try_cuts
try_unanswered
truncate -s 32M "$www/huge" # more than sockets hold
path=/huge test_killed
attempts_end
judge_cuts
judge_unanswered
expect killed 564 no_close_notify '.phase == "answer"' '.received < 32000000'
finish

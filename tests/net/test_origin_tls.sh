#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Handshakes of TLS that fail for the protocol, its algorithms or the network.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/origin.sh
source "$(dirname "$0")/origin.sh"

# alerts: scenarios in which the origin answers the ClientHello with an alert.
declare -A alerts=()

# alerted NAME ALERT COMMAND...: an attempt that is to get it.
alerted() {
	alerts[$1]=$2
	try "$1" "${@:3}"
}

start_versions() {
	place only-1.0; s_server -tls1 -cipher ALL:@SECLEVEL=0
	place only-1.0-haproxy; s_server -tls1 -cipher ALL:@SECLEVEL=0
	place only-1.3; s_server -tls1_3
	place only-1.2; s_server -tls1_2
	v6=1 place only-1.3-six; s_server -tls1_3
	place gnutls; gnutls_server 9443 --priority NORMAL:-VERS-ALL:+VERS-TLS1.3
}

start_algorithms() {
	place cipher-1.2; s_server -tls1_2 -cipher ECDHE-ECDSA-AES128-GCM-SHA256
	place cipher-1.3; s_server -tls1_3 -ciphersuites TLS_CHACHA20_POLY1305_SHA256
	place group; s_server -tls1_3 -groups P-384
	place name; s_server -servername known.test -servername_fatal -cert2 "$work/origin.crt" \
		-key2 "$work/origin.key"
	place alpn; s_server -alpn acme-tls/1
}

try_alerts() {
	at_place only-1.0; alerted only-1.0 protocol_version by_nginx any
	at_place only-1.3; alerted only-1.3 protocol_version curls --tls-max 1.2
	at_place only-1.2; alerted only-1.2 protocol_version curls --tlsv1.3
	at_place only-1.3-six; alerted only-1.3-six protocol_version curls --tls-max 1.2
	at_place cipher-1.2
	alerted cipher-1.2 handshake_failure curls --ciphers ECDHE-ECDSA-AES256-GCM-SHA384 \
		--tls-max 1.2
	at_place cipher-1.3
	alerted cipher-1.3 handshake_failure curls --tls13-ciphers TLS_AES_128_GCM_SHA256
	at_place group; alerted group handshake_failure curls --curves X25519
	at_place name; alerted name unrecognized_name curls
	at_place alpn; alerted alpn no_application_protocol curls
	at_place gnutls; alerted gnutls handshake_failure by_nginx 1.2
}

judge_alerts() {
	local name

	for name in "${!alerts[@]}"; do
		expect "$name" 538 alert_by_origin ".alert_name == \"${alerts[$name]}\"" \
			'.side == "origin"' '.phase == "client_hello"' '.sni == "origin.test"'
	done
	expect only-1.0 538 alert_by_origin '.offered == ["1.2", "1.3"]' '.alert == 70' \
		'.received == 7'
	expect only-1.3 538 alert_by_origin '.offered == ["1.2"]' '.version == null'
	expect only-1.2 538 alert_by_origin '.offered == ["1.3"]'
	expect cipher-1.2 538 alert_by_origin '.alert == 40'
	said only-1.0 "502 0"
	said only-1.3 "000 35"
	said cipher-1.2 "000 35"
	said name "000 35"
}

# What is no TLS at all.
start_not_tls() {
	place http; serve python3 -m http.server --bind "$at" --directory "$www" 443
	printf 'SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n' >"$work/ssh"
	place ssh; serve "$peer" --answer "$work/ssh" "$at:443"
	place ssh-late; serve "$peer" --answer "$work/ssh" --hear some "$at:443"
}

judge_not_tls() {
	local name

	for name in http ssh ssh-late; do
		expect $name 538 not_tls '.side == "origin"'
		said $name "000 35"
	done
}

# ends: places at which the connection is cut, "NAME OPTION...".
cuts=("accept --hear nothing" "hello --hear some" "begin --cut-after 100"
	"certificate --cut-after 300")

start_cuts() {
	local by cut words name

	for by in rst fin; do
		for cut in "${cuts[@]}"; do
			read -ra words <<<"$cut"
			name=$by-${words[0]}
			: >"$work/nothing"
			if [ "${words[1]}" = --hear ]; then
				words+=(--answer "$work/nothing")
			else
				words+=(--to "${backends[1.2]}")
			fi
			for way in curl nginx haproxy; do
				place "$name-$way"
				serve "$peer" "${words[@]:1}" --by $by "$at:443"
			done
		done
	done
	# The node is slow, so that the origin is the first for sure.
	place early-rst; serve "$peer" --answer "$work/nothing" --by rst "$at:443"
	place early-fin; serve "$peer" --answer "$work/nothing" --by fin "$at:443"
}

try_cuts() {
	local by cut name

	for by in rst fin; do
		for cut in "${cuts[@]}"; do
			name=$by-${cut%% *}
			at_place $name-curl; try $name-curl curls
			at_place $name-nginx; try $name-nginx by_nginx any
			at_place $name-haproxy; try $name-haproxy by_haproxy any
		done
	done
	for name in early-rst early-fin; do
		at_place $name
		try $name node "$client" --pause 300ms "$at:443"
	done
}

judge_cuts() {
	local by cut name way phase
	declare -A causes=([rst]=handshake_reset [fin]=handshake_closed)
	declare -A phases=([hello]=client_hello [begin]=server_hello [certificate]=server_hello)

	for by in rst fin; do
		for cut in "${cuts[@]}"; do
			phase=".phase == \"${phases[${cut%% *}]:-}\""
			# Which of the two is first, the ClientHello or the end, nobody knows.
			[[ $cut != accept* ]] ||
				phase='.phase == "syn_ack" or .phase == "client_hello"'
			for way in curl nginx haproxy; do
				name=$by-${cut%% *}-$way
				expect "$name" 538 ${causes[$by]} '.side == "origin"' "$phase"
			done
			said "$by-${cut%% *}-nginx" "502 0"
			said "$by-${cut%% *}-haproxy" "503 0"
			said "$by-${cut%% *}-curl" "000 (7|35)"
		done
		expect early-$by 538 ${causes[$by]} '.side == "origin"'
	done
	is "early-rst: nothing was sent" '"syn_ack" 0' \
		"$(failures_at "${places[early-rst]}" | jq -r '"\(.phase | tojson) \(.sent)"')"
}

# Nobody answers any more.
start_silence() {
	local way

	for way in curl nginx haproxy; do
		place silence-$way; serve "$peer" --answer "$work/nothing" --by silence "$at:443"
	done
	place lost; serve "$peer" --answer "$work/nothing" --by silence "$at:443"
}

try_silence() {
	at_place silence-curl; try silence-curl curls -m 4
	at_place silence-nginx; try silence-nginx by_nginx any
	at_place silence-haproxy; try silence-haproxy by_haproxy any
	# All that the node sends once it is connected is lost.
	at_place lost; rule ip daddr "$at" meta length gt 80 drop
	try lost curls
}

judge_silence() {
	local way

	for way in curl nginx haproxy; do
		expect silence-$way 538 handshake_silence '.side == "node"' \
			'.phase == "client_hello"' '.ms >= 1900 and .ms < 6000'
	done
	said silence-curl "000 28"
	said silence-nginx "504 0"
	said silence-haproxy "503 0"
	expect lost 538 handshake_timeout '.phase == "client_hello"' '.errno == 110' \
		'.retransmits >= 3'
	said lost "000 35"
}

origin_lab
node_nginx
node_haproxy
origin_nginx </dev/null
start_versions
start_algorithms
start_not_tls
start_cuts
start_silence
served
try_silence
try_alerts
at_place only-1.0-haproxy; try only-1.0-haproxy by_haproxy any
for name in http ssh ssh-late; do
	at_place $name; try $name curls
done
try_cuts
attempts_end
judge_alerts
judge_not_tls
judge_cuts
judge_silence
finish

#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Handshakes that fail for a certificate: the origin's, which the node does not take, or the node's
# own, which the origin asks for.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/origin.sh
source "$(dirname "$0")/origin.sh"

versions=(1.2 1.3)

# server VERSION [OPTION...]
server() {
	s_server "-tls${1/./_}" "${@:2}"
}

start_servers() {
	local version

	days=-1 certificate expired
	certificate other
	for version in "${versions[@]}"; do
		place "unknown-$version"; server "$version"
		place "expired-$version"
		serve openssl s_server -quiet -accept "$at:443" -www "-tls${version/./_}" \
			-cert "$work/expired.crt" -key "$work/expired.key"
		place "haproxy-ca-$version"; server "$version"
		place "nginx-ca-$version"; server "$version"
		place "nginx-name-$version"; server "$version"
		place "curl-name-$version"; server "$version"
		place "wanted-$version"; server "$version" -Verify 1
		place "wanted-nginx-$version"; server "$version" -Verify 1
		place "wanted-haproxy-$version"; server "$version" -Verify 1
		place "given-$version"; server "$version" -Verify 1 -CAfile "$work/other.crt"
	done
}

# verifying FILE [OPTION...]: curl, which trusts what is in the file.
verifying() {
	node curl -gs -m 10 -o /dev/null -w '%{http_code} %{exitcode}\n' --cacert "$work/$1.crt" \
		--connect-to "${visited:-origin}.test:443:$at:443" "${@:2}" \
		"https://${visited:-origin}.test/"
}

try_all() {
	local version

	for version in "${versions[@]}"; do
		at_place "unknown-$version"; try "unknown-$version" verifying other
		at_place "expired-$version"; try "expired-$version" verifying expired
		at_place "haproxy-ca-$version"; try "haproxy-ca-$version" by_haproxy "ca$version"
		at_place "nginx-ca-$version"; try "nginx-ca-$version" by_nginx "ca$version"
		at_place "nginx-name-$version"; try "nginx-name-$version" by_nginx "name$version"
		at_place "curl-name-$version"
		visited=another try "curl-name-$version" verifying origin
		at_place "wanted-$version"; try "wanted-$version" curls
		at_place "wanted-nginx-$version"; try "wanted-nginx-$version" by_nginx any
		at_place "wanted-haproxy-$version"; try "wanted-haproxy-$version" by_haproxy any
		at_place "given-$version"
		try "given-$version" curls --cert "$work/other.crt" --key "$work/other.key"
	done
}

# What the node does not take: curl and HAProxy say so, nginx hangs up after the handshake.
judge_node() {
	local version name

	for version in "${versions[@]}"; do
		expect "unknown-$version" 538 alert_by_node '.alert_name == "unknown_ca"' \
			'.side == "node"' ".version == \"$version\"" '.sni == "origin.test"'
		said "unknown-$version" "000 60"
		expect "expired-$version" 538 alert_by_node '.alert_name == "certificate_expired"' \
			'.alert == 45' '.side == "node"'
		said "expired-$version" "000 60"
		expect "haproxy-ca-$version" 538 alert_by_node '.alert_name == "unknown_ca"'
		said "haproxy-ca-$version" "503 0"
		for name in nginx-ca nginx-name; do
			expect "$name-$version" 538 hung_up_by_node '.side == "node"' \
				'.phase == "finished"' ".version == \"$version\""
			said "$name-$version" "502 0"
		done
		expect "curl-name-$version" 538 hung_up_by_node '.phase == "finished"' \
			'.sni == "another.test"'
		said "curl-name-$version" "000 60"
	done
}

# The origin asks for a certificate: with TLS 1.3 it judges after the node's Finished.
judge_wanted() {
	local name

	for name in wanted wanted-nginx wanted-haproxy; do
		expect $name-1.2 538 alert_by_origin '.alert_name == "handshake_failure"' \
			'.phase == "server_hello"' '.side == "origin"'
		expect $name-1.3 538 refused_after_finished '.side == "origin"' '.alert == null'
	done
	said wanted-1.2 "000 (35|56)"
	said wanted-1.3 "000 (52|55|56)"
	said wanted-nginx-1.2 "502 0"
	said wanted-nginx-1.3 "502 0"
	for version in "${versions[@]}"; do
		said "given-$version" "200 0"
		well "given-$version" 1
	done
}

origin_lab
node_nginx
node_haproxy
start_servers
served
try_all
attempts_end
judge_node
judge_wanted
finish

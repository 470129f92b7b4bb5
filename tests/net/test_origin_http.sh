#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Answers over plain HTTP: which are incomplete or malformed, 522, and which statuses they have.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/origin.sh
source "$(dirname "$0")/origin.sh"

# Each ends after what is on standard input, without its last end of line.
start_cut() {
	local by

	for by in fin rst; do
		place "length-$by"; trim=2 answers --by $by <<-END
			HTTP/1.1 200 OK
			Content-Length: 500

			hello
		END
		place "chunk-$by"; answers --by $by <<-END
			HTTP/1.1 200 OK
			Transfer-Encoding: chunked

			20
			hello
		END
		place "between-chunks-$by"; answers --by $by <<-END
			HTTP/1.1 200 OK
			Transfer-Encoding: chunked

			5
			hello
		END
		place "head-$by"; answers --by $by <<-END
			HTTP/1.1 200 OK
			Content-Length: 5
		END
		place "unanswered-$by"; answers --by $by </dev/null
	done
	place until-close-rst; answers --by rst <<-END
		HTTP/1.1 200 OK

		hello
	END
	place large; relay http --cut-after 1000000
}

start_strange() {
	place protocol; answers <<-END
		HTPT/1.1 200 OK
		Content-Length: 5

		hell
	END
	place line; answers <<-END
		hello
	END
	place stalled; trim=2 answers --by silence <<-END
		HTTP/1.1 200 OK
		Content-Length: 500

		hello
	END
	place never; relay http
	place lost; answers --by silence <<-END
		HTTP/1.1 200 OK
		Content-Length: 500

	END
}

try_failures() {
	local by name

	for by in fin rst; do
		for name in length chunk between-chunks head unanswered; do
			at_place $name-$by; try $name-$by curl_http
		done
	done
	for name in until-close-rst protocol line; do
		at_place $name; try $name curl_http
	done
	at_place large; path=/big try large by_nginx http
	at_place stalled; try stalled curl_http -m 4
	at_place never; path=/never try never by_haproxy http
	# Packets with the request are lost.
	at_place lost; rule ip daddr "$at" meta length gt 80 drop
	try lost curl_http
}

judge_cut() {
	local by name cause

	for by in fin rst; do
		expect length-$by 522 cut '.side == "origin"' '.phase == "answer"' '.need == 500' \
			'.got == 5' '.status == 200'
		said length-$by "200 (18|56)"
		for name in chunk between-chunks head; do
			expect $name-$by 522 cut '.side == "origin"' '.phase == "answer"'
		done
		expect unanswered-$by 522 closed_unanswered '.side == "origin"' \
			'.phase == "request"' '.received == 0'
		said unanswered-$by "000 (52|56)"
	done
	expect until-close-rst 522 cut '.phase == "answer"'
	expect large 522 cut '.need == 3000000' \
		'.got > 1000000 - 65536 and .got <= 1000000' '.phase == "answer"'
}

judge_strange() {
	local name

	for name in protocol line; do
		expect $name 522 malformed '.side == "origin"' '.phase == "answer"'
	done
	expect stalled 522 http_stalled '.side == "node"' '.need == 500' '.got == 5' '.ms >= 1900'
	said stalled "200 28"
	expect never 522 http_no_answer '.side == "node"' '.phase == "request"' '.ms >= 1900'
	said never "504 0"
	expect lost 522 http_timeout '.errno == 110' '.phase == "request"'
}

# Statuses that are whole, in all the ways in which an answer can be.
start_whole() {
	place missing; relay http
	place bad-gateway; relay http
	place whole; relay http
	place head; relay http
	place chunked; answers --by fin <<-END
		HTTP/1.1 200 OK
		Transfer-Encoding: chunked

		5
		hello
		0

	END
	place until-close; answers --by fin <<-END
		HTTP/1.0 200 OK

		hello
	END
	place empty; answers --by fin <<-END
		HTTP/1.1 204 No Content

	END
	place not-modified; answers --by fin <<-END
		HTTP/1.1 304 Not Modified
		Content-Length: 500

	END
	place interim; answers --by fin <<-END
		HTTP/1.1 100 Continue

		HTTP/1.1 200 OK
		Content-Length: 7

		hello
	END
	place segments; relay http --segment 3
	place many; relay http
}

try_whole() {
	local name

	at_place missing; path=/nothing try missing curl_http
	at_place bad-gateway; path=/502 try bad-gateway curl_http
	at_place whole; path=/big try whole curl_http
	at_place head; path=/big try head curl_http -I
	for name in chunked until-close empty not-modified interim segments; do
		at_place $name; try $name curl_http
	done
	at_place many
	try many node "$client" --plain --path /small --requests 100 "$at:80"
}

# status NAME STATUS...: of the row, "STATUS COUNT" without zeros.
statuses() {
	row "$1" '.status | .source as $source | del(.source) | to_entries |
		map(select(.value > 0) | "\(.key) \(.value)") | $source + ": " + join(" ")'
}

judge_whole() {
	local name

	for name in missing bad-gateway whole head chunked until-close empty not-modified interim \
		segments many; do
		well $name 1
	done
	said missing "404 0"
	said bad-gateway "502 0"
	said head "200 0"
	said interim "200 0"
	is "missing: 404 alone" "packets: 4xx 1 404 1" "$(statuses missing)"
	is "bad-gateway: 502 alone" "packets: 5xx 1 502 1" "$(statuses bad-gateway)"
	is "whole: 200" "packets: 2xx 1" "$(statuses whole)"
	is "head: 200" "packets: 2xx 1" "$(statuses head)"
	is "empty: 204" "packets: 2xx 1" "$(statuses empty)"
	is "not-modified: 304" "packets: 3xx 1" "$(statuses not-modified)"
	is "interim: 100 and 200" "packets: 1xx 1 2xx 1" "$(statuses interim)"
	is "segments: 200" "packets: 2xx 1" "$(statuses segments)"
	is "many: a hundred of 200" "packets: 2xx 100" "$(statuses many)"
	has "many: as the client sees it" "good=1 bad=0" "$(cat "$work/said.many")"
}

# Inside TLS, and where a head is malformed, the proxy alone knows: nginx with the module.
start_told() {
	place told-missing; relay any
	place told-bad-byte; answers <<-END
		HTTP/1.1 200 OK
		X-B$(printf '\001')d: 1
		Content-Length: 5

		hell
	END
	place told-protocol; answers <<-END
		HTPT/1.1 200 OK
		Content-Length: 5

		hell
	END
	place told-own; relay any --cut-after 0 --by rst
	place told-sent; relay any
}

try_told() {
	at_place told-missing; path=/nothing try told-missing by_nginx any
	at_place told-bad-byte; try told-bad-byte by_nginx http
	at_place told-protocol; try told-protocol by_nginx http
	at_place told-own; try told-own by_nginx any
	at_place told-sent; path=/502 try told-sent by_nginx any
}

judge_told() {
	well told-missing 1
	said told-missing "404 0"
	is "told-missing: 404 alone" "proxy: 4xx 1 404 1" "$(statuses told-missing)"
	well told-bad-byte 1
	said told-bad-byte "502 0"
	is "told-bad-byte: malformed, says the proxy" 1 "$(row told-bad-byte .proxy.malformed)"
	is "told-bad-byte: packets have its status" 1 "$(row told-bad-byte '.packets."2xx"')"
	is "told-bad-byte: which the proxy does not count" "packets: 2xx 1" "$(statuses told-bad-byte)"
	expect told-protocol 522 malformed
	is "told-protocol: malformed, says the proxy, too" 1 "$(row told-protocol .proxy.malformed)"
	said told-own "502 0"
	expect told-own 538 handshake_reset
	is "told-own: a 502 that nginx made is nobody's" "proxy: " "$(statuses told-own)"
	said told-sent "502 0"
	is "told-sent: one that the origin sent is its" "proxy: 5xx 1 502 1" "$(statuses told-sent)"
}

origin_lab
module_line="load_module $build/nginx/ngx_http_ecdn_xdp_module.so;"
module_http="ecdn_xdp_origins on; ecdn_xdp_pins $pin;"
node_nginx
node_haproxy
origin_nginx </dev/null
start_cut
start_strange
start_whole
start_told
served
try_failures
try_whole
try_told
attempts_end
judge_cut
judge_strange
judge_whole
judge_told
finish

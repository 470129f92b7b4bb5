#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# `load --origin=sockets`: no packet is read, and what sockets know tells what it can.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/origin.sh
source "$(dirname "$0")/origin.sh"

start() {
	place refused
	place dropped; rule ip daddr "$at" drop
	place given-up; rule ip daddr "$at" drop
	place alert; s_server -tls1_3
	place hello-rst; serve "$peer" --answer "$work/nothing" --hear some --by rst "$at:443"
	place hello-fin; serve "$peer" --answer "$work/nothing" --hear some --by fin "$at:443"
	place silence; serve "$peer" --answer "$work/nothing" --by silence "$at:443"
	place lost; serve "$peer" --answer "$work/nothing" --by silence "$at:443"
	place good; relay any
	place closed; s_server
	place http-good; relay http
	place http-fin; answers --by fin </dev/null
	place http-silence; answers --by silence </dev/null
}

try_all() {
	at_place refused; try refused curls
	at_place dropped; try dropped curls
	at_place given-up; try given-up by_nginx any
	at_place alert; try alert curls --tls-max 1.2
	at_place hello-rst; try hello-rst curls
	at_place hello-fin; try hello-fin curls
	at_place silence; try silence curls -m 4
	at_place lost; rule ip daddr "$at" meta length gt 80 drop
	try lost curls
	at_place good; try good node "$client" --path /small --count 20 "$at:443"
	at_place closed; try closed node "$client" --closed --count 5 "$at:443"
	at_place http-good; try http-good node "$client" --plain --path /small --count 20 "$at:80"
	at_place http-fin; try http-fin curl_http
	at_place http-silence; try http-silence curl_http -m 4
}

judge() {
	expect refused 538 refused '.side == "origin"' '.phase == "syn"'
	expect dropped 538 connect_timeout '.errno == 110' '.phase == "syn"'
	expect given-up 538 no_answer_to_syn '.side == "node"' '.retransmits >= 1'
	expect alert 538 alert_by_origin '.received == 7' '.alert == null' '.offered == []'
	expect hello-rst 538 handshake_reset '.side == "origin"' '.phase == "client_hello"'
	expect hello-fin 538 handshake_closed '.side == "origin"' '.phase == "client_hello"'
	expect silence 538 handshake_silence '.side == "node"' '.phase == "client_hello"'
	expect lost 538 handshake_timeout '.errno == 110'
	expect http-fin 522 closed_unanswered '.side == "origin"' '.received == 0'
	expect http-silence 522 http_no_answer '.side == "node"' '.ms >= 1900'
	well good 20
	well closed 5
	well http-good 20
	said good "good=20 bad=0 resumed=0"
	said closed "good=5 bad=0 resumed=0"
	said http-good "good=20 bad=0 resumed=0"
	is "statuses are not known" null "$(row http-good .status)"
	is "nor are handshakes" null "$(row good .handshakes)"
}

origin_lab --origin=sockets
node_nginx
origin_nginx </dev/null
start
served
try_all
attempts_end
judge
is "no packet's program is attached" 1 \
	"$(bpftool -j cgroup show "$cgroup" | jq length)"
finish

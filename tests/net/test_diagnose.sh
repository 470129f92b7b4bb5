#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# diagnose: of regions that are limited or blocked (513) and of pings (529), what it says of what is
# wrong and of what is not, and words that are wrong. tests/net/test_diagnose_origins.sh has the
# other codes.
# shellcheck disable=SC2016 # what is said has commands in backquotes
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/diagnose.sh
source "$(dirname "$0")/diagnose.sh"

alpha=198.51.100.7 beta=203.0.113.7

# code [WORD...]: how diagnose ends with --exit-code.
code() {
	local status=0

	ecdn diagnose --exit-code "$@" >/dev/null 2>&1 || status=$?
	echo $status
}

test_nothing_loaded() {
	fails "nothing is loaded" 1 'nothing is loaded' ecdn diagnose
	fails "nothing is loaded: a code" 1 'nothing is loaded in .*; 513: .*`ecdn-xdp load IFACE`' \
		ecdn diagnose 513
	fails "nothing is loaded: another code" 1 '529: .*`ecdn-xdp load --ping --nodes FILE IFACE`' \
		ecdn diagnose 529
}

test_words() {
	fails "a code that is none" 2 '^ecdn-xdp: 514 is no code .*did you mean .*513.*\?' ecdn diagnose 514
	fails "a word that is none" 2 'others is no code .*did you mean other\?' ecdn diagnose others
	fails "an option that xff does not have" 2 'takes no options but' \
		ecdn diagnose xff /dev/null --since 30s
	fails "three words" 2 'takes a code and one object' ecdn diagnose 513 a b
	fails "a region that is none" 2 'region "ALPA": .*did you mean ALPHA' ecdn diagnose 513 ALPA
	fails "529 of something" 2 '529 has no object' ecdn diagnose 529 $alpha
	fails "--since is short" 2 '--since: from 10s to 2m' ecdn diagnose --since 1s
	fails "--since is long" 2 '--since: from 10s to 2m' ecdn diagnose --since 1h
	fails "--status of another code" 2 '--status is for' ecdn diagnose 404 x --status 404
	fails "--status twice" 2 '--status 404 is for' ecdn diagnose 502 x --status 404
	fails "--status is none" 2 '--status 1000 is no status' ecdn diagnose other x --status 1000
	fails "--config-revision of another code" 2 'is for `diagnose 529`' ecdn diagnose \
		--config-revision
	fails "no observer" 1 '^ecdn-xdp: 538: no observer is loaded: `ecdn-xdp load --origin`$' \
		ecdn diagnose 538 $alpha
	fails "no observer: a status" 1 'other: no observer is loaded' ecdn diagnose 502
}

# One line says what was looked at, and what would show the rest.
test_well() {
	local said

	said=$(ecdn diagnose)
	is "well: one line" 1 "$(wc -l <<<"$said")"
	has "well: what was looked at" 'nothing is wrong .* Looked at: 5 regions' "$said"
	has "well: what was not" 'Not looked at: .*origins .*: `ecdn-xdp load --origin`' "$said"
	is "well: exit code" 0 "$(code)"
	is "well: JSON" '[true,0,1,2]' \
		"$(found '[.ok, (.findings, .looked_at, .not_looked_at | length)]')"
	is "well: an address" "513 not_here note" "$(causes 513 $alpha)"
	has "well: an address, in words" "^513 $alpha, region ALPHA: is normal" "$(ecdn diagnose 513 $alpha)"
	is "well: no fault, no exit code" 0 "$(code 513 $alpha)"
	is "well: 513 of all" "" "$(causes 513)"
	has "well: 513 of all, in words" 'nothing is wrong .* Looked at: 5 regions\.$' "$(ecdn diagnose 513)"
}

test_surge() {
	local said

	ecdn limit set ALPHA --pps 5k --hold 1m
	flood --from 198.51.100.0/24 --rate 50k --seconds 500ms >/dev/null
	is "surge: all" "513 surge many" "$(causes)"
	is "surge: exit code" 3 "$(code)"
	is "surge: without --exit-code" 0 "$(ecdn diagnose >/dev/null; echo $?)"
	is "surge: JSON says so" false "$(found .ok)"
	said=$(ecdn diagnose 513)
	has "surge: what, and since when" \
		'^513 ALPHA: is limited since [0-9: -]+ \([0-9a-z]+ ago\)( until [0-9: -]+ at the earliest)?[;:]' "$said"
	has "surge: why" 'packets/s of 5000, claimed|rates are below its limits' "$said"
	has "surge: from where" 'Most came from 198.51.100.0/24: [0-9]+ packets' "$said"
	has "surge: the published cause" '^    cause +Requests from one region surge' "$said"
	has "surge: the command" '^    how +`ecdn-xdp exempt ALPHA --for 2h` cancels it' "$said"
	has "surge: what is not known" '^    unknown +Whether they are real: the shield is off' "$said"
	is "surge: by its name" "513 surge many" "$(causes 513 ALPHA)"
	is "surge: by an address" "513 surge many" "$(causes 513 $alpha)"
	is "surge: of another region" "513 not_here note" "$(causes 513 $beta)"
	is "surge: as numbers" '["ALPHA","limited","198.51.100.0/24"]' \
		"$(found '.findings[0] | [.object, .details.state, .details.prefix]')"
	is "surge: of other codes" "" "$(causes 529 | grep surge || true)"
	raises_the_limit "$said"
	does "surge: the command that it names" ecdn exempt ALPHA --for 2h
	is "surge: cancels it" "" "$(causes)"
	ecdn release ALPHA
}

# raises_the_limit SAID: the limit that is named is one that the command takes.
raises_the_limit() {
	local command

	command=$(sed -nE 's/.*`ecdn-xdp (limit set ALPHA --pps [0-9.kM]+)` raises.*/\1/p' <<<"$1")
	if [ -z "$command" ]; then
		has "surge: no limit is named where the rate is past" 'below its limits' "$1"
		return
	fi
	# shellcheck disable=SC2086
	does "surge: $command" ecdn $command
}

test_blocked() {
	SUDO_USER=alice ecdn block BETA --for 2h --reason 'ticket 4711'
	is "blocked" "513 blocked some" "$(causes)"
	has "blocked: by whom and why" '^513 BETA: is blocked since .* until .*, by alice: ticket 4711' \
		"$(ecdn diagnose)"
	has "blocked: the command" '`ecdn-xdp release BETA` ends it' "$(ecdn diagnose 513 $beta)"
	ecdn allow add 203.0.113.0/28
	is "blocked, and allowed" "513 trusted note" "$(causes 513 $beta)"
	ecdn allow del 203.0.113.0/28
	ecdn load --monitor e0
	is "blocked: in monitor mode nobody is refused" "513 blocked note" "$(causes 513 BETA)"
	is "blocked: in monitor mode nothing is wrong" 0 "$(code)"
	has "blocked: in monitor mode, in words" 'But nobody is refused: what would be dropped passes\.' \
		"$(ecdn diagnose 513 BETA)"
	ecdn off
	has "blocked: while all is off" 'But nobody is refused: all is off until `ecdn-xdp on`\.' \
		"$(ecdn diagnose 513 BETA)"
	ecdn on
	ecdn load --enforce e0
	ecdn block -- --
	has "blocked: what no region has" '`ecdn-xdp exempt --for 2h -- --` lifts' "$(ecdn diagnose 513)"
	does "blocked: that is a command" ecdn exempt --for 2h -- --
	ecdn release -- --
	ecdn release BETA
}

# What is forged refuses nobody, and is no fault.
test_shielded() {
	ecdn load --shield on e0
	if [ "$(ecdn status --json | jq .proven.on)" != true ]; then
		echo "skipped - shielded: this host cannot attach the program"
		return
	fi
	ecdn limit set ALPHA --pps 5k --hold 1m
	flood --from 198.51.100.0/24 --rate 50k --seconds 500ms >/dev/null
	is "shielded: no fault" "" "$(causes)"
	is "shielded: told if it is asked for" "513 forged note" "$(causes 513)"
	is "shielded: exit code" 0 "$(code 513)"
	ecdn release ALPHA
}

test_ping_not_loaded() {
	is "529 without ping" "529 ping_not_loaded some" "$(causes 529)"
	is "529 without ping: exit code" 3 "$(code 529)"
	has "529 without ping: the command" '`ecdn-xdp load --ping' "$(ecdn diagnose 529)"
	has "529: without ping it is no fault unasked" 'Not looked at: pings .*load --ping' \
		"$(ecdn diagnose)"
}

test_ping() {
	ip -n "ecdn-$id-edge" addr add $edge_ip/24 dev e0
	ip -n "ecdn-$id-client" addr add 192.0.2.9/24 dev c0
	ecdn load --ping e0
	is "no nodes" "529 no_nodes all" "$(causes)"
	printf '192.0.2.9 one\n192.0.2.10 two\n' >"$work/nodes"
	ecdn node load "$work/nodes"
	is "silent nodes that have just been named are no fault" "" "$(causes)"
	is "silent nodes, asked for" "529 silent_nodes note" "$(causes 529)"
	has "silent nodes: their names" '2 of 2 nodes never pinged this host: one, two; 2 of them' \
		"$(ecdn diagnose 529)"
	does "ping of a node" on client ping -c 1 -W 2 -q $edge_ip
	has "silent nodes: the other one" '1 of 2 nodes never pinged this host: two;' \
		"$(ecdn diagnose 529)"
	is "silent nodes: as numbers" '[2,1]' \
		"$(found '.findings[0].details | [.nodes, .silent]' 529)"
	on client ping -c 1 -W 1 -q -I 192.0.2.9 $edge_ip >/dev/null
}

test_ping_dropped() {
	ecdn load --ping --ping-rate 1 --ping-burst 1
	on client ping -c 20 -i 0.002 -W 1 -q $edge_ip >/dev/null || true
	is "pings that this tool drops" "529 over_rate some" "$(causes)"
	has "pings that this tool drops: how many" '^529: of one [0-9]+ of 2[0-9] pings .* now that is 1 a second' \
		"$(ecdn diagnose)"
	ecdn load --ping --ping-rate 100 --ping-burst 100
	ip -n "ecdn-$id-edge" addr add 192.0.2.77/24 dev e0
	is "an address that ping does not know" "unknown_addresses" \
		"$(found '.findings[0].cause' | tr -d '"')"
	has "an address that ping does not know: which" '^529: 1 address .*: 192.0.2.77\.$' "$(ecdn diagnose)"
	does "an address: the command that it names" ecdn load --ping
	is "an address: is known" "" "$(causes | grep address || true)"
	ecdn load --ping=pass
	has "pings that are passed on" '529 passed_on note' "$(causes 529)"
	ecdn load --ping=answer
	ecdn unload e0
	has "on no interface" '^529 ping_not_attached all' "$(causes)"
}

test_revision() {
	local said number

	SUDO_USER=bob ecdn limit set BETA --pps 77k
	said=$(ecdn diagnose 529 --config-revision)
	number=$(bpftool -j map dump pinned "$pin/config" | jq '.[0].formatted.value.generation')
	has "revision: the number" "^529: Revision $number of the configuration" "$said"
	has "revision: what changed last" \
		'The last command that changed something, [0-9: -]+ \([0-9]+s ago\), was `ecdn-xdp limit .*set BETA --pps 77k.*`, by bob\.$' "$said"
	has "revision: the published cause" 'cause +The domain is new' "$said"
	has "revision: the published remedy" '5 to 10 minutes: confirm it before switching DNS' "$said"
	is "revision: as numbers" "[$number,\"bob\",true]" \
		"$(found '.findings[] | select(.cause == "new_domain") | .details |
			[.revision, .changed_by, (now - .changed_at < 60)]' 529 --config-revision)"
}

client_and_edge
test_nothing_loaded
ecdn load --shield off --regions "$regions" e0
ecdn limit set default --grace 0s
test_words
test_well
test_surge
test_blocked
test_shielded
test_ping_not_loaded
test_ping
test_ping_dropped
test_revision
described
finish

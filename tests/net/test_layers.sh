#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Blocks and exemptions are layers: an exemption holds over a block while it lasts, each ends by
# itself, and a proxy knows that without a packet of the region. What is kept of them, what a
# configuration file says of them, and what a reload makes of that.
# shellcheck disable=SC2016 # the names of commands in messages
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/asking.sh
source "$(dirname "$0")/asking.sh"

verdict() {
	ask proxy verdict 198.51.100.7 | cut -d ' ' -f 1
}

verdict_is() {
	[ "$(verdict)" = "$1" ]
}

# listed VERB FILTER: of what the verb lists of ALPHA.
listed() {
	ecdn "$1" --json | jq -r "(.exempt // .blocked)[] | select(.region == \"ALPHA\") | $2"
}

# As the kernel and each of its readers have it.
everywhere() {
	echo "$(verdict) $(state ALPHA) $(awk '$1 == "ALPHA" { print $2 }' "$pin/regions")"
}

arrived() {
	local before

	before=$(sunk alpha)
	flood --from 198.51.100.0/24 --count 100 >/dev/null
	echo $(($(sunk alpha) - before))
}

# Nothing is sent here but by those who say so.
test_order() {
	ecdn block ALPHA >/dev/null
	is "blocked" "blocked blocked blocked" "$(everywhere)"
	is "an exemption over it is told" 1 "$(ecdn exempt ALPHA --for 3s |
		grep -cE '^ALPHA: exempt until .* \(3s\); its block holds again then$')"
	is "an exemption holds over a block" "pass exempt exempt" "$(everywhere)"
	does "without a packet the block holds again" wait_for 10 verdict_is blocked
	is "everybody knows" "blocked blocked blocked" "$(everywhere)"
	is "packets too" 0 "$(arrived)"
	ecdn exempt ALPHA >/dev/null
	is "while it is exempt they arrive" 100 "$(arrived)"
	ecdn block ALPHA >/dev/null
	is "a block below an exemption does not hold" "pass exempt exempt" "$(everywhere)"
	is "release ends both" "ALPHA: no longer exempt, no longer blocked" "$(ecdn release ALPHA)"
	is "released" "pass normal normal" "$(everywhere)"
	is "packets arrive" 100 "$(arrived)"
}

test_ends() {
	ecdn block ALPHA --for 2s >/dev/null
	is "a block with an end" "blocked blocked blocked" "$(everywhere)"
	does "it ends by itself, without a packet" wait_for 10 verdict_is pass
	is "everybody knows its end" "pass normal normal" "$(everywhere)"
	is "packets arrive after its end" 100 "$(arrived)"
	# No packet comes from here on, neither after the first end nor after the second.
	ecdn block ALPHA --for 6s >/dev/null
	ecdn exempt ALPHA --for 2s >/dev/null
	is "an exemption, then a block, then neither: at first" pass "$(verdict)"
	does "then the block" wait_for 10 verdict_is blocked
	does "then neither" wait_for 10 verdict_is pass
	is "which everybody knows" "pass normal normal" "$(everywhere)"
	ecdn block ALPHA --for 1s >/dev/null
	ecdn exempt ALPHA --for 3s >/dev/null
	sleep 1.5
	is "a block that ends below an exemption" "pass exempt exempt" "$(everywhere)"
	does "is over after it, too" wait_for 10 not_exempt
	is "so that the region is normal" "pass normal normal" "$(everywhere)"
}

not_exempt() {
	[ "$(state ALPHA)" != exempt ]
}

test_until() {
	ecdn block ALPHA --until "$(date -d '+3 sec' '+%F %T')" >/dev/null
	is "until a time of the clock: blocked" blocked "$(verdict)"
	does "until then" wait_for 10 verdict_is pass
	ecdn block ALPHA --until "$(date -u -d '+1 hour' +%FT%TZ)" >/dev/null
	between "until a time as RFC 3339 has it" 3500 3600 "$(listed block '.left | ceil')"
	ecdn block ALPHA --until "$(date -d '+2 hours' +%H:%M)" >/dev/null
	between "until a time of this day, or of the next" 7100 7200 "$(listed block '.left | ceil')"
	fails "a time that has passed" 2 'has passed' ecdn block ALPHA --until '2020-01-01 00:00'
	fails "no time" 2 'not a time' ecdn block ALPHA --until tomorrow
	fails "both ends" 2 'exclude each other' ecdn block ALPHA --until 12:00 --for 2h
	fails "for no time" 2 '0s' ecdn block ALPHA --for 0s
	between "which changes nothing" 7000 7200 "$(listed block '.left | ceil')"
	ecdn release ALPHA >/dev/null
}

test_lists() {
	has "no block: what would be one" 'no region is blocked; `ecdn-xdp block REGION` blocks one' \
		"$(ecdn block 2>&1 >/dev/null)"
	has "no exemption" 'no region is exempt; `ecdn-xdp exempt REGION` exempts one' \
		"$(ecdn exempt 2>&1 >/dev/null)"
	is "no block, JSON" '{"schema":1,"blocked":[]}' "$(ecdn block --json | jq -c .)"
	SUDO_USER=alice ecdn block ALPHA --reason 'scans from Köln' >/dev/null
	SUDO_USER='no name' ecdn exempt ALPHA --for 2h >/dev/null
	has "blocks: a row" '^ALPHA +`release` +- +alice +\(exempt now\) scans from Köln$' "$(ecdn block)"
	is "blocks: JSON" "alice scans from Köln false null" \
		"$(listed block '"\(.user) \(.reason) \(.holds) \(.until)"')"
	has "exemptions: a row" '^ALPHA +20[0-9]{2}-.* +(2h|1h59m) +root +-$' "$(ecdn exempt)"
	fails "a reason with an escape" 2 'control' ecdn block ALPHA --reason $'a\e[2J'
	fails "a reason that is no UTF-8" 2 'UTF-8' ecdn block ALPHA --reason $'a\xff'
	fails "a reason without an end" 2 'bytes' ecdn block ALPHA --reason "$(printf 'a%.0s' {1..96})"
	fails "no JSON of what is changed" 2 'list' ecdn block ALPHA --json
	is "they change nothing" "scans from Köln" "$(listed block .reason)"
	ecdn release ALPHA >/dev/null
	is "release forgets them" "[]" "$(bpftool -j map dump pinned "$pin/region_notes")"
}

# What a verb says, and the entries that it leaves.
test_told() {
	local before

	is "block" 'BETA: blocked until `ecdn-xdp release`' "$(ecdn block BETA)"
	before=$(verbs)
	has "again" '^BETA: nothing changed' "$(ecdn block BETA)"
	is "which leaves no entry" "$before" "$(verbs)"
	is "quiet" "" "$(ecdn block BETA --for 1h -q)"
	does "a line that cannot be written is no failure" full ecdn block BETA --for 2h
	is "release" 'BETA: no longer blocked' "$(ecdn release BETA)"
	is "release of nothing" 'BETA: normal, so there was nothing to release' "$(ecdn release BETA)"
	is "limit set" 'BETA: pps 5.00k (was no limit), hold 30s (was 10s)' \
		"$(ecdn limit set BETA --pps 5k --hold 30s)"
	is "limit set again" 'BETA: nothing changed, it was so already: pps 5.00k' \
		"$(ecdn limit set BETA --pps 5k)"
	has "limit clear" '^BETA: has no limits of its own any more' "$(ecdn limit clear BETA)"
	before=$(verbs)
	fails "a region that is not there" 2 NOWHERE ecdn block NOWHERE
	is "leaves no entry" "$before" "$(verbs)"
	SUDO_USER=alice ecdn exempt BETA --for 2h --reason $'ticket 4711' >/dev/null
	is "an entry" "alice exempt --pin-dir $pin BETA --for 2h --reason \"ticket 4711\" ticket 4711" \
		"$(last_verb '"\(.user) \(.words) \(.reason)"')"
	ecdn release BETA >/dev/null
	is "the next one" $((before + 2)) "$(verbs)"
	rm "$pin/verbs"
	ecdn block BETA >/dev/null
	is "pins without the ring get one" 1 "$(verbs)"
	ecdn release BETA >/dev/null
}

full() {
	"$@" >/dev/full
}

# The last entry's number; and a filter of it.
verbs() {
	last_verb .number
}

last_verb() {
	bpftool -j map dump pinned "$pin/verbs" |
		jq -r "[.[].formatted.value] | max_by(.number) | $1"
}

configure() {
	printf 'interfaces: [e0]\npin_dir: %s\n' "$pin" >"$work/layers.yaml"
	cat >>"$work/layers.yaml"
	reload
}

reload() {
	on edge "$build/ecdn-xdp" load --config "$work/layers.yaml"
}

layers() {
	echo "$(listed exempt .until) $(listed block .until)"
}

test_file() {
	local first

	configure <<<$'block: [ALPHA, {BETA: {for: 1h, reason: scans}}]\nexempt: {ALPHA: 2h}'
	is "a file: the order of its keys is nothing: exempt" exempt "$(state ALPHA)"
	first=$(layers)
	ecdn release ALPHA >/dev/null
	ecdn release BETA >/dev/null
	configure <<<$'exempt: {ALPHA: {for: 3h, reason: for now}}\nblock: {ALPHA: forever, BETA: 2h}'
	is "the other order: exempt too" exempt "$(state ALPHA)"
	is "with its reason" "for now true" "$(listed exempt '"\(.reason) \(.from_file)"')"
	first=$(layers)
	sleep 1.1
	reload
	is "a reload renews nothing" "$first" "$(layers)"
	configure <<<$'block: [ALPHA]\nexempt: {ALPHA: 2s}'
	does "other words begin anew, and end" wait_for 10 verdict_is blocked
	reload
	is "what has ended is not begun again" "blocked blocked blocked" "$(everywhere)"
	configure <<<$'block: [ALPHA]\nexempt: {ALPHA: 2h}'
	ecdn exempt ALPHA --for 1h >/dev/null
	first=$(layers)
	reload
	is "nor is what a command has changed" "$first" "$(layers)"
	ecdn release ALPHA >/dev/null
	reload
	is "what was released: what has no end comes back, the other does not" " null" "$(layers)"
	configure <<<$'block: [ALPHA]'
	configure <<<$'block: [ALPHA]\nexempt: {ALPHA: 2h}'
	is "taken out of the file, and named again, it begins" exempt "$(state ALPHA)"
	configure <<<$'protect: [80]'
	is "what is not named any more stays" exempt "$(state ALPHA)"
	ecdn release ALPHA >/dev/null
	has "a time that has passed is a warning" \
		'^ecdn-xdp: warning: .*layers.yaml:3: the block of "ALPHA" has ended' \
		"$(configure <<<$'block: {ALPHA: {until: 2020-01-01 00:00}}' 2>&1)"
	is "and not set" normal "$(state ALPHA)"
	is "said once" "" "$(reload 2>&1 >/dev/null)"
}

bad_file() {
	printf '%s\n' "$3" >"$work/bad.yaml"
	fails "bad file: $1" 1 "bad.yaml:1: .*$2" \
		on edge "$build/ecdn-xdp" load --config "$work/bad.yaml" --pin-dir "$pin" e0
}

test_bad_files() {
	bad_file "two ends" 'exclude each other' 'block: {ALPHA: {for: 1h, until: "14:00"}}'
	bad_file "no time" 'not a time' 'exempt: {ALPHA: {until: soon}}'
	bad_file "no duration" 'not a duration' 'block: {ALPHA: soon}'
	bad_file "for no time" 'longer than 0s' 'block: {ALPHA: 0s}'
	bad_file "another key" 'unknown key "why"' 'block: {ALPHA: {why: scans}}'
	bad_file "a reason with control characters" 'control' 'block: {ALPHA: {reason: "\e[2J"}}'
	bad_file "a region twice" 'twice' 'block: [ALPHA, BETA, ALPHA]'
	bad_file "words without an end" 'too long' \
		"block: {ALPHA: $(printf '1h%.0s' {1..20})}"
}

# A guard of an earlier version knows one of both at a time. Its pins lack the maps.
test_earlier() {
	ecdn block ALPHA >/dev/null
	rm "$pin/region_notes" "$pin/verbs"
	is "earlier pins: the list" "null false" "$(listed block '"\(.since) \(.from_file)"')"
	fails "earlier pins: an exemption over a block" 1 'load. upgrades it' ecdn exempt ALPHA
	fails "earlier pins: a block with an end" 1 'load. upgrades it' ecdn block BETA --for 1h
	does "earlier pins: release" ecdn release ALPHA
	does "earlier pins: an exemption alone" ecdn exempt ALPHA --for 1h
	fails "earlier pins: a block below it" 1 'load. upgrades it' ecdn block ALPHA
	does "earlier pins: a load makes the maps" ecdn load e0
	does "and then all can be" ecdn block ALPHA --for 1h --reason scans
	is "and is kept" scans "$(listed block .reason)"
	ecdn release ALPHA >/dev/null
}

client_and_edge
sink_regions e0

ecdn load --shield off --regions "$regions" e0
asking proxy on edge "$build/tests/tools/client" --pin-dir "$pin"
test_order
test_ends
test_until
test_lists
test_told
test_file
test_bad_files
test_earlier
finish

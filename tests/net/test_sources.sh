#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Where region files come from: pipes, gzip, files that change; and what waits for them. An
# address means the same wherever it is written.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"

# A command that reads from a pipe nobody writes to yet holds nobody up.
test_slow() {
	local slow status=0

	mkfifo "$work/slow"
	(exec nsenter --net="/run/netns/ecdn-$id-edge" "$build/ecdn-xdp" region load \
		--pin-dir "$pin" "$work/slow" >"$work/slow.said" 2>&1) &
	slow=$!
	exec 7>"$work/slow"
	does "a slow source: another command is done" timeout 20 nsenter \
		--net="/run/netns/ecdn-$id-edge" "$build/ecdn-xdp" block --pin-dir "$pin" ALPHA
	does "a slow source: it is still read" kill -0 "$slow"
	cat "$regions" >&7
	exec 7>&-
	wait "$slow" || status=$?
	is "a slow source: it is loaded then" 0 "$status"
	has "a slow source: nothing is new" 'the same as before' "$(<"$work/slow.said")"
	ecdn release ALPHA
	rm "$work/slow"
}

# Of two commands that read at a time, the one whose base is gone is refused.
test_two_slow() {
	local slow status=0 generation

	mkfifo "$work/slow"
	(exec nsenter --net="/run/netns/ecdn-$id-edge" "$build/ecdn-xdp" region load \
		--pin-dir "$pin" "$work/slow" >"$work/slow.said" 2>&1) &
	slow=$!
	# It is open once somebody reads, and then the table in use has been seen.
	exec 7>"$work/slow"
	ecdn region load "$regions"
	generation=$(stats_all .generation)
	cat "$regions" >&7
	exec 7>&-
	wait "$slow" || status=$?
	is "two slow sources: the later one is refused" 1 "$status"
	has "two slow sources: it says why" 'another command has loaded a region table while' \
		"$(<"$work/slow.said")"
	is "two slow sources: the table of the other stays" "$generation" "$(stats_all .generation)"
	rm "$work/slow"
}

test_gzip() {
	gzip -c "$regions" >"$work/regions.gz"
	has "gzip: it is what it holds" 'the same as before' "$(ecdn region load "$work/regions.gz")"
	has "gzip by a pipe" 'the same as before' "$(ecdn region load <(cat "$work/regions.gz"))"
	gzip -c "$regions" | head -c -3 >"$work/cut.gz"
	fails "gzip that is cut off" 1 "cannot read $work/cut.gz: its gzip data is cut off" \
		ecdn region load "$work/cut.gz"
	head -c 100M /dev/zero | gzip -9 >"$work/bomb.gz"
	fails "gzip that would fill memory" 1 'unpacks to more than a list can be' \
		ecdn region load "$work/bomb.gz"
	printf '192.0.2.200 ams-1\n' | gzip >"$work/nodes.gz"
	does "gzip: a list of nodes" ecdn node load "$work/nodes.gz"
	is "gzip: they are there" '192.0.2.200/32 ams-1' "$(ecdn node list --format plain)"
	ecdn node del 192.0.2.200
	printf '198.51.100.0/24 ALPHANUM\n203.0.113.0/24 ALPHA' >"$work/cut"
	fails "a text that ends within a name" 1 "^$work/cut:2: the file ends within the line" \
		ecdn region load "$work/cut"
}

# A file that is written in place while it is read is loaded whole, or refused: no signal, no half.
test_written() {
	local round status killed=0 half=0 generation

	many_regions 20000 >"$work/large"
	cat "$regions" "$work/large" >"$work/both"
	ecdn region load "$work/both"
	for round in {1..20}; do
		cp "$work/both" "$work/written"
		status=0
		(exec nsenter --net="/run/netns/ecdn-$id-edge" "$build/ecdn-xdp" region load \
			--pin-dir "$pin" --shrink "$work/written" >/dev/null 2>&1) &
		generation=$!
		sleep "0.00$((round % 10))"
		head -n 5 "$work/both" >"$work/written"
		wait "$generation" || status=$?
		((status < 128)) || killed=$((killed + 1))
		((status < 2)) || half=$((half + 1))
	done
	is "written while it is read: no command is killed" 0 "$killed"
	is "written while it is read: each is done or refused" 0 "$half"
	ecdn region load --shrink "$regions"
}

# spelling TEXT REGION...: what reads TEXT as an address says the same of it.
spelling() {
	local text=$1 region=$2 status

	is "$text: lookup" "$text $region" "$(ecdn region lookup "$text")"
	has "$text: the library" "^[a-z]+ [0-9]+ $region\$" \
		"$("$build/tests/tools/client" --pin-dir "$pin" <<<"verdict $text" 2>&1)"
	ecdn allow add "$text" >/dev/null
	is "$text: allow" "$3" "$(allowed)"
	ecdn allow del "$text" >/dev/null
	ecdn node add "$text" >/dev/null
	is "$text: node" "$3" "$(ecdn node --json | jq -r '.nodes[].prefix')"
	ecdn node del "$text" >/dev/null
	printf 'allow: ["%s"]\n' "$text" >"$work/spelt.yaml"
	ecdn load --config "$work/spelt.yaml" e0
	is "$text: the configuration" "$3" "$(allowed)"
	ecdn allow del "$text" >/dev/null
	for status in "$text OWN" "$text,$text,OWN"; do
		echo "$status" >"$work/own"
		ecdn region load "$regions" "$work/own" >/dev/null
		is "$text: a region file: $status" OWN \
			"$(ecdn region lookup --json "$3" "${3%/*}" 2>/dev/null |
				jq -r '.lookups[-1].region')"
	done
	ecdn region load "$regions" >/dev/null
}

test_spellings() {
	spelling 198.51.100.7 ALPHA 198.51.100.7/32
	spelling ::ffff:198.51.100.7 ALPHA 198.51.100.7/32
	spelling ::FFFF:c633:6407 ALPHA 198.51.100.7/32
	spelling 2001:DB8:A::0007 ALPHA 2001:db8:a::7/128
	for text in 198.51.100.07 2001:db8:a::7%e0 198.51.100.256; do
		fails "$text: lookup refuses it" 2 'not an IP address' ecdn region lookup "$text"
		fails "$text: allow refuses it" 2 'not an address' ecdn allow add "$text"
		fails "$text: node refuses it" 2 'not an address' ecdn node add "$text"
		echo "$text OWN" >"$work/own"
		fails "$text: a region file is refused" 1 "^$work/own:1: " ecdn region load "$work/own"
		echo "$text" >"$work/own"
		fails "$text: a node file is refused" 1 "^$work/own:1: " ecdn node load "$work/own"
		printf 'allow: ["%s"]\n' "$text" >"$work/own.yaml"
		fails "$text: a configuration is refused" 1 "^$work/own.yaml:1: " \
			ecdn load --config "$work/own.yaml" e0
	done
	# What the kernel makes of it is seen by what it drops.
	ecdn block ALPHA
	ecdn allow add ::ffff:198.51.100.0/120
	fate "::ffff:198.51.100.0/120: packets pass" pass --from 198.51.100.0/24
	ecdn allow del 198.51.100.0/24
	fate "198.51.100.0/24 is the same, and gone" drop --from 198.51.100.0/24
	ecdn release ALPHA
}

test_told() {
	is "allow add: what is new" 'added 2 prefixes' "$(ecdn allow add 10.0.0.0/8 10.0.0.1)"
	is "allow add: what was there" 'added 1 prefix, 2 were there' \
		"$(ecdn allow add 10.0.0.0/8 10.0.0.1 10.0.0.2)"
	is "allow add -q" '' "$(ecdn allow add -q 10.0.0.3)"
	is "allow del" 'removed 4 prefixes' \
		"$(ecdn allow del 10.0.0.0/8 10.0.0.1 10.0.0.2 10.0.0.3)"
	is "node add" 'added 1 prefix' "$(ecdn node add 10.0.0.1 --name a)"
	is "node add: another name" 'added 0 prefixes, 1 was there' \
		"$(ecdn node add 10.0.0.1 --name b)"
	is "node del" 'removed 1 prefix' "$(ecdn node del 10.0.0.1)"
	for wide in 0.0.0.0/0 10.0.0.0/7 ::/0 2000::/15 ::ffff:0:0/96; do
		has "allow add $wide: warns" 'warning: .* is allowed as a whole' \
			"$(ecdn allow add "$wide" 2>&1)"
		lacks "allow add $wide: again" 'warning' "$(ecdn allow add "$wide" 2>&1)"
		ecdn allow del "$wide" >/dev/null
	done
	has "node add ::/0: warns" 'warning: ::/0 is a node as a whole' "$(ecdn node add ::/0 2>&1)"
	ecdn node del ::/0
	for narrow in 10.0.0.0/8 2001::/16; do
		is "allow add $narrow: no warning" 'added 1 prefix' "$(ecdn allow add "$narrow" 2>&1)"
		ecdn allow del "$narrow" >/dev/null
	done
	printf 'allow: ["::/0"]\n' >"$work/wide.yaml"
	has "a configuration that allows all: warns" 'warning: ::/0 is allowed as a whole' \
		"$(ecdn load --config "$work/wide.yaml" e0 2>&1)"
	ecdn allow del ::/0
}

client_and_edge
ecdn load --regions "$regions" e0
test_slow
test_two_slow
test_gzip
test_written
test_spellings
test_told
ecdn unload --all
finish

#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# What a change of the region table loses is told, and checked; its files are read again; ids of
# regions that are no more go to others, with nothing left of what was before.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"

generation() {
	stats_all .generation
}

# fate_of NAME REGION WANTED: of 100 packets of 198.51.100.0/24, so many are dropped in a region.
fate_of() {
	local before

	before=$(stats "$2" .dropped_packets)
	flood --from 198.51.100.0/24 --count 100 >/dev/null
	is "$1" "$3" $(($(stats "$2" .dropped_packets) - before))
}

# Nine of ten /24 of IPv4 stay, or seven; IPv6 stays, or goes.
write_tables() {
	seq 0 9 | sed 's|.*|10.0.&.0/24 R&|' >"$work/ten4"
	echo '2001:db8::/32 SIX' >"$work/six"
	cat "$work/ten4" "$work/six" >"$work/ten"
	head -n 8 "$work/ten4" | cat - "$work/six" >"$work/eight"
	head -n 7 "$work/ten4" | cat - "$work/six" >"$work/seven"
	# The same addresses, cut in another way.
	for i in {0..9}; do
		printf '10.0.%d.0/25 R%d\n10.0.%d.128/25 R%d\n' "$i" "$i" "$i" "$i"
	done | cat - "$work/six" >"$work/cut"
	cp "$work/ten" "$work/file"
}

test_told() {
	local before

	is "the first table" $'e0: has the guard\nregion table: generation 1, 10 IPv4 and 1 IPv6 ranges; there were none before to compare with' \
		"$(ecdn load --regions "$work/ten" e0)"
	is "the same once more" 'region table: generation 2, 10 IPv4 and 1 IPv6 ranges; the same as before' \
		"$(ecdn region load "$work/ten")"
	is "-q tells nothing" '' "$(ecdn region load -q "$work/ten")"
	is "cut in another way it is the same" 'region table: generation 4, 10 IPv4 and 1 IPv6 ranges; the same as before' \
		"$(ecdn region load "$work/cut")"
	is "a fifth may go" 'region table: generation 5, IPv4 10 -> 8 ranges, IPv6 1 -> 1 ranges; without ranges now: R8, R9' \
		"$(ecdn region load "$work/eight")"
	ecdn region load "$work/ten"
	before=$(generation; ecdn region)
	fails "more than a fifth: refused" 1 'has 1792 IPv4 addresses, the one in use 2560 .*--shrink' \
		ecdn region load "$work/seven"
	fails "a whole family: refused" 1 'has 0 IPv6 /64s, the one in use 4294967296 .*--shrink' \
		ecdn region load "$work/ten4"
	fails "load: refused as well" 1 'has 1792 IPv4 addresses.*--shrink' \
		ecdn load --regions "$work/seven" e0
	printf 'regions: [seven]\n' >"$work/seven.yaml"
	fails "load --config: refused as well" 1 'has 1792 IPv4 addresses.*--shrink' \
		ecdn load --config "$work/seven.yaml" e0
	is "refused: nothing is changed" "$before" "$(generation; ecdn region)"
	has "--shrink" 'IPv4 10 -> 7 ranges, .*without ranges now: R7, R8, R9$' \
		"$(ecdn region load --shrink "$work/seven")"
	has "load --config --shrink" 'generation 8, 7 IPv4 .*the same' \
		"$(ecdn load --config "$work/seven.yaml" --shrink e0)"
}

test_check() {
	local before

	ecdn region load "$work/ten"
	before=$(generation; ecdn region; ecdn region reload --check)
	has "--check: what it would be" 'would be generation 10, IPv4 10 -> 8 ranges.*R8, R9' \
		"$(ecdn region load --check "$work/eight")"
	fails "--check: that it would be refused" 3 '--shrink' ecdn region load --check "$work/seven"
	fails "--check: what it would be then" 3 'IPv4 10 -> 7 ranges' \
		ecdn region load --check "$work/seven"
	does "--check --shrink" ecdn region load --check --shrink "$work/seven"
	printf '10.0.0.0/33 A\n' >"$work/bad"
	fails "--check: a bad file" 1 "^$work/bad:1: " ecdn region load --check "$work/bad"
	is "--check changes nothing" "$before" "$(generation; ecdn region; ecdn region reload --check)"
	has "--check where nothing is loaded" 'would be generation 1, 10 IPv4' \
		"$("$build/ecdn-xdp" region load --check --pin-dir "$pin-none" "$work/ten")"
	fails "--check goes with load" 2 'go with .region load' ecdn region --check
}

test_reload() {
	(cd "$work" && ecdn region load file)
	has "reload: the same files" 'the same as before' "$(ecdn region reload)"
	cp "$work/eight" "$work/file"
	has "reload: what they hold now" 'IPv4 10 -> 8 ranges' "$(ecdn region reload)"
	cp "$work/six" "$work/file"
	fails "reload --check" 3 'IPv4 8 -> 0' ecdn region reload --check
	fails "reload: it shrinks" 1 '--shrink' ecdn region reload
	has "reload --shrink" 'IPv4 8 -> 0' "$(ecdn region reload --shrink)"
	rm "$work/file"
	fails "reload: a file that is gone" 1 "cannot read $work/file again" ecdn region reload
	ecdn region load <(cat "$work/ten")
	fails "reload: a pipe" 1 'was a pipe' ecdn region reload
	ecdn load --regions "$work/ten" e0
	ecdn load e0
	has "reload: after an upgrade in place" 'the same as before' "$(ecdn region reload)"
	ln -sfn ten "$work/latest"
	ecdn region load "$work/latest"
	ln -sfn eight "$work/latest"
	has "reload: a link is followed anew" 'IPv4 10 -> 8' "$(ecdn region reload)"
	rm "$pin/region_sources"
	fails "reload: of what an earlier version has loaded" 1 'is not known' ecdn region reload
	does "region load makes it known" ecdn region load "$work/ten"
	does "reload: known again" ecdn region reload
	fails "reload takes no files" 2 'usage' ecdn region reload "$work/ten"
}

# Regions without ranges are marked, and a change to one warns.
test_empty() {
	ecdn region load "$work/eight"
	is "listing: no ranges" 'R9 none' "$(ecdn region | awk '$1 == "R9" { print $1, $4 }')"
	is "listing --json: no ranges" '0 1' "$(ecdn region --json |
		jq -r '[.regions[] | select(.region == "R9" or .region == "R0") | .ranges] |
			sort | join(" ")')"
	has "block: warns" 'warning: region "R9" has no ranges' "$(ecdn block R9 2>&1)"
	has "limit: warns" 'warning: region "R9" has no ranges' "$(ecdn limit set R9 --pps 5 2>&1)"
	lacks "block: of one with ranges" warning "$(ecdn block R0 2>&1)"
	ecdn release R0
	ecdn release R9
	ecdn limit clear R9
	fails "an unknown region on the command line is an error" 2 'not in the table' \
		ecdn block NOWHERE
}

# A name that only the configuration has gets an id, so that the next boot loads it as well.
test_configured() {
	printf 'limits: {LATER: {pps: 777}}\nblock: [R0, SOON]\n' >"$work/names.yaml"
	has "configuration: a region that no table has: warns" 'warning: region "LATER" has no ranges' \
		"$(ecdn load --config "$work/names.yaml" e0 2>&1)"
	is "configuration: its limit is kept" 777 \
		"$(ecdn limit --json | jq '.regions[] | select(.region == "LATER").limits.pps')"
	echo '198.51.100.0/24 SOON' >"$work/soon"
	ecdn region load "$work/eight" "$work/soon"
	fate_of "configuration: the block holds once a table has it" SOON 100
	ecdn release SOON
	ecdn release R0
	ecdn limit clear LATER
	ecdn unload --all
	has "configuration: the first load of all takes it" 'warning: region "LATER" has no ranges' \
		"$(ecdn load --config "$work/names.yaml" --regions "$work/ten" e0 2>&1)"
	is "configuration: it is blocked" blocked "$(state SOON)"
	ecdn unload --all
}

# What a proxy counts for an id, and what packets count, goes to "--" when the id is given back.
test_forget() {
	local number before

	ecdn load --regions "$regions" e0
	flood --from 198.51.100.0/24 --count 150 >/dev/null
	number=$(ecdn region --json | jq '.regions[] | select(.region == "ALPHA").id')
	before=$(stats_all '.regions[] | select(.region == "--").packets')
	"$build/tests/tools/client" --pin-dir "$pin" <<<"count $number 513" >/dev/null 2>&1
	is "forget: what was counted" '150 1 1' "$(stats ALPHA '"\(.packets) \(.requests) \(.refused)"')"
	fails "forget: not while the table has it" 1 'has ranges in the table' ecdn region forget ALPHA
	fails "forget: not what is no region" 2 'not in the table' ecdn region forget NOWHERE
	grep -v ALPHA "$regions" >"$work/without"
	ecdn region load "$work/without"
	ecdn limit set ALPHA --pps 10
	fails "forget: not while it has limits" 1 'of its own' ecdn region forget ALPHA
	ecdn limit clear ALPHA
	has "forget" '^ALPHA: forgotten' "$(ecdn region forget ALPHA)"
	fails "forget: it is gone" 2 'not in the table' ecdn stats ALPHA
	is "forget: its counts are those of --" "$((before + 150)) 1 1" "$(stats_all \
		'.regions[] | select(.region == "--") | "\(.packets) \(.requests) \(.refused)"')"
	lacks "forget: the iterator does not list it" ALPHA "$(cat "$pin/regions")"
	has "forget: others are listed" GAMMA "$(cat "$pin/regions")"
	is "forget: no prefix of it is left" '' "$(ecdn prefix --json |
		jq -r '.prefixes[] | select(.prefix | startswith("198.51.100")).prefix')"
	# Another name gets the id, and has nothing of what was before.
	sed 's/ALPHA/OMEGA/' "$regions" >"$work/omega"
	ecdn region load "$work/omega"
	is "forget: the id is another's" "$number" \
		"$(ecdn region --json | jq '.regions[] | select(.region == "OMEGA").id')"
	is "forget: which starts from nothing" '0 0 normal' \
		"$(stats OMEGA '"\(.packets) \(.requests) \(.state)"')"
	flood --from 198.51.100.0/24 --count 50 >/dev/null
	is "forget: and counts for itself" 50 "$(stats OMEGA .packets)"
	has "forget: proxies know it" '^pass [0-9]+ OMEGA$' \
		"$("$build/tests/tools/client" --pin-dir "$pin" <<<"verdict 198.51.100.7" 2>&1)"
	ecdn unload --all
}

# The region behind an id that was given back has its own limits, state and rates in every reader.
test_forget_between() {
	local said

	ecdn load --shield off --regions "$regions" e0
	ecdn region load "$work/without"
	ecdn region forget ALPHA
	is "between: there is a gap" 'true' "$(ecdn region --json | jq '.regions | last.id >= length')"
	ecdn block BETA --reason gap
	is "between: explain" 'BETA blocked blocked gap' "$(ecdn explain 203.0.113.7 --json |
		jq -r '.parts[0] | "\(.region) \(.state) \(.library) \(.set.reason)"')"
	is "between: explain of the one before" 'WIDE normal pass' "$(ecdn explain 198.18.0.7 --json |
		jq -r '.parts[0] | "\(.region) \(.state) \(.library)"')"
	flood_start "$work/beta" --from 203.0.113.0/24 --rate 2k
	said=$(ecdn prefix --interval 500ms --json)
	flood_stop "between"
	has "between: prefix" '^BETA true$' "$(jq -r '.prefixes[] |
		select(.prefix == "203.0.113.0/24") | "\(.region) \(.dropped_pps > 500)"' <<<"$said")"
	ecdn release BETA
	ecdn limit set BETA --pps 1M
	lacks "between: check of what is there" 'no addresses in the table' "$(ecdn check 2>&1 || true)"
	grep -v BETA "$work/without" >"$work/fewer"
	ecdn region load --shrink "$work/fewer"
	has "between: check" 'no addresses in the table: BETA:' "$(ecdn check 2>&1 || true)"
	ecdn unload --all
}

# A surge of the region before is not one of the region after.
test_forget_limited() {
	ecdn load --shield off --regions "$regions" e0
	ecdn limit set ALPHA --pps 100 --hold 1h --grace 0s
	flood --from 198.51.100.0/24 --rate 20k --seconds 500ms >/dev/null
	is "forget: a region in a surge" limited "$(state ALPHA)"
	ecdn region load "$work/without"
	ecdn limit clear ALPHA
	ecdn region forget ALPHA
	ecdn region load "$work/omega"
	is "forget: its surge ends with it" normal "$(state OMEGA)"
	fate_of "forget: nothing of the other is dropped" OMEGA 0
	ecdn unload --all
}

# A proxy that is open all the time never takes an id for the region that had it before.
test_open_proxy() {
	local proxy

	ecdn load --shield off --regions "$regions" e0
	mkfifo "$work/ask"
	"$build/tests/tools/client" --pin-dir "$pin" <"$work/ask" >"$work/told" 2>&1 &
	proxy=$!
	exec 7>"$work/ask"
	echo "verdict 198.51.100.7" >&7
	does "an open proxy: it answers" wait_for 5 grep -q '^pass .* ALPHA$' "$work/told"
	# While it asks nothing, the id changes hands; it has the oldest table all the time.
	ecdn region load "$work/without"
	ecdn region forget ALPHA
	sed 's/BETA/THIRD/; s/^203.0.113.0/203.0.112.0/' "$work/without" >"$work/third"
	ecdn region load --shrink "$work/third"
	ecdn block THIRD
	echo "verdict 198.51.100.7" >&7
	does "an open proxy: the address is in no region now" \
		wait_for 5 grep -q '^pass 0 --$' "$work/told"
	echo "verdict 203.0.112.7" >&7
	does "an open proxy: the id is the other region's" \
		wait_for 5 grep -q '^blocked .* THIRD$' "$work/told"
	exec 7>&-
	wait "$proxy"
	ecdn unload --all
}

# Ids run out: those that nobody has use for make room, and no others.
test_full() {
	seq 0 6 | sed 's|.*|10.0.&.0/24 R&|' >"$work/full"
	seq 10 16 | sed 's|.*|10.0.&.0/24 R&|' >"$work/others"
	has "80 % of the ids: a warning" 'warning: 8 of 9 ids' \
		"$(ecdn load --max-regions 9 --regions "$work/full" e0 2>&1)"
	fails "no room while the table has them" 1 '7 regions are new, and of 9 ids 1 are free.*--keep-largest' \
		ecdn region load "$work/others"
	flood --from 10.0.0.0/24 --count 30 >/dev/null
	ecdn limit set R1 --pps 100
	# The table that follows has R5 and R6 alone: R0 has counted, R1 has a limit.
	ecdn region load --shrink <(tail -n 2 "$work/full")
	fails "what has counted and what has limits stays" 1 'are new' \
		ecdn region load --shrink "$work/others"
	head -n 3 "$work/others" | cat - <(tail -n 2 "$work/full") >"$work/five"
	does "what nobody has use for makes room" ecdn region load "$work/five"
	is "and what has counted is there" 30 "$(stats R0 .packets)"
	is "and what has a limit" 100 \
		"$(ecdn limit --json | jq '.regions[] | select(.region == "R1").limits.pps')"
	is "and what is new" 'R10 R11 R12' "$(ecdn region --json |
		jq -r '[.regions[].region | select(test("^R1[0-9]"))] | sort | join(" ")')"
	ecdn unload --all
}

# More regions than ids: the largest keep their names.
test_largest() {
	awk 'BEGIN { for (i = 0; i < 20000; i++)
		printf "10.%d.%d.0/25 AS%d\n", i / 256, i % 256, i
		print "11.0.0.0/8 AS64500"; print "2001:db8::/32 AS64501" }' >"$work/asn"
	fails "an ASN database: refused by the ways out" 1 \
		'20002 regions are new, and of 4096 .*--keep-largest N.*--keep NAME.*--max-regions' \
		ecdn load --regions "$work/asn" e0
	has "--keep-largest" 'IPv4 and 1 IPv6 ranges' "$(ecdn load --keep-largest 3 \
		--keep AS17 --rest REST --regions "$work/asn" e0)"
	is "--keep-largest: who keeps its name" 'AS64500 AS64501 AS17 REST' "$(ecdn region lookup \
		11.0.0.1 2001:db8::1 10.0.17.1 10.0.99.1 | awk '{ print $2 }' | xargs)"
	has "reload: with the same choice" 'the same as before' "$(ecdn region reload)"
	fails "--keep-largest 0" 2 'at least 1' ecdn region load --keep-largest 0 "$work/asn"
	fails "--rest alone" 2 'goes with' ecdn region load --rest X "$work/asn"
	fails "--keep: no name" 2 'not the name' ecdn region load --keep "a b" "$work/asn"
	printf 'regions: [asn]\nkeep_largest: 1\nkeep: [AS17, AS18]\nrest: OTHERS\n' >"$work/asn.yaml"
	ecdn load --config "$work/asn.yaml" e0
	is "configuration: keep_largest, keep, rest" 'AS64500 OTHERS AS17 AS18 OTHERS' "$(ecdn region \
		lookup 11.0.0.1 2001:db8::1 10.0.17.1 10.0.18.1 10.0.99.1 | awk '{ print $2 }' | xargs)"
	ecdn unload --all
}

client_and_edge
write_tables
test_told
test_check
test_reload
test_empty
test_configured
test_forget
test_forget_between
test_forget_limited
test_open_proxy
test_full
test_largest
finish

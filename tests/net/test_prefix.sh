#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Heavy prefixes hidden in a crowd of sources that come once: real frames, three
# floods at the same time.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"

HEAVY4=64
HEAVY6=36
PACKETS=10000
LISTED=99                       # of 100, as the unit test's 990 of 1,000
CROWD=500000

# 16.0.0.0/5 has 524,288 /24 prefixes: none comes twice.
send_all() {
	local i six=()

	for ((i = 0; i < HEAVY6; i++)); do
		six+=(--from "$(printf '2001:db8:10%02x::/48' $i)")
	done
	flood --from 16.0.0.0/5 --sequential --step 256 --count $CROWD --rate 100k >"$work/crowd" &
	via=c1 flood --from 198.18.0.0/18 --sequential --step 256 --size 100 \
		--count $((HEAVY4 * PACKETS)) --rate 120k >"$work/four" &
	via=c2 flood --to $edge_ip6 "${six[@]}" --size 120 --count $((HEAVY6 * PACKETS)) --rate 70k \
		>"$work/six" &
	wait
}

# Of the prefixes in a document: how many are of WIDE, with so many packets at
# least and at most.
with_packets() {
	jq "[.prefixes[] | select(.region == \"WIDE\" and .packets >= $1 and .packets <= $2)] |
		length"
}

test_crowd() {
	local heaviest sent

	send_all
	sent=$(cat "$work"/{crowd,four,six} | sed -nE 's/^sent=([0-9]+).*/\1/p' | paste -sd+)
	is "all were sent" $((CROWD + (HEAVY4 + HEAVY6) * PACKETS)) $((sent))
	is "all were counted" $((sent)) "$(stats_all '[.regions[].packets] | add')"
	heaviest=$(ecdn prefix --json --top 100)
	between "heavy prefixes that are listed, with 2 % of their packets at most missing" \
		$LISTED 100 "$(with_packets $((PACKETS * 98 / 100)) $PACKETS <<<"$heaviest")"
	is "none has more packets than came" 0 "$(with_packets $((PACKETS + 1)) 1000000000 <<<"$heaviest")"
	is "the heaviest come first" true \
		"$(jq '[.prefixes[].packets] | . == (sort | reverse)' <<<"$heaviest")"
	is "bytes are packets times their size" true "$(jq '[.prefixes[] | select(.region == "WIDE")
		| .bytes == .packets * (if .prefix | test(":") then 120 else 100 end)] | all' <<<"$heaviest")"
	is "prefixes are /24 and /48" "/24 /48" "$(jq -r '[.prefixes[] | select(.region == "WIDE") |
		.prefix | sub(".*/"; "/")] | unique | join(" ")' <<<"$heaviest")"
}

test_json() {
	local now seen

	is "prefix --json: keys" "bps bytes dropped_pps last_seen over packets pps prefix region sampled" \
		"$(ecdn prefix --json | jq -r '.prefixes[0] | keys | join(" ")')"
	is "prefix: 20 of them" 20 "$(ecdn prefix --json | jq '.prefixes | length')"
	is "prefix --top" 3 "$(ecdn prefix --json --top 3 | jq '.prefixes | length')"
	flood --from 203.0.113.0/24 --count $PACKETS --rate 50k >/dev/null
	now=$(date +%s)
	is "prefix REGION: only its own" 203.0.113.0/24 \
		"$(ecdn prefix BETA --json | jq -r '.prefixes[].prefix')"
	between "prefix REGION: with its packets" $((PACKETS * 98 / 100)) $PACKETS \
		"$(ecdn prefix BETA --json | jq '.prefixes[0].packets')"
	seen=$(ecdn prefix BETA --json | jq -r '.prefixes[0].last_seen | fromdate')
	between "last_seen is now, not before" $((now - 5)) $((now + 1)) "$seen"
	is "prefix: what one packet in eight was counted of is marked, and nothing else" false \
		"$(ecdn prefix BETA --json | jq '.prefixes[0].sampled')"
	has "prefix: text" '^203\.0\.113\.0/24 +BETA +[0-9]+ +[0-9]+ .*ago$' \
		"$(ecdn prefix --total BETA)"
	fails "prefix: unknown region" 2 NOWHERE ecdn prefix NOWHERE
}

# Of a surge that nothing proves, wider prefixes are listed beside those in them.
test_wider() {
	local rows

	ecdn limit set WIDE --pps 100 --grace 0s --prefix-pps 100k --aggregate-pps 2k,3k
	flood --to $edge_ip6 --from 2001:db8:1000::/44 --rate 20k --seconds 1s >/dev/null
	flood --from 198.18.0.0/20 --rate 20k --seconds 1s >/dev/null
	rows=$(ecdn prefix WIDE --json --top 0 | jq -c '[.prefixes[] | [.prefix, .packets]]')
	between "wider: /40" 10000 20000 \
		"$(jq 'map(select(.[0] == "2001:db8:1000::/40"))[0][1]' <<<"$rows")"
	between "wider: /32, of which the /40 has let pass less" 1000 10000 \
		"$(jq 'map(select(.[0] == "2001:db8::/32"))[0][1]' <<<"$rows")"
	between "wider: /20" 10000 20000 \
		"$(jq 'map(select(.[0] == "198.18.0.0/20"))[0][1]' <<<"$rows")"
	between "wider: narrow ones are listed too" 16 1000 \
		"$(jq 'map(select(.[0] | test("^2001:db8:100.::/48$"))) | length' <<<"$rows")"
	is "wider: the heaviest come first" true \
		"$(jq 'map(.[1]) | . == (sort | reverse)' <<<"$rows")"
	is "wider: no prefix is listed twice" true \
		"$(jq 'map(.[0]) | length == (unique | length)' <<<"$rows")"
	between "wider: what was dropped" 10000 40000 \
		"$(stats WIDE .dropped.prefix_pps.packets)"
	has "wider: text" '^2001:db8:1000::/40 +WIDE +[0-9]+ ' "$(ecdn prefix --total WIDE)"
}

# put_key CPU SET WAY KEY PACKETS: a row as the guard makes it.
put_key() {
	local index=$(($1 * 4096 + $2)) value

	# shellcheck disable=SC2046
	value=$(bpftool -j map lookup pinned "$pin/prefixes" key $(bytes_of $index 4) |
		jq -r --argjson way "$3" --arg key "$(bytes_of "$4" 8)" \
			--arg packets "$(bytes_of "$5" 8)" '.value as $v |
			($key | split(" ")) as $key | ($packets | split(" ")) as $packets |
			[range($v | length)] | map(
				if . >= $way * 8 and . < $way * 8 + 8 then $key[. - $way * 8]
				elif . >= 64 + $way * 32 and . < 72 + $way * 32 then
					$packets[. - 64 - $way * 32]
				else $v[.] end) | join(" ")')
	# shellcheck disable=SC2046,SC2086
	bpftool map update pinned "$pin/prefixes" key $(bytes_of $index 4) value $value
}

# bytes_of NUMBER COUNT: little-endian.
bytes_of() {
	local i

	for ((i = 0; i < $2; i++)); do
		printf '0x%02x ' $(($1 >> 8 * i & 255))
	done | sed 's/ $//'
}

# What sockets have sent is a row of the map of its own, and one with the prefix's for readers.
test_proven() {
	local region

	region=$(ecdn region lookup --json -v 203.0.113.9 | jq '.lookups[0].id')
	put_key 0 1 0 $((0xcb0072 << 16 | 1 << 14 | region)) 300000
	put_key 0 2 1 $((4 << 56 | 0xcb0072 << 16 | 3 << 14 | region)) 400000
	put_key 0 3 2 $((0x20010db8000b << 16 | 2 << 14 | region)) 1000000
	put_key 0 4 3 $((0x20010db8000b << 16 | region)) 1
	put_key 0 5 0 $((9 << 56 | 0xcb0072 << 16 | 3 << 14 | region)) 5000000
	is "proven: both are one row; unknown kinds are none" \
		"2001:db8:b::/48 1000001 203.0.114.0/24 700000" "$(ecdn prefix BETA --json --top 2 |
			jq -r '[.prefixes[] | .prefix, (.packets | tostring)] | join(" ")')"
}

client_and_edge
wire client c1 edge e1
wire client c2 edge e2
sink_regions e0 e1 e2
echo '16.0.0.0/5 MANY' >>"$regions"
ecdn load --regions "$regions" e0 e1 e2
test_crowd
test_json
test_wider
test_proven
finish

#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# What passes of a surge: prefix_pps and answer_cps, to within 5 % at the
# receiver, of both families; and what the other regions notice of it: nothing.
# All packets are forged: the shield is off, so that they make a region limited.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"

LIMIT=2000

# In milliseconds.
ms() {
	awk -v s="$1" 'BEGIN { printf "%d\n", s * 1000 }'
}

declare -A before dropped cable=([ALPHA]=c0 [BETA]=c1 [WIDE]=c0)

# begin NAME REGION RATE OPTION...: declares a surge of REGION with a first
# flood; a second one, in the background, meets it.
begin() {
	local name=$1 region=$2 rate=$3 via=${cable[$2]}

	shift 3
	flood "$@" --rate "$rate" --seconds 300ms >/dev/null
	is "$name: is limited" limited "$(state "$region")"
	before[$region]=$(sunk "${region,,}")
	dropped[$region]=$(stats "$region" .dropped_packets)
	flood "$@" --rate "$rate" --seconds 3s >"$work/$region" &
}

# held NAME REGION LIMIT: of that second flood, the limit passed and the rest was
# counted as dropped. While flood did not run, nothing could pass.
held() {
	local name=$1 region=$2 limit=$3 said passed_now dropped_now ran stalled

	wait
	said=$(<"$work/$region")
	passed_now=$(($(sunk "${region,,}") - before[$region]))
	dropped_now=$(($(stats "$region" .dropped_packets) - dropped[$region]))
	ran=$(ms "$(got seconds "$said")")
	stalled=$(ms "$(got stalled "$said")")
	between "$name: passes within 5 %" $((limit * (ran - stalled) * 95 / 100000)) \
		$((limit * ran * 105 / 100000)) "$passed_now"
	is "$name: the rest is counted as dropped" $(($(got sent "$said") - passed_now)) \
		"$dropped_now"
}

# Packets of a prefix in one region, connections in another, at the same time.
test_rates() {
	local times=$1 rate=$((LIMIT * $1))

	begin "prefix_pps, $times times, IPv4" ALPHA $rate --from 198.51.100.0/24
	begin "answer_cps, $times times, QUIC over IPv6" BETA $rate --to $edge_ip6 \
		--from 2001:db8:b::/48 --type quic
	held "prefix_pps, $times times, IPv4" ALPHA $LIMIT
	held "answer_cps, $times times, QUIC over IPv6" BETA $LIMIT

	begin "prefix_pps, $times times, IPv6" ALPHA $rate --to $edge_ip6 --from 2001:db8:a::/48
	begin "answer_cps, $times times, TCP" BETA $rate --from 203.0.113.0/24 --type syn
	held "prefix_pps, $times times, IPv6" ALPHA $LIMIT
	held "answer_cps, $times times, TCP" BETA $LIMIT
}

# Each prefix has the limit to itself.
test_several_prefixes() {
	ecdn limit set WIDE --pps 1k --prefix-pps 500 --aggregate-pps 0 --answer-cps 0 --hold 1m
	begin "prefix_pps of 8 prefixes" WIDE 40k --from 198.18.0.0/21
	held "prefix_pps of 8 prefixes" WIDE $((500 * 8))
	begin "prefix_pps of 16 IPv6 prefixes" WIDE 40k --to $edge_ip6 --from 2001:db8:1000::/44
	held "prefix_pps of 16 IPv6 prefixes" WIDE $((500 * 16))
}

# While ALPHA floods, all of BETA arrives.
test_others() {
	local before_beta before_alpha said

	ecdn limit clear BETA
	ecdn release BETA
	before_beta=$(sunk beta)
	before_alpha=$(sunk alpha)
	flood --from 198.51.100.0/24 --rate 100k --seconds 3s >"$work/flood" &
	said=$(via=c1 flood --from 203.0.113.0/24 --rate 5k --seconds 2s)
	is "beside a flood: no packet of another region is lost" "$(got sent "$said")" \
		$(($(sunk beta) - before_beta))
	is "beside a flood: another region stays normal" normal "$(state BETA)"
	wait
	is "beside a flood: the flood is limited" limited "$(state ALPHA)"
	between "beside a flood: of the flood its prefix_pps passes" $LIMIT $((LIMIT * 4)) \
		$(($(sunk alpha) - before_alpha))
}

client_and_edge
wire client c1 edge e1
sink_regions e0 e1
ecdn load --shield off --regions "$regions" e0 e1
ecdn limit set default --grace 0s
ecdn limit set ALPHA --pps 1k --prefix-pps $LIMIT --answer-cps 0 --hold 1m
ecdn limit set BETA --pps 1k --prefix-pps 0 --answer-cps $LIMIT --hold 1m
test_rates 4
test_rates 20
test_several_prefixes
test_others
finish

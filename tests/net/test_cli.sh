#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Words and exit codes: 0 done, 1 failed, 2 a wrong word. And the configuration
# file, which holds all that flags and verbs can set.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"

VERBS=(load unload status stats top prefix events capture explain check diagnose region limit exempt
	block release off on allow node steer origin agent)

program() {
	on edge "$build/ecdn-xdp" "$@"
}

test_help() {
	local verb said

	for verb in "${VERBS[@]}"; do
		said=$(program "$verb" --help 2>"$work/err")
		has "help: $verb: usage" "^Usage: ecdn-xdp $verb" "$said"
		has "help: $verb: --pin-dir" '--pin-dir DIR' "$said"
		is "help: $verb: nothing on standard error" "" "$(<"$work/err")"
		is "help: $verb: it ends with two examples" "Examples: ecdn-xdp $verb ecdn-xdp $verb" \
			"$(tail -n 3 <<<"$said" | awk '{ print $1, $2 }' | xargs)"
		is "help: $verb: 80 columns hold it" "" "$(awk 'length($0) > 80' <<<"$said")"
		has "help: it lists $verb" "^ +$verb " "$(program --help)"
	done
	for verb in status stats prefix events region limit exempt block allow node; do
		has "help: $verb: --json" '--json' "$(program "$verb" --help)"
	done
	is "help: 80 columns hold the list" "" "$(program --help | awk 'length($0) > 80')"
	has "--version" '^ecdn-xdp [0-9]+\.[0-9]+' "$(program --version)"
}

test_usage() {
	fails "no verb" 2 'Usage' program
	fails "unknown verb" 2 'unknown verb fly' program fly
	fails "unload: what" 2 'all' ecdn unload
	fails "unload: both" 2 'all' ecdn unload --all e0
	fails "limit set: of what" 2 'limit' ecdn limit set
	fails "limit set: what" 2 'at least one' ecdn limit set ALPHA
	fails "limit: not a number" 2 'pps fast' ecdn limit set ALPHA --pps fast
	fails "limit: not a duration" 2 'hold' ecdn limit set ALPHA --hold long
	fails "block: one region" 2 'region' ecdn block ALPHA BETA
	fails "release: one region" 2 'region' ecdn release
	fails "region: unknown word" 2 'lookup' ecdn region find 192.0.2.1
	fails "allow: unknown word" 2 'add' ecdn allow put 192.0.2.1
	fails "prefix: two regions" 2 'one region' ecdn prefix ALPHA BETA
	fails "an option without its value" 2 'pin-dir' program status --pin-dir
	fails "names match exactly" 2 'Alpha' ecdn block Alpha
	fails "too long a name" 2 'NAMEOFALOTOFLETTERS' ecdn block NAMEOFALOTOFLETTERS
}

# limits_of REGION|default: pps, bps, cps, prefix_pps, aggregate_pps, answer_cps, shield_cps, grace
# and hold.
limits_of() {
	ecdn limit --json | jq -r --arg region "$1" \
		'if $region == "default" then .default
		else .regions[] | select(.region == $region) | .limits end |
		"\(.pps) \(.bps) \(.cps) \(.prefix_pps) \(.aggregate_pps | join(",")) \(
		.answer_cps) \(.shield_cps) \(.grace)s \(.hold | floor)s"'
}

test_limits() {
	local rest='1000 4000,16000 6000 200000 1s 90s'

	ecdn limit set default --pps 200k --bps 2G --cps 1.5k --hold 1m30s
	is "limit set default: answer_cps follows cps" "200000 2000000000 1500 $rest" \
		"$(limits_of default)"
	ecdn limit set ALPHA --pps 1M
	is "limit set REGION: the rest is the default's" "1000000 2000000000 1500 $rest" \
		"$(limits_of ALPHA)"
	ecdn limit set default --pps 300k --bps 3G
	is "the default changes what is not set, and that alone" \
		"1000000 3000000000 1500 $rest" "$(limits_of ALPHA)"
	ecdn limit clear ALPHA
	is "limit clear: it is none of the regions with their own" "" "$(limits_of ALPHA)"
	ecdn limit clear default
	is "limit clear default: as at first" "0 0 0 1000 4000,16000 200000 200000 1s 10s" \
		"$(limits_of default)"
	has "limit: text" '^default .* 1.00k +4.00k,16.0k +200k +200k +1s +10s' "$(ecdn limit)"
}

# What nobody sets follows from other limits that are in force.
test_derived() {
	ecdn limit set ALPHA --cps 10 --grace 0s
	is "derived: answer_cps has a least" "0 0 10 1000 4000,16000 100 200000 0s 10s" \
		"$(limits_of ALPHA)"
	ecdn limit set default --cps 30 --prefix-pps 50
	is "derived: from the region's own cps, and the default's prefix_pps" \
		"0 0 10 50 200,800 100 200000 0s 10s" "$(limits_of ALPHA)"
	ecdn limit set ALPHA --prefix-pps 0 --shield-cps 7k
	is "derived: without a prefix_pps, no aggregate_pps" \
		"0 0 10 0 0,0 100 7000 0s 10s" "$(limits_of ALPHA)"
	has "derived: text" '^ALPHA .* 10\* +-\* +-,- +100 +7.00k\* +0s\* +10s +normal' "$(ecdn limit)"
	ecdn limit set default --answer-cps 9 --aggregate-pps 3k
	is "derived: what the default has set is inherited" \
		"0 0 10 0 3000,12000 9 7000 0s 10s" "$(limits_of ALPHA)"
	ecdn limit set ALPHA --aggregate-pps 5,6 --answer-cps 8
	ecdn limit clear default
	is "derived: what the region has set stays" "0 0 10 0 5,6 8 7000 0s 10s" \
		"$(limits_of ALPHA)"
	ecdn limit clear ALPHA
	fails "limit: three aggregates" 2 'aggregate-pps 1,2,3' \
		ecdn limit set ALPHA --aggregate-pps 1,2,3
}

# forget MAP KEY OFFSET: limits at that offset become those of pins of a version without the later
# members, and nobody's answer_cps what it was there.
forget() {
	local value

	value=$(bpftool -j map lookup pinned "$pin/$1" key "$2" 0 0 0 | jq -r --argjson at "$3" '
		(.value) as $v | [range($v | length)] | map(
			if . >= $at + 72 and . < $at + 104 then "0x00"
			elif . >= $at + 32 and . < $at + 40 then
				["0x40", "0x0d", "0x03", "0x00", "0x00", "0x00", "0x00", "0x00"][. - $at - 32]
			else $v[.] end) | join(" ")')
	# shellcheck disable=SC2086
	bpftool map update pinned "$pin/$1" key "$2" 0 0 0 value $value
}

test_upgrade() {
	local region

	ecdn limit set default --cps 500 --hold 20s
	ecdn limit set BETA --pps 1M
	forget config 0 64
	for region in {0..15}; do
		forget region_limits "$region" 0
	done
	is "upgrade: limits as an earlier version leaves them" "0 0 500 1000 0,0 200000 0 0s 20s" \
		"$(limits_of default)"
	does "upgrade: load" ecdn load e0
	is "upgrade: the default has what is new" "0 0 500 1000 4000,16000 2000 200000 1s 20s" \
		"$(limits_of default)"
	is "upgrade: and so have regions" "1000000 0 500 1000 4000,16000 2000 200000 1s 20s" \
		"$(limits_of BETA)"
	ecdn limit set default --grace 0s --shield-cps 0
	does "upgrade: load again" ecdn load e0
	is "upgrade: which changes no limit" "1000000 0 500 1000 4000,16000 2000 0 0s 20s" \
		"$(limits_of BETA)"
	ecdn limit clear BETA
	ecdn limit clear default
}

write_config() {
	cat >"$work/config.yaml" <<-END
		interfaces: [e0]
		mode: native
		pin_dir: $pin
		max_regions: 100
		regions: [regions]          # relative to this file
		protect: [443, 8443/tcp]
		monitor: true
		limits:
		  default: {pps: 200k, bps: 2G, cps: 5k, prefix_pps: 2k, aggregate_pps: [9k, 10k],
		            answer_cps: 3k, shield_cps: 4k, grace: 500ms, hold: 20s}
		  ALPHA: {pps: 50k, aggregate_pps: 7k}
		exempt: {BETA: 2h, GAMMA: forever}
		block: [WIDE]
		allow: [192.0.2.0/24, "2001:db8::/32"]
		nodes: nodes
	END
	printf '198.51.100.9 ams-1\n203.0.113.0/24\n' >"$work/nodes"
}

test_config() {
	does "a configuration with everything" program load --config "$work/config.yaml"
	is "configuration: interface, mode, ports, room" "e0 native monitor 443,8443/tcp 100" \
		"$(ecdn status --json | jq -r '"\(.interfaces[0] | .interface + " " + .state) \(.mode) \(.protect) \(.max_regions)"')"
	is "configuration: default limits" \
		'200000 2000000000 5000 2000 9000,10000 3000 4000 0.5s 20s' \
		"$(limits_of default)"
	is "configuration: a region's limits" \
		'50000 2000000000 5000 2000 7000,28000 3000 4000 0.5s 20s' \
		"$(limits_of ALPHA)"
	is "configuration: states" "exempt exempt blocked" \
		"$(state BETA) $(state GAMMA) $(state WIDE)"
	is "configuration: one exemption ends" "string null" "$(ecdn limit --json | jq -r '[.regions[] |
		select(.state == "exempt")] | sort_by(.region) | map(.exempt_until | type) | join(" ")')"
	is "configuration: allowed" $'192.0.2.0/24\n2001:db8::/32' "$(allowed | sort)"
	is "configuration: allowed, JSON" 2 "$(ecdn allow --json | jq '.allow | length')"
	is "configuration: nodes, from a file beside it" "198.51.100.9/32 203.0.113.0/24" \
		"$(ecdn node --json | jq -r '[.nodes[].prefix] | join(" ")')"
	echo 198.51.100.10 >"$work/others"
	does "flags go over the configuration" program load --config "$work/config.yaml" \
		--enforce --protect 80 --nodes "$work/others"
	is "flags: nodes" 198.51.100.10/32 "$(ecdn node --json | jq -r '.nodes[].prefix')"
	is "flags: mode and ports" "enforce 80" \
		"$(ecdn status --json | jq -r '"\(.mode) \(.protect)"')"
	fails "room for regions cannot change in place" 1 'unload --all' \
		ecdn load --max-regions 200 e0
	printf 'protect: [99999]\nmode: fast\nmonitor: maybe\nblock: {1 2: 1h}\nmonitor: true\n' \
		>"$work/bad.yaml"
	is "all mistakes of a configuration are shown, with their lines" "1 2 3 4 5" \
		"$(program load --config "$work/bad.yaml" 2>&1 |
			sed -nE "s#^$work/bad.yaml:([0-9]+): .*#\1#p" | xargs)"
}

# What the manual shows is read: all that is wrong with it is an interface, once groups and a cgroup
# are left out that a host need not have.
test_manual() {
	echo 192.0.2.1 >"$work/nodes.txt"
	sed -n '/^interfaces: /,/^\.fi/p' "$top/user/ecdn-xdp.8" |
		sed -E "/^\.fi/d; s#^pin_dir:.*#pin_dir: $pin#; s#^regions:.*#regions: [regions]#; /^(proxy|stats)_group|^  cgroup:/d" \
			>"$work/manual.yaml"
	is "the manual's configuration" "ecdn-xdp: there is no interface eth0" \
		"$(program load -q --config "$work/manual.yaml" 2>&1 | cut -d ';' -f 1)"
}

client_and_edge
test_help
ecdn load --regions "$regions" e0
test_usage
test_limits
test_derived
test_upgrade
ecdn unload --all
test_manual
write_config
test_config
finish

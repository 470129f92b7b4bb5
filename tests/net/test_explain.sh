#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# explain: what it says of an address in each state, that its verdicts are what becomes of packets
# that come, that its commands change it, and that it changes nothing itself.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"

alpha=198.51.100.7 alpha6=2001:db8:a::7 beta=203.0.113.7 nowhere=192.88.99.7

# told ADDR FILTER [OPTION...]: of its first part.
told() {
	local address=$1 filter=$2

	shift 2
	ecdn explain "$address" --json "$@" | jq -c ".parts[0] | $filter"
}

# verdicts ADDR [OPTION...]: of new connections, open ones, and packets of none.
verdicts() {
	local address=$1

	shift
	told "$address" '.guard | [.new_connection, .open_connection, .no_connection] |
		map(if . then .reason // .verdict else "-" end) | join(" ")' "$@" | tr -d '"'
}

# code OPTION...: how explain ends with --exit-code.
code() {
	local status=0

	ecdn explain --exit-code "$@" >/dev/null || status=$?
	echo $status
}

# everything: all of the guard's maps that packets and commands write.
everything() {
	local map

	for map in "$pin"/*; do
		[ -f "$map" ] || continue
		case ${map##*/} in regions | proven | steer | listen) continue ;; esac
		bpftool -j map dump pinned "$map" 2>/dev/null | md5sum | sed "s|-|${map##*/}|"
	done
}

test_nothing_loaded() {
	fails "nothing is loaded" 1 'nothing is loaded' ecdn explain $alpha
	fails "no address" 2 'takes one address' ecdn explain
	fails "two addresses" 2 'takes one address' ecdn explain $alpha $beta
	fails "not an address" 2 'here is not an address' ecdn explain here
	fails "bits beyond the length" 2 '198.51.100.7/24 has bits set' ecdn explain $alpha/24
	fails "not a port" 2 'must be PORT' ecdn explain $alpha --port https
}

test_normal() {
	local said

	said=$(ecdn explain $alpha)
	has "normal: the interface" '^interface +e0 \(native\)$' "$said"
	has "normal: region, range and file" "^region +ALPHA, as are 198.51.100.0 - 198.51.100.255; by $regions$" "$said"
	has "normal: neither allowed nor a node" '^trusted +no:' "$said"
	has "normal: the port" '^port +443/tcp is protected$' "$said"
	has "normal: the state" '^state +normal' "$said"
	has "normal: prefixes" '^prefix +198.51.100.0/24 is not heavy \(1.00k/s in a surge\); 198.51.96.0/20' "$said"
	has "normal: the verdict" '^new +passes$' "$said"
	has "normal: what would change it" '^change it +ecdn-xdp block ALPHA$' "$said"
	is "normal: verdicts" "pass pass pass" "$(verdicts $alpha)"
	is "normal: UDP has no packets without a connection" "pass pass -" \
		"$(verdicts $alpha --port 443/udp)"
	is "normal: IPv6" '"ALPHA"' "$(told $alpha6 .region)"
	is "normal: its range" '"2001:db8:a:: - 2001:db8:a:ffff:ffff:ffff:ffff:ffff"' \
		"$(told $alpha6 .range)"
	is "normal: exit code" 0 "$(code $alpha)"
	is "no region" '["--",null,"normal"]' "$(told $nowhere '[.region, .source, .state]')"
	has "no region: says so" '^region +--, as are .*; no file names it$' "$(ecdn explain $nowhere)"
	is "another port" 'false' "$(told $alpha .protected --port 22)"
	has "another port: says so" '22/tcp is not protected' "$(ecdn explain $alpha --port 22)"
}

# limited NAME: by what arrives, as the shield is off.
test_limited() {
	ecdn limit set ALPHA --pps 5k --prefix-pps 1k --hold 1m
	flood --from 198.51.100.0/24 --rate 50k --seconds 500ms >/dev/null
	is "limited: state" '"limited"' "$(told $alpha .state)"
	is "limited: by which measure" '["pps",5000]' "$(told $alpha '[.why.measure, .why.limit]')"
	has "limited: since when and until when" '^state +limited since [0-9: -]+ until [0-9: -]+ at the earliest; pps [0-9.]+k? of 5.00k' \
		"$(ecdn explain $alpha)"
	is "limited: proxies are told" '"limited"' "$(told $alpha .library)"
	is "limited: exit code" 3 "$(code $alpha)"
	is "limited: exit code of a region that is not" 0 "$(code $beta)"
	is "limited: the prefix is over its limit" true \
		"$(told $alpha '.prefixes[] | select(.prefix == "198.51.100.0/24") | .over')"
	is "limited: the commands" \
		'["ecdn-xdp exempt ALPHA --for 1h","ecdn-xdp allow add 198.51.100.7","ecdn-xdp release ALPHA"]' \
		"$(told $alpha '.commands[0:3]')"
	has "limited: and a higher limit" 'ecdn-xdp limit set ALPHA --pps [0-9]+$' \
		"$(ecdn explain $alpha)"
	limited_heavily
	does "limited: the command that it names" ecdn allow add 198.51.100.7
	is "limited: it changes that" "pass false" "$(verdicts $alpha | cut -d' ' -f1) $(told $alpha .refused)"
	ecdn allow del 198.51.100.7
	ecdn release ALPHA
	is "released: exit code" 0 "$(code $alpha)"
}

# While a flood of one address lasts, its prefix is over its limit in any moment.
limited_heavily() {
	flood_start "$work/flood" --from $alpha/32 --rate 50k
	does "limited: a packet of the flood is dropped" wait_for 5 drops prefix_pps
	flood_stop "limited: the flood"
}

drops() {
	[[ $(verdicts $alpha) = *$1* ]]
}

test_blocked() {
	ecdn block BETA
	is "blocked: verdicts" "blocked blocked blocked" "$(verdicts $beta)"
	is "blocked: proxies are told" '["blocked","blocked"]' "$(told $beta '[.state, .library]')"
	is "blocked: exit code" 3 "$(code $beta)"
	SUDO_USER=alice ecdn block BETA --for 2h --reason 'ticket 4711'
	has "blocked: until when, by whom and why" \
		'^state +blocked since 20.* until 20.*; by alice: ticket 4711$' "$(ecdn explain $beta)"
	is "blocked: the same in JSON" '{"by":"alice","reason":"ticket 4711"}' "$(told $beta .set)"
	is "blocked: another port passes" "pass pass pass" "$(verdicts $beta --port 22)"
	ecdn allow add 203.0.113.0/28
	is "allowed: verdicts" "pass pass pass" "$(verdicts $beta)"
	is "allowed: by which prefix" '["allowed","203.0.113.0/28"]' \
		"$(told $beta '[.trusted.kind, .trusted.prefix]')"
	is "allowed: its ceiling" '[50,100000]' "$(ecdn allow add -q 203.0.113.0/28 --cps 50
		told $beta '[.trusted.ceiling_cps, .trusted.ceiling_pps]')"
	is "allowed: proxies are told" '["blocked","pass",false]' \
		"$(told $beta '[.state, .library, .refused]')"
	ecdn node add 203.0.113.0/29
	is "node: by which prefix" '["node","203.0.113.0/29"]' \
		"$(told $beta '[.trusted.kind, .trusted.prefix]')"
	ecdn node del 203.0.113.0/29
	ecdn allow del 203.0.113.0/28
	does "exempt" ecdn exempt BETA --for 1h
	is "exempt: verdicts" "pass pass pass" "$(verdicts $beta)"
	has "exempt: until when" '^state +exempt since 2[0-9: -]+ until 2' "$(ecdn explain $beta)"
	ecdn release BETA
}

test_parts() {
	local said

	ecdn block BETA
	ecdn allow add 203.0.113.64/26
	said=$(ecdn explain 203.0.112.0/22)
	has "parts: before the region" '^203.0.112.0 - 203.0.112.255 +-- +normal +- +passes$' "$said"
	has "parts: in the region" '^203.0.113.0 - 203.0.113.63 +BETA +blocked +- +dropped: blocked$' "$said"
	has "parts: allowed" '^203.0.113.64 - 203.0.113.127 +BETA +blocked +allowed +passes$' "$said"
	has "parts: after that" '^203.0.113.128 - 203.0.113.255 +BETA +blocked' "$said"
	has "parts: behind the region" '^203.0.114.0 - 203.0.115.255 +-- ' "$said"
	is "parts: as many" 6 "$(wc -l <<<"$said")"
	is "parts: JSON" '[5,false]' \
		"$(ecdn explain 203.0.112.0/22 --json | jq -c '[(.parts | length), .more]')"
	is "parts: exit code if one is dropped" 3 "$(code 203.0.112.0/22)"
	is "parts: the whole Internet is bounded" true \
		"$(ecdn explain ::/0 --json | jq '.parts | length <= 16')"
	ecdn allow del 203.0.113.64/26
	ecdn release BETA
}

test_monitor() {
	ecdn load --monitor e0
	ecdn block BETA
	is "monitor: passes, and why it would not" "pass blocked" \
		"$(told $beta '.guard.new_connection | "\(.verdict) \(.reason)"' | tr -d '"')"
	has "monitor: says so" '^new +passes; would be dropped: blocked$' "$(ecdn explain $beta)"
	has "monitor: the mode" '^mode +monitor' "$(ecdn explain $beta)"
	is "monitor: proxies are told" '"pass"' "$(told $beta .library)"
	is "monitor: exit code" 0 "$(code $beta)"
	ecdn release BETA
	ecdn load --enforce e0
	ecdn block BETA
	ecdn off
	has "off: the mode" '^mode +off' "$(ecdn explain $beta)"
	has "off: what ends it" '^change it +ecdn-xdp on$' "$(ecdn explain $beta)"
	is "off: exit code" 0 "$(code $beta)"
	ecdn on
	is "on: exit code" 3 "$(code $beta)"
	ecdn release BETA
}

# Nothing is refused there, so that the guard's own verdict of packets is all that counts.
test_shielded() {
	ecdn load --shield on e0
	if [ "$(ecdn status --json | jq .proven.on)" != true ]; then
		echo "skipped - shielded: this host cannot attach the program"
		return
	fi
	ecdn limit set ALPHA --pps 5k --prefix-pps 100k --shield-cps 200k --hold 1m
	flood --from 198.51.100.0/24 --rate 50k --seconds 500ms >/dev/null
	is "shielded: state" '["shielded","pass",false]' "$(told $alpha '[.state, .library, .refused]')"
	is "shielded: no socket is looked for before a connection came" "pass pass pass" \
		"$(verdicts $alpha)"
	is "shielded: exit code" 0 "$(code $alpha)"
	arm 192.0.2.1 443
	is "shielded: nothing is dropped where nobody listens" "pass pass pass" "$(verdicts $alpha)"
	has "shielded: and why" '192.0.2.1:443 is armed, but nobody listens there' "$(ecdn explain $alpha)"
	waiting edge "$build/tests/tools/waiter" 0.0.0.0:443 origin
	is "shielded: what has no socket is dropped" "pass pass no_socket" "$(verdicts $alpha)"
	stop "$waiter"
	is "shielded: where" '["192.0.2.1:443","armed"]' \
		"$(told $alpha '[.shield.armed, .shield.armed_state]')"
	is "shielded: UDP has no sockets" "pass pass -" "$(verdicts $alpha --port 443/udp)"
	ecdn limit set ALPHA --cps 100
	prove "$(region_id ALPHA)" 500
	is "shielded by what is proven alone: why" '["cps",100,true]' \
		"$(told $alpha '[.why.measure, .why.limit, .why.proven]')"
	is "shielded by what is proven alone: stats says the same" '["cps",100,true]' \
		"$(stats ALPHA '[.why.measure, .why.limit, .why.proven] | tojson')"
	ecdn release ALPHA
}

# prove ID COUNT: as if the region had a surge of that many connections, and none of packets. The
# span of its window is one to come, which no time that the test takes will end.
prove() {
	local now value

	now=$(monotonic_ns)
	value=$(bytes 0 160)$(bytes 1 8)$(bytes "$now" 8)$(bytes 0 8)$(bytes "$now" 8)$(bytes "$now" 8)
	value+=$(bytes 0 56)$(bytes $(((now >> 30) + 60)) 8)$(bytes 0 16)$(bytes "$2" 8)$(bytes 0 32)
	# shellcheck disable=SC2046,SC2086
	bpftool map update pinned "$pin/region_rate" key hex $(bytes "$1" 4) value hex $value
}

# arm ADDR PORT: as if connections had come there, whose sockets look-ups have found.
arm() {
	local address

	# shellcheck disable=SC2086
	address=$(printf '%02x ' ${1//./ })
	# shellcheck disable=SC2046,SC2086
	bpftool map update pinned "$pin/armed" \
		key hex $address 00 00 00 00 00 00 00 00 00 00 00 00 $(bytes "$2" 2) 04 00 \
		value hex $(bytes "$(monotonic_ns)" 8) $(bytes 16 8) $(bytes 0 8) $(bytes 0 8) $(bytes 0 8) \
		$(bytes 0 8)
}

# bytes NUMBER COUNT: in host order, which is little endian where this runs.
bytes() {
	local i

	for ((i = 0; i < $2; i++)); do
		printf '%02x ' $((i < 8 ? $1 >> 8 * i & 255 : 0))
	done
}

test_unchanged() {
	local before

	ecdn block BETA
	flood --from 203.0.113.0/24 --count 100 >/dev/null
	before=$(everything)
	ecdn explain $beta >/dev/null
	ecdn explain 0.0.0.0/0 --json >/dev/null
	ecdn explain $alpha6 --port 443/udp >/dev/null
	is "no map is changed" "$before" "$(everything)"
	between "... of those that there are" 20 60 "$(wc -l <<<"$before")"
}

# Without an interface that has the guard nothing is dropped, and nobody is refused.
test_unguarded() {
	ecdn block BETA
	is "unguarded: before" '["drop",true]' "$(told $beta '[.guard.new_connection.verdict, .refused]')"
	ecdn unload e0
	is "unguarded: passes" '["pass",false]' \
		"$(told $beta '[.guard.new_connection.verdict, .refused]')"
	is "unguarded: exit code" 0 "$(code $beta)"
}

client_and_edge
test_nothing_loaded
ecdn load --shield off --regions "$regions" e0
ecdn limit set default --grace 0s
test_normal
test_limited
test_blocked
test_parts
test_monitor
test_shielded
test_unchanged
test_unguarded
finish

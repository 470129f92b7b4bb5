#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The proxies' group may write request_stats, and so it may freeze it: then no proxy that is
# started can count any more. The next load mends that, and nothing that was counted is lost.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/killer.sh
source "$(dirname "$0")/killer.sh"
# shellcheck source=tests/net/carry.sh
source "$(dirname "$0")/carry.sh"
# shellcheck source=tests/net/asking.sh
source "$(dirname "$0")/asking.sh"

PROXY=65534
member=(setpriv --reuid "$PROXY" --regid "$PROXY" --clear-groups)

# proxy NAME: starts one, which answers ask NAME QUESTION until proxy_ends NAME.
proxy() {
	asking "$1" "${member[@]}" "$work/client" --pin-dir "$pin"
}

proxy_ends() {
	local fd

	for fd in "${asked[$1]}" "${answers[$1]}"; do
		exec {fd}>&-
	done
	wait "${job[$1]}" || true
	rm "$work/$1.in" "$work/$1.out"
}

freeze() {
	"${member[@]}" "$bpftool" map freeze pinned "$pin/request_stats" 2>&1
}

requests() {
	stats ALPHA '"\(.requests) \(.refused)"'
}

map_id() {
	bpftool -j map show pinned "$pin/request_stats" | jq .id
}

frozen() {
	ecdn status --json | jq .requests_frozen
}

# A process that has the map for writing keeps others from freezing it.
test_mapped() {
	proxy first
	is "a proxy counts" 'count 0' "$(ask first "count $alpha 200")"
	has "mapped: no member of the group can freeze it" 'busy' "$(freeze || true)"
	ecdn load e0
	is "mapped: load leaves the map as it is" "$1" "$(map_id)"
	is "mapped: the proxy goes on" 'count 0' "$(ask first "count $alpha 513")"
	is "mapped: it counts" "2 1" "$(requests)"
	is "mapped: status" false "$(frozen)"
	proxy_ends first
}

test_replaced() {
	local said

	does "a member of the group freezes it" freeze
	proxy second
	is "frozen: a proxy that is started cannot count" 'count -13' \
		"$(ask second "count $alpha 200")"
	is "frozen: status" true "$(frozen)"
	has "frozen: status says what to do" '^requests +.*request_stats.*frozen.*ecdn-xdp load' \
		"$(ecdn status)"
	said=$(ecdn load e0 2>&1)
	has "frozen: load names it" "warning: $pin/request_stats .*frozen" "$said"
	does "frozen: after it the proxy counts, without a restart" \
		wait_for 5 asks second "count $alpha 513" 'count 0'
	is "frozen: with all that was counted before" "3 2" "$(requests)"
	is "frozen: mode and group are as before" "660 $PROXY" \
		"$(stat -c '%a %g' "$pin/request_stats")"
	is "frozen: status after it" false "$(frozen)"
	lacks "frozen: another load has nothing to mend" warning "$(ecdn load e0 2>&1)"
	is "frozen: the proxy counts on" 'count 0' "$(ask second "count $alpha 200")"
	is "frozen: nothing is left" "$pin" "$(ls -d "$pin"*)"
	proxy_ends second
}

# With another group in the same load.
test_group() {
	does "group: a member freezes it again" freeze
	ecdn load -q --proxy-group 4242 e0
	is "group: it is the new one's" "660 4242" "$(stat -c '%a %g' "$pin/request_stats")"
	is "group: with all that was counted" "4 2" "$(requests)"
	is "group: status" false "$(frozen)"
	ecdn load --proxy-group "$PROXY" e0
}

# A change that has programs loaded again, to make room.
test_resized() {
	does "room: a member freezes it again" freeze
	many_regions 5000 >"$work/many"
	has "room: a table that outgrows its room names it, too" 'warning: .*frozen' \
		"$(ecdn region load "$regions" "$work/many" 2>&1)"
	is "room: with all that was counted" "4 2" "$(requests)"
	is "room: status" false "$(frozen)"
	ecdn unload --all
}

none_packets() {
	stats_all '.regions[] | select(.region == "--") | .packets'
}

# A region's id is given back when what was counted of it counts in region 0.
test_forgotten() {
	local wanted

	flood --from 203.0.113.0/24 --count 100 >/dev/null
	wanted="100 0"
	grep -v BETA "$regions" >"$work/others"
	ecdn region load -q --shrink "$work/others"
	does "forget: a member freezes it again" freeze
	fails "forget: it is said what to do" 1 'request_stats.*frozen.*`ecdn-xdp load`' \
		ecdn region forget BETA
	is "forget: nothing was moved" "$wanted" "$(stats BETA .packets) $(none_packets)"
	ecdn load -q e0
	does "forget: after a load it works" ecdn region forget BETA
	is "forget: what was counted" 100 "$(none_packets)"
	ecdn region load -q "$regions"
}

# Killed wherever it moves a pin: the next load has all that was counted.
test_killed() {
	local call wrong='' said

	build_killer
	for call in 1 2 3 4; do
		ecdn load --regions "$regions" --proxy-group "$PROXY" e0
		proxy third
		[ "$(ask third "count $alpha 200")" = "count 0" ] || wrong+=" $call:counted"
		proxy_ends third
		freeze || wrong+=" $call:freeze"
		{ LD_PRELOAD=$work/killer.so KILL_AT=rename KILL_CALL=$call ecdn load e0 || true; } \
			>/dev/null 2>&1
		ecdn load e0 >/dev/null 2>&1 || wrong+=" $call:load"
		said="$(requests) $(stat -c '%a %g' "$pin/request_stats") $(frozen)"
		[ "$said" = "1 0 660 $PROXY false" ] || wrong+=" $call:$said"
		ecdn unload --all
	done
	is "killed: the next load has all" "" "$wrong"
}

# What ABI 2 had pinned.
test_carried() {
	old load --regions "$regions" --proxy-group "$PROXY" e0
	bpftool map update pinned "$pin/request_stats" key 1 0 0 0 value 5 0 0 0 0 0 0 0 \
		2 0 0 0 0 0 0 0
	does "ABI 2: a member freezes it" freeze
	has "ABI 2: load names it" 'warning: .*frozen' "$(ecdn load 2>&1)"
	is "ABI 2: with all that was counted" 5,2 "$(stats_all '[.regions[] |
		select(.requests > 0) | "\(.requests),\(.refused)"] | join(" ")')"
	is "ABI 2: mode and group are as before" "660 $PROXY" \
		"$(stat -c '%a %g' "$pin/request_stats")"
	is "ABI 2: status" false "$(frozen)"
	ecdn unload --all
}

bpftool=$(type -P bpftool)
client_and_edge
# The tree may be where nobody can look.
install -m 755 "$build/tests/tools/client" "$bpftool" "$work"
bpftool=$work/bpftool
chmod 755 "$work"
ecdn load --regions "$regions" --proxy-group "$PROXY" e0
alpha=$(ecdn region --json | jq '.regions[] | select(.region == "ALPHA") | .id')
test_mapped "$(map_id)"
test_replaced
test_group
test_forgotten
test_resized
test_killed
needs_abi2
test_carried
finish

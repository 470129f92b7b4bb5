#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Each change of a table makes another map, and who holds the old ones open keeps their memory.
# With --proxy-group its members alone can, and nobody else.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"

PROXY=4242

# as USER GROUP COMMAND...
as() {
	setpriv --reuid "$1" --regid "$2" --clear-groups "${@:3}"
}

# hold NAME PIN USER GROUP: holds what is pinned there, until let_go NAME.
declare -A holding
hold() {
	: >"$work/$1"
	(exec setpriv --reuid "$3" --regid "$4" --clear-groups "$work/holder" "$pin/$2" \
		>"$work/$1") &
	holding[$1]=$!
	wait_for 5 grep -q ready "$work/$1"
}

# let_go NAME: prints how many it held. A subshell cannot wait for it: it is the test's child.
let_go() {
	kill "${holding[$1]}"
	wait_for 5 grep -q '^holds ' "$work/$1"
	sed -n 's/^holds //p' "$work/$1"
}

map_id() {
	bpftool -j map show pinned "$pin/$1" | jq .id
}

# change PIN COUNT COMMAND...: runs a command that replaces the table, "@" being the round's
# number, and notes the ids of all tables that were in use before.
change() {
	local which=$1 count=$2 round

	shift 2
	ids=()
	for ((round = 1; round <= count; round++)); do
		ids+=("$(map_id "$which")")
		"${@//@/$round}" >"$work/said" 2>&1
		sleep 0.02
	done
}

# Prints how many of these tables the kernel still has.
alive() {
	local map count=0

	for map in "${ids[@]}"; do
		if bpftool map show id "$map" >/dev/null 2>&1; then
			count=$((count + 1))
		fi
	done
	echo "$count"
}

is_alive() {
	[ "$(alive)" = "$1" ]
}

test_without() {
	hold anybody region_lines 65534 65534
	change region_lines 10 ecdn region load --shrink "$regions"
	is "without a group anybody keeps what was loaded" 10 "$(alive)"
	is "without a group: all that, and the one in use" 11 "$(let_go anybody)"
	does "without a group: it is gone with that process" wait_for 5 is_alive 0
}

# tables_of WHAT: nobody holds tables, and members of the group do.
tables_of() {
	hold others region_lines 65534 65534
	hold trusted trusted_lines 65534 65534
	change region_lines 10 ecdn region load --shrink "$regions"
	does "$1: what was loaded is gone" wait_for 5 is_alive 0
	change trusted_lines 10 ecdn allow add 203.0.113.@
	does "$1: and so are lists" wait_for 5 is_alive 0
	is "$1: others hold nothing" "0 0" "$(let_go others) $(let_go trusted)"
	hold member region_lines 65534 $PROXY
	change region_lines 3 ecdn region load --shrink "$regions"
	is "$1: a member could" "3 4" "$(alive) $(let_go member)"
	ecdn allow -q del 203.0.113.{1..10}
	ecdn allow -q add 203.0.113.1
	is "$1: modes and groups" "660 $PROXY 660 $PROXY 660 $PROXY 660 $PROXY" "$(cd "$pin" &&
		stat -c '%a %g' region_lines trusted_lines public_config region_state | xargs)"
}

# verdict USER GROUP: what a proxy of theirs is told.
verdict() {
	echo "verdict 198.51.100.7" |
		as "$1" "$2" "$work/client" --pin-dir "$pin" 2>"$work/said" | cut -d ' ' -f 1,3
}

test_proxies() {
	ecdn block -q ALPHA
	is "a proxy of the group" 'blocked ALPHA' "$(verdict 65534 $PROXY)"
	is "a proxy that is root" 'blocked ALPHA' "$(verdict 0 0)"
	is "another proxy" 'pass --' "$(verdict 65534 65534)"
	has "another proxy: it is told why" 'Permission denied.*--proxy-group' "$(<"$work/said")"
	ecdn release -q ALPHA
}

client_and_edge
# The tree may be where nobody can look.
install -m 755 "$build"/tests/tools/{holder,client} "$work"
chmod 755 "$work"
ecdn load -q --regions "$regions" e0
ecdn allow -q add 203.0.113.1
test_without
ecdn load --proxy-group $PROXY e0
tables_of "named later"
test_proxies
many_regions 20000 >"$work/many"
ecdn region load -q --shrink "$regions" "$work/many"
tables_of "with larger maps"
lacks "a load has nothing to tell" warning "$(ecdn load e0 2>&1)"
ecdn load --proxy-group 4343 e0
is "another group" "660 4343 660 4343" \
	"$(stat -c '%a %g' "$pin/region_lines" "$pin/trusted_lines" | xargs)"
ecdn unload --all
ecdn load -q --regions "$regions" --proxy-group $PROXY e0
ecdn allow -q add 203.0.113.1
tables_of "named by the first load"
# As an earlier version leaves them.
chmod 666 "$pin"/{region_lines,trusted_lines,public_config,region_state}
has "over an earlier version's pins: it is said" "warning: .*$PROXY alone" "$(ecdn load e0 2>&1)"
tables_of "over an earlier version's pins"
finish

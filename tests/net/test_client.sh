#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# libecdn-xdp beside the real guard, asked by a process without privileges: what it
# answers, what it notices while it runs, and what it cannot do.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/asking.sh
source "$(dirname "$0")/asking.sh"

NOBODY=65534
nobody=(setpriv --reuid "$NOBODY" --regid "$NOBODY" --clear-groups)

# client NAME [COMMAND...] [-- OPTION...]: starts one; COMMAND runs it.
client() {
	local client=$1 command=()

	shift
	while (($#)) && [ "$1" != -- ]; do
		command+=("$1")
		shift
	done
	(($#)) && shift
	asking "$client" "${command[@]}" "$work/client" --pin-dir "$pin" "$@"
}

# Every client ends by itself once it is asked no more; later ones hold the ends of
# those before.
clients_end() {
	local client fd status

	for fd in "${asked[@]}" "${answers[@]}"; do
		exec {fd}>&-
	done
	for client in "${!job[@]}"; do
		status=0
		wait "${job[$client]}" || status=$?
		is "$1: client $client is still alive, and ends well" 0 $status
		rm "$work/$client.in" "$work/$client.out"
	done
	asked=() answers=() job=()
}

# soon WHAT CLIENT QUESTION ANSWER: within a look's second, and some.
soon() {
	wait_for 5 asks "$2" "$3" "$4" || true
	is "$1" "$4" "$(ask "$2" "$3")"
}

said() {
	is "$1" "$3" "$(sed "s,$pin,DIR," "$work/$2.said")"
}

test_verdicts() {
	client none "${nobody[@]}"
	is "without a guard: not ready" 'ready -2' "$(ask none ready)"
	is "and everybody passes" 'pass 0 --' "$(ask none verdict 198.51.100.1)"
	is "and nothing is counted" 'count -2' "$(ask none count 0 200)"

	# What floods later is forged, and has to limit its region.
	ecdn load --shield off --regions "$regions" e0
	ecdn block BETA
	soon "a guard is picked up" none ready 'ready 0'
	client one "${nobody[@]}"
	is "ready at once" 'ready 0' "$(ask one ready)"
	for one in none one; do
		has "$one: IPv4" '^pass [0-9]+ ALPHA$' "$(ask $one verdict 198.51.100.7)"
		has "$one: IPv6" '^pass [0-9]+ ALPHA$' "$(ask $one verdict 2001:db8:a::7)"
		has "$one: mapped" '^pass [0-9]+ ALPHA$' "$(ask $one verdict ::ffff:198.51.100.7)"
		has "$one: IPv4 of a blocked region" '^blocked [0-9]+ BETA$' \
			"$(ask $one verdict 203.0.113.7)"
		has "$one: IPv6 of a blocked region" '^blocked [0-9]+ BETA$' \
			"$(ask $one verdict 2001:db8:b::7)"
		is "$one: no region" 'pass 0 --' "$(ask $one verdict 8.8.8.8)"
		is "$one: no node" 'node 0' "$(ask $one node 8.8.8.8)"
	done
	ecdn release BETA
	has "release counts for the next request" '^pass ' "$(ask one verdict 203.0.113.7)"
	ecdn block BETA
	has "and so does block" '^blocked ' "$(ask one verdict 203.0.113.7)"
	ecdn allow add 203.0.113.0/28 2001:db8:b::/64
	has "and allow" '^pass [0-9]+ BETA$' "$(ask one verdict 203.0.113.7)"
	is "which is told as the reason" 'pass BETA blocked 5 0' "$(ask one info 203.0.113.7)"
	has "of IPv6" '^pass [0-9]+ BETA$' "$(ask one verdict 2001:db8:b::7)"
	has "not of others" '^blocked ' "$(ask one verdict 203.0.113.16)"
	is "which is told, too" 'blocked BETA blocked 10 0' "$(ask one info 203.0.113.16)"
	ecdn allow del 203.0.113.0/28
	has "and its end" '^blocked ' "$(ask one verdict 203.0.113.7)"
	ecdn load --monitor e0
	has "monitor mode" '^pass ' "$(ask one verdict 203.0.113.7)"
	ecdn load --enforce e0
	has "and its end" '^blocked ' "$(ask one verdict 203.0.113.7)"
	ecdn release BETA
	ecdn allow del 2001:db8:b::/64
	said "said: what is missing, and that it is there" none \
"libecdn-xdp: no guard is loaded in DIR: every request passes until \`ecdn-xdp load\` is run
libecdn-xdp: verdicts come from the guard in DIR"
	said "nothing to say: silence" one ""
	clients_end "verdicts"
}

# The program of user/client/README.md, as it stands there.
test_readme() {
	awk '/^```$/ { on = 0 } on; /^```c$/ { on = 1 }' "$top/user/client/README.md" \
		>"$work/proxy.c"
	does "README: its program compiles" gcc -std=c11 -Wall -Wextra -Werror -D_GNU_SOURCE \
		-I "$top/include" -o "$work/proxy" "$work/proxy.c" "$build/libecdn-xdp.a"
	ecdn block BETA
	is "README: what it answers, and logs" "200 region ALPHA state normal
513 region BETA state blocked" "$(printf '%s\n' 198.51.100.7 203.0.113.7 |
		"${nobody[@]}" "$work/proxy" "$pin" 2>&1 >"$work/answers")"
	is "README: a block has no end to be told" "200 513" "$(xargs <"$work/answers")"
	ecdn release BETA
	is "README: without a client, everybody is answered" "200" \
		"$(echo 203.0.113.7 | "$work/proxy" not/absolute 2>/dev/null)"
	limit_alpha
	has "README: a surge has an end" '^513 Retry-After: [1-9]' \
		"$(echo 198.51.100.7 | "$work/proxy" "$pin" 2>/dev/null | xargs)"
	ecdn release ALPHA
	ecdn limit clear ALPHA
}

limit_alpha() {
	ecdn limit set ALPHA --pps 500 --grace 0s --hold 1h
	flood --from 198.51.100.0/24 --rate 5k --seconds 500ms >/dev/null
}

# A surge that ends by itself: no packet tells anybody that it is over.
test_surge() {
	client one "${nobody[@]}"
	ecdn limit set ALPHA --pps 500 --grace 0s --hold 2s
	flood_start "$work/flood" --from 198.51.100.0/24 --rate 5k
	wait_for 10 limited one || true
	has "a surge: limited" '^limited [0-9]+ ALPHA$' "$(ask one verdict 198.51.100.7)"
	has "when to try again is told" '^limited ALPHA limited 9 [1-9]$' \
		"$(ask one info 198.51.100.7)"
	has "IPv6 of that region, too" '^limited [0-9]+ ALPHA$' "$(ask one verdict 2001:db8:a::7)"
	has "another region is not" '^pass [0-9]+ BETA$' "$(ask one verdict 203.0.113.7)"
	ecdn exempt ALPHA --for 1m
	has "exempt counts for the next request" '^pass ' "$(ask one verdict 198.51.100.7)"
	ecdn release ALPHA
	wait_for 10 limited one || true
	has "and its end" '^limited ' "$(ask one verdict 198.51.100.7)"
	flood_stop surge
	wait_for 10 passes one || true
	has "a surge that stops is over without a packet" '^pass ' \
		"$(ask one verdict 198.51.100.7)"
	# What was over by itself had the hold of 2s; that of others is longer.
	ecdn limit clear ALPHA
	has "and stays over when its limit is cleared" '^pass ' "$(ask one verdict 198.51.100.7)"
	clients_end "surge"
}

limited() {
	[[ $(ask "$1" verdict 198.51.100.7) = limited* ]]
}

passes() {
	[[ $(ask "$1" verdict 198.51.100.7) = pass* ]]
}

# compare WHAT: the client's regions beside those of `region lookup`.
compare() {
	"${nobody[@]}" "$work/client" --pin-dir "$pin" <"$work/questions" |
		cut -d ' ' -f 3 >"$work/client.names"
	ecdn region lookup - <"$work/addresses" | awk '{ print $NF }' >"$work/agent.names"
	is "$1" "$(sort "$work/agent.names" | uniq -c | sort -n)" \
		"$(sort "$work/client.names" | uniq -c | sort -n)"
	is "$1, each" 0 "$(paste "$work/client.names" "$work/agent.names" |
		awk '$1 != $2' | wc -l)"
}

test_tables() {
	client one "${nobody[@]}"
	has "before: ALPHA" ' ALPHA$' "$(ask one verdict 198.51.100.7)"
	for i in {1..20}; do
		sed "s/^198.51.100.0.*/198.51.100.0\/24 NEW$i/" "$regions" >"$work/new"
		ecdn region load "$work/new"
		has "table $i is noticed at once" " NEW$i\$" "$(ask one verdict 198.51.100.7)"
	done
	ecdn region load "$regions"
	has "and back" ' ALPHA$' "$(ask one verdict 198.51.100.7)"
	ecdn load e0
	has "an upgrade changes nothing" ' ALPHA$' "$(ask one verdict 198.51.100.7)"
	sleep 1.2
	has "nor a look later" ' ALPHA$' "$(ask one verdict 198.51.100.7)"
	said "nothing to say: silence" one ""
	clients_end "tables"

	ecdn region load /usr/share/tor/geoip /usr/share/tor/geoip6
	awk 'BEGIN { srand(7); for (i = 0; i < 20000; i++)
		if (i % 2) printf "%d.%d.%d.%d\n", rand()*224, rand()*256, rand()*256, rand()*256
		else printf "2%x%02x:%x:%x::%x\n", rand()*16, rand()*256, rand()*65536,
			rand()*65536, rand()*65536 }' >"$work/addresses"
	sed 's/^/verdict /' "$work/addresses" >"$work/questions"
	compare "the world: as \`region lookup\` says"
	ecdn region load --shrink "$regions"
}

test_counts() {
	local alpha

	client plain "${nobody[@]}"
	client root
	alpha=$(ask plain verdict 198.51.100.7)
	alpha=$(cut -d ' ' -f 2 <<<"$alpha")
	is "who is nobody may not count" 'count -13' "$(ask plain count "$alpha" 200)"
	is "root may" 'count 0' "$(ask root count "$alpha" 200)"
	is "an id that cannot be" 'count -2' "$(ask root count 16384 200)"
	ask root count "$alpha" 513 >/dev/null
	is "stats has them" '2 1' "$(stats ALPHA '"\(.requests) \(.refused)"')"
	ecdn load --proxy-group nogroup e0
	soon "--proxy-group is noticed" plain "count $alpha 513" 'count 0'
	between "and counts" 3 4 "$(stats ALPHA .requests)"
	client other setpriv --reuid 65533 --regid 65533 --clear-groups
	is "others may ask nothing" 'ready -13' "$(ask other ready)"
	has "others are told of the group" 'cannot open the pins in .*--proxy-group' \
		"$(<"$work/other.said")"
	clients_end "counts"
}

test_comes_and_goes() {
	client one "${nobody[@]}"
	has "there" ' ALPHA$' "$(ask one verdict 198.51.100.7)"
	ecdn unload --all
	is "unload --all: a pass, at once" 'pass 0 --' "$(ask one verdict 198.51.100.7)"
	is "and not ready" 'ready -2' "$(ask one ready)"
	ecdn load --regions "$regions" --max-regions 16384 e0
	soon "loaded again, with more regions" one ready 'ready 0'
	has "and answers" ' ALPHA$' "$(ask one verdict 198.51.100.7)"
	rm -r "$pin"
	soon "pins removed by hand" one ready 'ready -2'
	is "pass" 'pass 0 --' "$(ask one verdict 198.51.100.7)"
	ecdn load --regions "$regions" e0
	soon "and loaded again" one ready 'ready 0'
	has "and answers" ' ALPHA$' "$(ask one verdict 198.51.100.7)"
	is "each of it is said once" "2 2" \
		"$(grep -c 'no guard' "$work/one.said") $(grep -c 'verdicts come from' "$work/one.said")"
	clients_end "comes and goes"
}

# The pin is that of the table before: a command was killed between the slot and the pin.
test_lags() {
	client one "${nobody[@]}"
	has "a pin that lags: before" ' ALPHA$' "$(ask one verdict 198.51.100.7)"
	bpftool map pin pinned "$pin/region_lines" "$pin-old"
	sed 's/ ALPHA/ OMEGA/' "$regions" >"$work/new"
	ecdn region load "$work/new"
	does "a pin that lags: the new table was there" wait_for 5 is_of one OMEGA
	chmod 666 "$pin-old"
	mv "$pin-old" "$pin/region_lines"
	client late "${nobody[@]}"
	has "a pin that lags: who comes late has its table" ' ALPHA$' \
		"$(ask late verdict 198.51.100.7)"
	wait_for 10 told_of_lag || true
	has "a pin that lags: that is said" 'not the one that the guard uses.*ecdn-xdp load' \
		"$(<"$work/late.said")"
	ecdn load e0
	does "a pin that lags: load puts it right" wait_for 5 is_of late OMEGA
	ecdn region load "$regions"
	clients_end "a pin that lags"
}

# is_of CLIENT REGION
is_of() {
	[[ $(ask "$1" verdict 198.51.100.7) = *" $2" ]]
}

told_of_lag() {
	ask late ready >/dev/null
	grep -q 'the one that the guard' "$work/late.said"
}

# Who opens the client as root and then drops privileges.
test_inherited() {
	local open=$pin

	ecdn unload --all
	mkdir -m 700 "$open"
	pin=$open/pins
	ecdn load --regions "$regions" e0
	client heir -- --uid $NOBODY
	client older -- --uid $NOBODY --no-bpf
	client shut "${nobody[@]}"
	is "a closed directory: not ready" 'ready -13' "$(ask shut ready)"
	has "which is said" 'cannot open the pins .*Permission denied' "$(<"$work/shut.said")"
	for one in heir older; do
		has "$one: asks" '^pass [0-9]+ ALPHA$' "$(ask $one verdict 198.51.100.7)"
		is "$one: counts" 'count 0' "$(ask $one count 1 200)"
	done
	sed 's/ ALPHA/ OMEGA/' "$regions" >"$work/new"
	ecdn region load "$work/new"
	ecdn block OMEGA
	has "a closed directory: a new table is followed" '^blocked [0-9]+ OMEGA$' \
		"$(ask heir verdict 198.51.100.7)"
	has "before 5.19: the old table goes on" '^pass [0-9]+ ALPHA$' \
		"$(ask older verdict 198.51.100.7)"
	ecdn block BETA
	has "before 5.19: states are followed" '^blocked [0-9]+ BETA$' \
		"$(ask older verdict 203.0.113.7)"
	for one in heir older; do
		is "$one: counts as before" 'count 0' "$(ask $one count 1 200)"
	done
	is "all of them" 4 "$(stats_all '[.regions[].requests] | add')"
	wait_for 3 grep -q 'going on with the old one' "$work/older.said" || true
	sleep 0.5
	ask older verdict 203.0.113.7 >/dev/null
	is "which is said once" 1 "$(wc -l <"$work/older.said")"
	has "with what to do" 'going on with the old one; restart or reload the proxy' \
		"$(<"$work/older.said")"
	is "a closed directory: nothing to say" "" "$(<"$work/heir.said")"
	ecdn unload --all
	for one in heir older; do
		soon "$one: unloaded: a pass" $one 'verdict 203.0.113.7' 'pass 0 --'
	done
	ecdn load --regions "$regions" e0
	sleep 1.2
	is "a closed directory: what is loaded later cannot be seen" 'ready -13' \
		"$(ask heir ready)"
	is "which is said once" 1 "$(grep -c 'cannot open the pins' "$work/heir.said")"
	ecdn unload --all
	clients_end "inherited"
	pin=$open
	rmdir "$pin"
	ecdn load --regions "$regions" e0
}

test_calls() {
	client one "${nobody[@]}"
	is "a fresh look at the pins" 'ready 0' "$(ask one ready)"
	between "system calls of a million verdicts and counts" 0 9 \
		"$(ask one calls 1000000 198.51.100.7 | cut -d ' ' -f 2)"
	clients_end "calls"
}

# attack NAME [COMMAND...]: what was done, of all that was tried.
attack() {
	local map=$1

	shift
	"${@:-${nobody[@]}}" "$work/client_attack" "$pin" "$map" >"$work/attack"
	sed -n 's/: done$//p' "$work/attack"
}

test_attacks() {
	local map

	for map in public_config region_state region_lines trusted_lines; do
		[ "$map" != trusted_lines ] || ecdn allow add 203.0.113.0/28
		is "$map: nobody may open it and map it, and nothing else" 'open
map' "$(attack $map)"
		is "$map: all was tried" 21 "$(wc -l <"$work/attack")"
	done
	for map in config protected_ports region_name region_limits region_cpu region_rate \
		prefixes prefix_buckets known armed shield_ifaces fast_opens cpu cpu_events request_stats \
		prog/guard prog/proven region_table; do
		is "$map: nobody may do nothing" "" "$(attack $map)"
		has "$map: it is there" '^open: Permission denied' "$(<"$work/attack")"
	done
	ecdn load --proxy-group nogroup e0
	# Whoever freezes it has spoilt it until the next load, and nothing else.
	is "request_stats: its group may write counts, and nothing else" 'open
update
update batch
map writable
map
freeze' "$(attack request_stats)"
	client one "${nobody[@]}"
	is "the guard goes on" 'ready 0' "$(ask one ready)"
	has "after all this" '^pass [0-9]+ ALPHA$' "$(ask one verdict 198.51.100.7)"
	clients_end "attacks"
	ecdn unload --all
}

client_and_edge
# The tree may be where nobody can look.
install -m 755 "$build"/tests/tools/client{,_attack} "$work"
chmod 755 "$work"
test_verdicts
test_surge
test_tables
test_counts
test_lags
test_readme
test_comes_and_goes
test_inherited
test_calls
test_attacks
finish

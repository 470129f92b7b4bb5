#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Where nothing is proven regions are limited by what arrives, and `status` says why: as somebody
# has switched it off, or as the kernel does not attach the program, of which the load warns once.
# And monitor mode drops nothing, and counts what it would have.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/nginx.sh
source "$(dirname "$0")/nginx.sh"
# shellcheck source=tests/net/513.sh
source "$(dirname "$0")/513.sh"
# shellcheck source=tests/net/shield.sh
source "$(dirname "$0")/shield.sh"
# shellcheck source=tests/net/cgroup.sh
source "$(dirname "$0")/cgroup.sh"

limits() {
	ecdn limit clear ALPHA
	ecdn limit set ALPHA --hold 1s --grace 0s "$@"
	ecdn release ALPHA
}

proven() {
	ecdn status --json | jq -r '"\(.proven.on) \(.proven.why)"'
}

# verdict ADDRESS: what a proxy is told.
verdict() {
	"$build/tests/tools/client" --pin-dir "$pin" <<<"verdict $1" 2>/dev/null | cut -d ' ' -f 1
}

# test_flood WHAT TYPE TO FROM OPTION...: what is forged limits ALPHA, as without the shield. No
# limit drops an answer, as it is its status that is asked.
test_flood() {
	local what=$1 type=$2 to=$3 from=$4 before sockets

	shift 4
	limits --prefix-pps 0 --answer-cps 0 "$@"
	before=$(steered)
	sockets=$(dropped ALPHA no_socket)
	flood_start "$work/flood" --type "$type" --port 80 --ports --to "$to" --from "$from" \
		--rate 20k
	is "$what: ALPHA is" limited "$(state ALPHA)"
	is "$what: its client gets, over both families" 513 "$(answers alpha)"
	is "$what: a proxy is told" "limited limited" "$(verdict $alpha_ip) $(verdict $alpha_ip6)"
	is "$what: its connections are steered" 4 $(($(steered) - before))
	is "$what: BETA's client gets" 200 "$(answers beta)"
	is "$what: nothing is dropped as no_socket" "$sockets" "$(dropped ALPHA no_socket)"
	flood_stop "$what"
}

# test_claimed WHAT: forged SYNs of both families limit ALPHA until they end.
test_claimed() {
	test_flood "$1: SYNs, IPv6" syn $edge_ip6 $whole6 --cps 5k
	test_flood "$1: SYNs" syn $edge_ip $whole --cps 5k
	has "$1: stats calls it so" '^ALPHA +limited ' "$(ecdn stats ALPHA)"
	does "$1: it ends" wait_for 6 alpha_is normal
	is "$1: its client gets, after it" 200 "$(answers alpha)"
}

# A surge of real connections ends, and what is forged keeps ALPHA limited.
test_both() {
	limits --cps 100 --answer-cps 0
	flood_start "$work/flood" --type syn --port 80 --ports --to $edge_ip6 --from $whole6 \
		--rate 20k
	surge_start
	sleep 1
	is "off, both: ALPHA is" limited "$(state ALPHA)"
	surge_stop
	sleep 4
	is "off, both: the proven one has ended: ALPHA is" limited "$(state ALPHA)"
	is "off, both: the proven one has ended: its client gets" 513 "$(answers alpha)"
	flood_stop "off, both"
}

test_off() {
	is "off: proven" "false switched off by \`load --shield off\`" "$(proven)"
	is "off: no program is there" "" "$(find "$pin" -name 'proven*')"
	test_claimed "off"
	test_flood "off: SYNs of the client's prefix" syn $edge_ip $own --cps 5k
	test_flood "off: SYNs of the client's prefix, IPv6" syn $edge_ip6 $own6 --cps 5k
	test_flood "off: ACKs" ack $edge_ip $whole --pps 5k
	test_flood "off: ACKs, IPv6" ack $edge_ip6 $whole6 --pps 5k
	test_both
	does "off: load again" ecdn load e0
	is "off: it stays off" "false switched off by \`load --shield off\`" "$(proven)"
	does "on: load" ecdn load --shield on e0
	is "on: proven" "true null" "$(proven)"
	limits --cps 5k
	flood --type syn --port 80 --ports --from $whole --rate 20k --seconds 500ms >/dev/null
	is "on: forged SYNs: ALPHA is" shielded "$(state ALPHA)"
}

test_refused() {
	local said status=0

	cgroup_make
	ecdn unload --all
	fails "a cgroup that is none" 1 'not a cgroup of version 2' \
		shield_load --shield-cgroup "$work"
	fails "a cgroup that is not there" 1 'cannot open the cgroup .*; start first what makes it' \
		shield_load --shield-cgroup "$cgroup/none"
	is "a wrong cgroup: nothing is loaded" "" "$(ls -d "$pin" 2>/dev/null || true)"
	does "another program takes the cgroup for itself" \
		"$build/tests/tools/exclusive" attach sockets "$cgroup"
	said=$(shield_load --shield-cgroup "$cgroup" 2>&1) || status=$?
	is "refused: load ends with" 0 $status
	is "refused: it warns once" 1 "$(grep -c 'warning: ' <<<"$said" || true)"
	has "refused: and says what follows" 'limited by what arrives' "$said"
	echo "# refused: $said"
	is "refused: proven" "false the kernel did not attach the program" "$(proven)"
	has "refused: status" '^proven +no: the kernel did not attach' "$(ecdn status)"
	steer_all
	test_claimed "refused"
	does "and leaves it" "$build/tests/tools/exclusive" detach sockets "$cgroup"
	does "not refused any more: load" ecdn load --shield-cgroup "$cgroup" e0
	is "not refused any more: proven" "true null" "$(proven)"
	ecdn unload --all
}

# test_monitor WHAT URL TO FROM
test_monitor() {
	local what=$1 dropped would said

	limits --pps 5k
	does "$what: look-ups find sockets" arm
	dropped=$(stats ALPHA .dropped_packets)
	would=$(stats ALPHA .would_drop.no_socket.packets)
	flood --type ack --port 80 --ports --to "$3" --from "$4" --rate 20k --seconds 200ms >/dev/null
	would=$(stats ALPHA .would_drop.no_socket.packets)
	said=$(flood --type ack --port 80 --ports --to "$3" --from "$4" --rate 20k --seconds 1s)
	is "$what: shielded" shielded "$(state ALPHA)"
	is "$what: nothing is dropped" "$dropped" "$(stats ALPHA .dropped_packets)"
	between "$what: what would have been dropped as no_socket, in %" 98 100 \
		$((100 * ($(stats ALPHA .would_drop.no_socket.packets) - would) / $(got sent "$said")))
	is "$what: ALPHA's client gets" 200 "$(status alpha "$2" -m 2)"
}

edge_and_clients
make_certificate
shield_nginx
printf '%s ALPHA\n' $surging $surging6 >"$work/surging"
ecdn load --shield off --regions "$regions" --regions "$work/surging" e0 e1 e2
steer_all
surgers_make
test_off
ecdn load --monitor e0
test_monitor "monitor" "${urls[0]}" $edge_ip $whole
test_monitor "monitor, IPv6" "${urls[1]}" $edge_ip6 $whole6
test_refused
finish

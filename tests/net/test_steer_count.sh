#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# What steer counts is what was chosen: one for each connection that the 513 listener got, by
# port and by region, however often its SYN was sent again, with SYN cookies and without, and
# none for what is forged.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/nginx.sh
source "$(dirname "$0")/nginx.sh"

alpha_ip=198.51.100.9 beta_ip=203.0.113.9
count=200

set_up() {
	host edge
	edge_addresses
	talker alpha c0 e0 $alpha_ip 2001:db8:a::9
	talker beta b0 e1 $beta_ip 2001:db8:b::9
}

# waiter ADDR:PORT TEXT [OPTION...]
waiter() {
	waiting edge "$build/tests/tools/waiter" "${@:3}" "$1" "$2"
}

# connect HOST URL COUNT: prints how many are told 513.
connect() {
	on "$1" curl -s -m 3 --rate 400/s -H 'Connection: close' "$2?[1-$3]" | grep -cx 513 || true
}

# steered: by port and family, and of ALPHA and BETA.
steered() {
	echo "$(ecdn steer --json | jq -c '[.steer[] | (.ipv4, .ipv6) | .steered? // empty]')" \
		"$(stats ALPHA .steered) $(stats BETA .steered)"
}

# forge NAME ADDR TYPE...: frames from all of ALPHA that nobody has sent.
forge() {
	on alpha "$build/tests/tools/flood" --dev c0 --mac $edge_mac --to "$1" --from "$2" \
		--type "$3" --port 80 --count 2000 --rate 20k >/dev/null
}

test_counts() {
	local what=$1 v4=$2 v6=$3

	is "$what: before" "[$v4,$v6] $((v4 + v6)) 0" "$(steered)"
	is "$what: IPv4 is told 513" $count "$(connect alpha "http://$edge_ip/" $count)"
	is "$what: IPv4: each counts once" "[$((v4 + count)),$v6] $((v4 + v6 + count)) 0" "$(steered)"
	is "$what: IPv6 is told 513" $count "$(connect alpha "http://[$edge_ip6]/" $count)"
	is "$what: IPv6: each counts once" \
		"[$((v4 + count)),$((v6 + count))] $((v4 + v6 + 2 * count)) 0" "$(steered)"
	is "$what: another region is served" 0 "$(connect beta "http://$edge_ip/" 20)"
	forge $edge_ip 198.51.100.128/25 syn
	forge $edge_ip6 2001:db8:a:1::/64 syn
	forge $edge_ip 198.51.100.128/25 ack
	is "$what: neither that nor what is forged counts" \
		"[$((v4 + count)),$((v6 + count))] $((v4 + v6 + 2 * count)) 0" "$(steered)"
}

# What reaches the listener at its own port was not steered.
test_own_port() {
	local before

	before=$(steered)
	is "the listener's own port answers" 20 \
		"$(on edge curl -s -m 3 --rate 400/s 'http://127.0.0.1:8513/?[1-20]' | grep -cx 513)"
	is "the listener's own port: nothing counts" "$before" "$(steered)"
}

# One socket for both families: IPv4 comes to it as mapped addresses.
test_dual() {
	ecdn steer del 80
	waiter '[::]:8514' 513
	dual=$waiter
	ecdn steer add 80 127.0.0.1:8514
	is "[::]: IPv4 is told 513" $count "$(connect alpha "http://$edge_ip/" $count)"
	is "[::]: IPv6 is told 513" $count "$(connect alpha "http://[$edge_ip6]/" $count)"
	is "[::]: each counts once, in its family" "[$count,$count]" \
		"$(ecdn steer --json | jq -c '[.steer[0] | .ipv4.steered, .ipv6.steered]')"
	kill "$dual"
	wait "$dual" || true
	waiter '[::]:8514' 513
	is "[::] started again: IPv4 is told 513" $count "$(connect alpha "http://$edge_ip/" $count)"
	is "[::] started again: IPv6 is told 513" $count "$(connect alpha "http://[$edge_ip6]/" $count)"
	is "[::] started again: each counts once" "[$((2 * count)),$((2 * count))]" \
		"$(ecdn steer --json | jq -c '[.steer[0] | .ipv4.steered, .ipv6.steered]')"
	ecdn steer del 80
}

# The same port, and another address.
test_same_port() {
	waiter 127.0.0.1:80 513 --workers 2
	ecdn steer add 80 127.0.0.1:80
	is "the same port: told 513" $count "$(connect alpha "http://$edge_ip/" $count)"
	is "the same port: each counts once" "$count" \
		"$(ecdn steer --json | jq '.steer[0].ipv4.steered')"
	is "the same port, its own address" 20 \
		"$(on edge curl -s -m 3 --rate 400/s 'http://127.0.0.1/?[1-20]' | grep -cx 513)"
	is "the same port, its own address: not counted" "$count" \
		"$(ecdn steer --json | jq '.steer[0].ipv4.steered')"
	ecdn steer del 80
}

# What counted is gone with its cgroup: told, and look-ups count once a command has seen it.
test_cgroup_gone() {
	local cgroup before

	cgroup=$(findmnt -n -t cgroup2 -o TARGET | head -n 1)
	[ -n "$cgroup" ] || { cgroup=$work/cgroup; mkdir "$cgroup"; mount -t cgroup2 none "$cgroup"; }
	cgroup+=/ecdn-$id-steer
	mkdir "$cgroup"
	cat >"$work/config.yaml" <<-END
		steer_cgroup: $cgroup
		steer: {80: "127.0.0.1:8513"}
	END
	does "a cgroup: load" ecdn load -q --config "$work/config.yaml"
	has "a cgroup: status names it" "cgroup with inode $(stat -c %i "$cgroup")\$" "$(ecdn status)"
	rmdir "$cgroup"
	does "its cgroup is gone: told" wait_for 5 told_gone
	does "its cgroup is gone: refresh" ecdn steer refresh
	lacks "its cgroup is gone: nothing stands still" 'stands still' "$(ecdn steer 2>&1)"
	before=$(ecdn steer --json | jq '.steer[0].ipv4.steered')
	is "its cgroup is gone: told 513" 20 "$(connect alpha "http://$edge_ip/" 20)"
	is "its cgroup is gone: counted all the same" $((before + 20)) \
		"$(ecdn steer --json | jq '.steer[0].ipv4.steered')"
	ecdn steer del 80
}

told_gone() {
	ecdn steer 2>&1 | grep -q 'STEERED of TCP stands still'
}

# steer limits nobody here: what is not dropped has to be told 513.
limit_alpha() {
	ecdn limit set ALPHA --cps 50 --prefix-pps 0 --answer-cps 0 --hold 1h
	wait_for 10 limited_by_asking
}

limited_by_asking() {
	on alpha curl -s -o /dev/null -m 3 --rate 400/s -H 'Connection: close' \
		"http://$edge_ip/?[1-100]" || true
	[ "$(state ALPHA)" = limited ]
}

set_up
for at in 0.0.0.0:80 '[::]:80'; do
	waiter "$at" 200 --workers 2 --v6only
done
ecdn load --regions "$regions" e0 e1
does "ALPHA is limited" limit_alpha
waiter 127.0.0.1:8513 513
waiter '[::1]:8513' 513
ecdn steer add 80 127.0.0.1:8513
ecdn steer add 80 '[::1]:8513'
test_counts "no cookies" 0 0
on edge sysctl -qw net.ipv4.tcp_syncookies=2
test_counts "SYN cookies" $count $count
does "load: again" ecdn load
on edge sysctl -qw net.ipv4.tcp_syncookies=1
test_counts "after an upgrade" $((2 * count)) $((2 * count))
test_own_port
is "stats: the region's 513 has them" $((6 * count)) \
	"$(ecdn stats --total ALPHA | awk 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "513") at = i }
		$1 == "ALPHA" { print $at }')"
test_dual
test_same_port
test_cgroup_gone
finish

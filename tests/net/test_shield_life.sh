#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# A flood of forged SYNs goes on while commands come, and are killed on their way: no request of
# ALPHA's client is lost, new or on an old connection.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/nginx.sh
source "$(dirname "$0")/nginx.sh"
# shellcheck source=tests/net/513.sh
source "$(dirname "$0")/513.sh"
# shellcheck source=tests/net/shield.sh
source "$(dirname "$0")/shield.sh"
# shellcheck source=tests/net/killer.sh
source "$(dirname "$0")/killer.sh"

asking=()

# Two ways of each family, all the time.
ask_start() {
	local i

	for i in 0 1; do
		(exec nsenter --net="/run/netns/ecdn-$id-alpha" curl -s -m 5 --rate 20/s \
			-H 'Connection: close' -o /dev/null -w '%{stderr}%{http_code} %{time_total}\n' \
			"${urls[i]}?[1-99999]" 2>"$work/new.$i") &
		asking+=($!)
		(exec nsenter --net="/run/netns/ecdn-$id-alpha" curl -s -m 5 --rate 20/s -o /dev/null \
			-w '%{stderr}%{http_code} %{time_total} %{num_connects}\n' \
			"${urls[i]}?[1-900]" 2>"$work/old.$i") &
		asking+=($!)
	done
}

ask_stop() {
	local file

	kill "${asking[@]}"
	wait "${asking[@]}" 2>/dev/null || true
	for file in new.0 new.1 old.0 old.1; do
		between "$1: $file: requests" 50 100000 "$(wc -l <"$work/$file")"
		is "$1: $file: every answer is 200" 200 \
			"$(cut -d ' ' -f 1 "$work/$file" | sort -u | paste -sd ' ')"
		echo "# $1: $file: $(times "$work/$file")"
	done
	is "$1: the old connections last" "1 1" "$(for file in old.0 old.1; do
		cut -d ' ' -f 3 "$work/$file" | paste -sd+ | bc; done | paste -sd ' ')"
}

# Killed at its first, at half and at last of what changes something.
test_killed() {
	local calls call

	calls=$(calls_of any load e0 e1 e2)
	for call in 1 $((calls / 4)) $((calls / 2)) $((calls * 3 / 4)) $((calls - 1)); do
		killed "load, killed at $call of $calls" any $call load e0 e1 e2
	done
	does "load after it" ecdn load e0 e1 e2
}

shield_lab
steer_all
build_killer
connect alpha
does "look-ups find sockets" arm
ecdn limit set ALPHA --cps 5k --pps 200k --hold 1s
packets=$(stats ALPHA .packets)
proven=$(stats ALPHA .proven.connections)
flood_start "$work/flood" --type syn --port 80 --ports --from $whole --rate 20k
first=$flooding
flood_start "$work/flood6" --type syn --port 80 --ports --to $edge_ip6 --from $whole6 --rate 20k
ask_start
sleep 1
is "shielded" shielded "$(state ALPHA)"
for n in {1..3}; do
	does "load, $n" ecdn load e0 e1 e2
	is "load, $n: shielded" shielded "$(state ALPHA)"
	sleep 0.5
done
test_killed
does "other regions" ecdn region load "$regions" "$work/surging"
printf '203.0.113.%d\n' {1..250} >"$work/nodes"
does "nodes" ecdn node load "$work/nodes"
does "steer refresh" ecdn steer refresh
is "still shielded" shielded "$(state ALPHA)"
does "still armed" armed_is "$edge_ip:80" armed
sleep 1
flood_stop "IPv6"
flooding=$first
flood_stop "IPv4"
ask_stop "amid a flood"
between "packets are counted on" $((packets + 20000)) 1000000000000 "$(stats ALPHA .packets)"
between "proven connections are counted on" $((proven + $(cat "$work"/new.? | wc -l))) \
	$((proven + $(cat "$work"/new.? | wc -l) + 10)) "$(stats ALPHA .proven.connections)"
is "nothing is steered" 0 "$(steered)"
finish

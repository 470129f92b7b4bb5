#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The last minutes of the regions: as the agent keeps them in a file, and what the live table makes of
# that, of a file that is not to be believed, and of none; and who may read it.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/agent.sh
source "$(dirname "$0")/agent.sh"

STATS=12347
export LC_ALL=C

# bars [COMMAND...]: how many bars BETA has, each of which stands for five seconds on a terminal that
# is so wide. COMMAND runs it. What reads before the end of five seconds and after it has one more.
bars() {
	local before found

	for _ in {1..5}; do
		before=$(five_seconds)
		found=$(bars_now "$@")
		[ "$before" != "$(five_seconds)" ] || break
	done
	echo "$found"
}

# The number of those that it is.
five_seconds() {
	echo $(($(monotonic_ns) / 5000000000))
}

bars_now() {
	on edge script -qec "stty cols 160 rows 24; exec $* $build/ecdn-xdp top --pin-dir $pin \
		--batch -d 100ms --filter BETA" /dev/null </dev/null | tr -d '\r' |
		sed -nE 's/^ BETA +limited +[0-9]+% +([^0-9]*[#*+=:.-]) +[0-9].*/\1/p' |
		tr -d ' \n' | wc -c
}

file() {
	find /run/ecdn-xdp -name "past-$(basename "$pin")-*" -not -name '*-next'
}

mode() {
	stat -c '%a %u %g' "$1"
}

has_file() {
	[ -n "$(file)" ]
}

# The number of the file's newest step.
newest() {
	od -An -t u8 -j 72 -N 8 "$(file)" | xargs
}

is_newer() {
	(($(newest) > $1))
}

# The steps from $first to the file's newest.
kept() {
	echo $(($(newest) - first + 1))
}

# begins WHAT LEAST [COMMAND...]: top begins with so many bars at least, and at the most with one of its
# own besides those that are kept.
begins() {
	local what=$1 least=$2 found

	shift 2
	found=$(bars "$@")
	between "$what" "$least" $(($(kept) + 1)) "$found"
}

test_file() {
	local least

	is "alone: one bar" 1 "$(bars)"
	agent_start --listen off
	does "agent: there is a file" wait_for 5 has_file
	is "agent: the group of --stats-group may read it" "640 0 $STATS" "$(mode "$(file)")"
	is "agent: and find it" 711 "$(stat -c %a /run/ecdn-xdp)"
	first=$(newest)
	does "agent: it goes on" wait_for 8 is_newer "$first"
	does "agent: and on" wait_for 8 is_newer $((first + 1))
	begins "agent: top begins with what it has kept" 3
	begins "agent: so it does for the group" "$(kept)" \
		setpriv --reuid 65534 --regid $STATS --clear-groups
	stop_agent
	least=$(kept)
	begins "agent ended: its file is there for a while" "$least"
	agent_start --listen off
	sleep 1.2
	begins "another agent: it goes on with the file" "$least"
}

stop_agent() {
	agent_end TERM
	is "agent: ends well" 0 "$agent_status"
}

test_unbelieved() {
	local path

	stop_agent
	path=$(file)
	chmod 666 "$path"
	is "a file that anybody may write: one bar" 1 "$(bars)"
	chmod 640 "$path"
	chown 65534 "$path"
	is "a file of another user: one bar" 1 "$(bars)"
	chown 0 "$path"
	truncate -s 100 "$path"
	is "half a file: one bar" 1 "$(bars)"
	first=$(five_seconds)
	agent_start --listen off
	sleep 1.2
	begins "half a file: the agent makes another" 1
	stop_agent
}

# What cannot be kept is said once.
test_nowhere() {
	rm -f "$(file)"
	mkdir "$(file_name)-next"
	echo 'interfaces: [e0]' >"$work/agent.yaml"
	agent_start --listen off --config "$work/agent.yaml"
	sleep 2.5
	is "no file can be made: the agent says so once" 1 \
		"$(counted "$agent_said" 'cannot keep the past of the regions in .*Is a directory')"
	is "no file can be made: top has its own" 1 "$(bars)"
	rmdir "$(file_name)-next"
	kill -HUP "$agent"
	does "no file can be made: after a reload it can" wait_for 5 has_file
	stop_agent
}

file_name() {
	local lock

	lock=$(find /run/ecdn-xdp -name "$(basename "$pin")-*" | head -n 1)
	echo "/run/ecdn-xdp/past-${lock##*/}"
}

client_and_edge
listen_notify
chmod 755 "$(dirname "$pin")"
ecdn load -q --shield off --regions "$regions" --stats-group $STATS e0
ecdn limit set -q default --grace 0s
ecdn limit set -q BETA --pps 2k --prefix-pps 100 --hold 1m
flood_start "$work/beta" --from 203.0.113.0/24 --rate 4k
sleep 1.5
test_file
test_unbelieved
test_nowhere
kill "$flooding"
kill "$notifier"
finish

#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# With watch.files the agent loads region and node files again as they change: by a rename or in
# place, once they are whole; never a table that has shrunk too much, and no file of another name.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/watch.sh
source "$(dirname "$0")/watch.sh"


is_in() {
	[ "$(ecdn region lookup --json "$1" | jq -r '.lookups[0].region')" = "$2" ]
}

has_node() {
	ecdn node list | grep -q "$1"
}

ranges() {
	local i

	for ((i = 0; i < 100; i++)); do
		echo "10.$i.0.0/16 $1"
	done
}

client_and_edge
ranges ONE >"$work/r.txt"
echo "192.0.2.7 a" >"$work/n.txt"
cat >"$work/c.yaml" <<END
pin_dir: $pin
interfaces: [e0]
regions: [r.txt]
nodes: n.txt
agent: {watch: {files: true}}
END
ecdn load --config "$work/c.yaml"
agent_start --config "$work/c.yaml"

ranges TWO >"$work/r.new"
stays "another name: nothing is loaded" 1500 is_in 10.3.0.1 TWO
mv "$work/r.new" "$work/r.txt"
comes "renamed: the table is loaded" 10000 is_in 10.3.0.1 TWO
comes "renamed: the agent says so" 10000 agent_says 'region files changed, and were loaded again'
ranges THREE >"$work/r.txt"
comes "in place: the table is loaded" 10000 is_in 10.3.0.1 THREE
ranges FOUR >"$work/r.new"
mv "$work/r.new" "$work/r.txt"
sleep 0.2
kill -HUP "$agent"
comes "SIGHUP just after a change: it is not forgotten" 10000 is_in 10.3.0.1 FOUR
head -n 3 "$work/r.txt" >"$work/short"
cp "$work/short" "$work/r.txt"
comes "cut off: it is refused, and why is told" 10000 agent_says 'could not be taken over'
is "cut off: the table stays" FOUR "$(ecdn region lookup --json 10.50.0.1 |
	jq -r '.lookups[0].region')"
echo "192.0.2.8 b" >"$work/n.new"
mv "$work/n.new" "$work/n.txt"
comes "nodes: the list is loaded" 10000 has_node 192.0.2.8
: >"$work/n.txt"
comes "nodes, emptied: it is refused" 10000 agent_says 'holds no nodes'
does "nodes, emptied: the list stays" has_node 192.0.2.8
agent_stop
finish

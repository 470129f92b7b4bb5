#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# BIG TCP in skb mode: segments of more than 64 KiB, whose IP header says length 0. Their
# ports are seen, so that a region that is blocked loses nothing that is not protected.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"

SIZE=190000                     # of the largest segment
BYTES=30000000                  # of an answer

# Offloads stay on: they are what makes segments large.
connect() {
	host edge client
	ip -n "ecdn-$id-edge" link add e0 type veth peer name c0 netns "ecdn-$id-client"
	on edge sysctl -qw net.ipv6.conf.e0.disable_ipv6=0
	on client sysctl -qw net.ipv6.conf.c0.disable_ipv6=0
	ip -n "ecdn-$id-edge" addr add 198.51.100.1/24 dev e0
	ip -n "ecdn-$id-client" addr add 198.51.100.2/24 dev c0
	ip -n "ecdn-$id-edge" addr add 2001:db8:a::1/64 dev e0 nodad
	ip -n "ecdn-$id-client" addr add 2001:db8:a::2/64 dev c0 nodad
	ip -n "ecdn-$id-edge" link set e0 up
	ip -n "ecdn-$id-client" link set c0 up
}

# Counts what the guard has passed of more than 64 KiB.
watch_sizes() {
	on edge nft -f - <<-END
		table netdev sizes {
			counter v4 { }
			counter v6 { }
			chain e0 {
				type filter hook ingress device e0 priority 0;
				meta length > 65600 ip version 4 counter name v4
				meta length > 65600 ip6 version 6 counter name v6
			}
		}
	END
}

large() {
	on edge nft -j list counter netdev sizes "$1" |
		jq '.nftables[] | .counter? // empty | .packets'
}

# serve ADDR:PORT: a server on the client. It is this shell's own child, so that it ends with
# the test.
serve() {
	local output=$work/bulk-${1//[^0-9a-f]/-}

	(exec nsenter --net="/run/netns/ecdn-$id-client" "$build/tests/tools/bulk" "$1" \
		$BYTES >"$output") &
	wait_for 5 grep -q ready "$output"
}

# fetch ADDR:PORT: prints how many bytes arrived.
fetch() {
	on edge curl -s -m 20 -o "$work/answer" -w '%{size_download}' "http://$1/" || true
}

# An answer comes from a port that is protected here, to one that is not.
test_answers() {
	local family=$1 at=$2

	serve "$at"
	is "$family: an answer to this host's own request arrives whole" "$BYTES" "$(fetch "$at")"
	between "$family: in segments of more than 64 KiB" 1 $BYTES "$(large "$family")"
	is "$family: nothing of it was dropped" 0 "$(stats ALPHA .dropped_packets)"
	is "$family: nothing of it hides its ports" 0 \
		"$(stats_all .passed_unparsed.upper_truncated)"
}

connect
status=0
refused=$(on client "$build/tests/tools/bigtcp" c0 $SIZE 2>&1 &&
	on edge "$build/tests/tools/bigtcp" e0 $SIZE 2>&1) || status=$?
if [ $status = 77 ]; then
	echo "skipped - BIG TCP: $refused"
	finish
	exit
fi
is "BIG TCP: its sizes are set" "0, " "$status, $refused"
watch_sizes
ecdn load -m skb --regions "$regions" e0
ecdn block ALPHA
test_answers v4 198.51.100.2:443
test_answers v6 '[2001:db8:a::2]:443'
finish

# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# lib.sh - hosts in network namespaces of their own, and functions that report what the
# tests find. Sourced by test_*.sh; everything it makes is removed when the test ends.
#
# One host is the edge, where the guard works. The other hosts send to it, mostly with
# tests/tools/flood. Behind the guard the edge has a sink, nft counters at netdev ingress:
# the first thing that a packet meets after the guard has passed it.
set -euo pipefail

top=$(readlink -f "$(dirname "${BASH_SOURCE[0]}")/../..")
build=${BUILD:-$top/build}
name=$(basename "$0" .sh)
id=${name#test_}-${ECDN_XDP_OWN_NET:-$$}
pin=/sys/fs/bpf/ecdn-test-${id//./-}
work=$(mktemp -d /tmp/ecdn-test-XXXXXX) # not tmp.XXXXXX: --pin-dir refuses dots
regions=$work/regions
# The bpftool of bpf/bpftool.sh comes first: another one may not work on this kernel.
PATH=$(dirname "$("$top/bpf/bpftool.sh")"):$PATH
sift=$(type -P gojq || type -P jq)
hosts=()
passed=0
failed=0
finished=
broke=

# shellcheck disable=SC2034
edge_ip=192.0.2.1 edge_ip6=2001:db8::1 edge_mac=02:00:00:00:00:01

cleanup() {
	local host job

	if [ -z "$finished" ]; then
		not_ok "$name" "ended early${broke:+, in line $broke}"
		echo "$passed passed, $failed failed"
	fi
	for job in $(jobs -p); do
		kill "$job" 2>/dev/null || true
	done
	wait
	rm -rf "$pin"*
	for host in "${hosts[@]}"; do
		ip netns del "ecdn-$id-$host" || true
	done
	rm -rf "$work"
}
set -E
trap 'broke=$LINENO' ERR
trap cleanup EXIT
trap 'exit 1' INT TERM

# --- reports

ok() {
	echo "ok - $1"
	passed=$((passed + 1))
}

not_ok() {
	echo "not ok - $1: $2"
	failed=$((failed + 1))
}

finish() {
	finished=1
	echo "$passed passed, $failed failed"
	((failed == 0 && passed > 0))
}

# is NAME EXPECTED ACTUAL
is() {
	if [ "$2" = "$3" ]; then
		ok "$1"
	elif [[ $2$3 = *$'\n'* ]]; then
		not_ok "$1" "expected (-) and found (+) differ:"
		diff -U 1 <(echo "$2") <(echo "$3") | sed '1,2d; s/^/    /' || true
	else
		not_ok "$1" "'$3' instead of '$2'"
	fi
}

# has NAME PATTERN TEXT: passes if the text has a line that matches the extended regex.
has() {
	if grep -Eq -- "$2" <<<"$3"; then
		ok "$1"
	else
		not_ok "$1" "no line matches '$2' in:"
		echo "    ${3//$'\n'/$'\n'    }"
	fi
}

lacks() {
	if grep -Eq -- "$2" <<<"$3"; then
		not_ok "$1" "a line matches '$2' in:"
		echo "    ${3//$'\n'/$'\n'    }"
	else
		ok "$1"
	fi
}

# between NAME LOW HIGH NUMBER
between() {
	if (($4 >= $2 && $4 <= $3)); then
		ok "$1"
	else
		not_ok "$1" "$4, should be from $2 to $3"
	fi
}

# does NAME COMMAND...: passes if the command succeeds.
does() {
	local what=$1 said

	shift
	if said=$("$@" 2>&1); then
		ok "$what"
	else
		not_ok "$what" "ended with $?: $said"
	fi
}

# fails NAME STATUS PATTERN COMMAND...: passes if the command ends with that exit status and
# prints a line that matches the pattern.
fails() {
	local what=$1 wanted=$2 pattern=$3 said status=0

	shift 3
	said=$("$@" 2>&1) || status=$?
	if [ "$status" != "$wanted" ]; then
		not_ok "$what" "ended with $status instead of $wanted: $said"
	else
		has "$what" "$pattern" "$said"
	fi
}

# --- hosts

# on HOST COMMAND...: runs a command in the host's network namespace; bpffs stays the same.
on() {
	local host=$1

	shift
	nsenter --net="/run/netns/ecdn-$id-$host" "$@"
}

# host NAME...: makes hosts that have only lo. They have no IPv6 of their own, because its
# neighbour discovery would be counted.
host() {
	local host

	for host in "$@"; do
		ip netns add "ecdn-$id-$host"
		hosts+=("$host")
		on "$host" sysctl -qw net.ipv6.conf.{all,default}.disable_ipv6=1
		ip -n "ecdn-$id-$host" link set lo up
	done
}

# wire HOST IFACE HOST IFACE [OPTION...]: connects two hosts by a cable. Its second end has
# the MAC of the edge. Offloads are off, so that every frame arrives as it was sent.
wire() {
	local one=$1 one_if=$2 two=$3 two_if=$4

	shift 4
	ip -n "ecdn-$id-$one" link add "$one_if" "$@" type veth \
		peer name "$two_if" "$@" address "$edge_mac" netns "ecdn-$id-$two"
	on "$two" ethtool -K "$two_if" gro off gso off tso off >/dev/null 2>&1
	on "$one" ethtool -K "$one_if" gro off gso off tso off >/dev/null 2>&1
	ip -n "ecdn-$id-$one" link set "$one_if" up
	ip -n "ecdn-$id-$two" link set "$two_if" up
}

# Makes two hosts and a cable: client c0 - e0 edge.
client_and_edge() {
	host edge client
	wire client c0 edge e0
}

# ecdn VERB [WORD...]
ecdn() {
	local verb=$1

	shift
	on edge "$build/ecdn-xdp" "$verb" --pin-dir "$pin" "$@"
}

# flood [OPTION...]: sends from client c0 to the edge, IPv4 unless --to names an IPv6 address.
# Floods at the same time need a cable each to know what they sent: via=c1 flood.
flood() {
	on client "$build/tests/tools/flood" --dev "${via:-c0}" --mac $edge_mac --to $edge_ip "$@"
}

# flood_start FILE [OPTION...]: floods in the background until flood_stop, with its output in
# the file. It has sent for a while when this returns.
flood_start() {
	local said=$1

	shift
	: >"$said"
	(exec nsenter --net="/run/netns/ecdn-$id-client" "$build/tests/tools/flood" \
		--dev c0 --mac $edge_mac --to $edge_ip --seconds 10m "$@" >"$said") &
	flooding=$!
	wait_for 20 grep -qx sends "$said"
	sleep 0.3
}

# flood_stop WHAT: ends the flood. It must still run, or what was tested meanwhile proves nothing.
flood_stop() {
	does "$1: the flood outlasts it" kill -TERM "$flooding"
	wait "$flooding" || true
}

# waiting HOST COMMAND...: starts a listener on a host, by tests/tools/waiter; its pid is in $waiter.
# It listens when this returns.
waiting() {
	local host=$1

	shift
	: >"$work/waiter.said"
	(exec nsenter --net="/run/netns/ecdn-$id-$host" "$@" >"$work/waiter.said") &
	# shellcheck disable=SC2034 # for those who call it
	waiter=$!
	wait_for 20 grep -q ready "$work/waiter.said"
}

# stop PID: ends a process that the test has started.
stop() {
	kill "$1"
	wait "$1" || true
}

# got KEY OUTPUT: prints a value from the output of flood.
got() {
	sed -nE "s/.*\b$1=([0-9.]+).*/\1/p" <<<"$2"
}

# --- regions and counters

# sift FILTER...: as jq, by gojq where that is: jq 1.6 takes 24 ms of a CPU to start, gojq 2. It sorts
# the keys of what it prints.
sift() {
	"$sift" "$@"
}

# The networks that are reserved for documentation and for benchmarks.
write_regions() {
	cat >"$regions" <<-END
		192.0.2.0/24     GAMMA
		198.51.100.0/24  ALPHA
		203.0.113.0/24   BETA
		198.18.0.0/16    WIDE
		198.19.0.0/16    CROWD
		2001:db8::/48    GAMMA
		2001:db8:a::/48  ALPHA
		2001:db8:b::/48  BETA
		2001:db8:1000::/36 WIDE
	END
}

# sink IFACE...: counts what the guard has passed by lines of "NAME MATCH" on standard input,
# and drops all of it, so that the edge answers nothing.
sink() {
	local device counter match

	{
		echo 'table netdev sink {'
		for device in "$@"; do
			echo "chain $device { type filter hook ingress device $device priority 0;"
			echo 'jump count'
			echo 'drop; }'
		done
		echo 'chain count {'
		while read -r counter match; do
			echo "$match counter name $counter"
			echo "$counter" >>"$work/counters"
		done
		echo '}'
		sort -u "$work/counters" | sed 's/.*/counter & { }/'
		echo '}'
	} >"$work/sink"
	on edge nft -f "$work/sink"
}

# sink_regions IFACE...: makes a sink with a counter for each region of the test networks.
sink_regions() {
	sink "$@" <<-END
		alpha ip saddr 198.51.100.0/24
		alpha ip6 saddr 2001:db8:a::/48
		beta ip saddr 203.0.113.0/24
		beta ip6 saddr 2001:db8:b::/48
		wide ip saddr 198.18.0.0/16
		wide ip6 saddr 2001:db8:1000::/36
	END
}

# sunk NAME: prints the packets of a sink's counter.
sunk() {
	on edge nft -j list counter netdev sink "$1" | sift '.nftables[] | .counter? // empty | .packets'
}

# stats REGION FILTER: prints statistics of one region, even if nothing came from it.
stats() {
	ecdn stats --json "$1" | sift -r ".regions[0] | $2"
}

# stats_all FILTER: applies the filter to the whole document.
stats_all() {
	ecdn stats --json --all | sift -r "$1"
}

state() {
	stats "$1" .state
}

region_id() {
	ecdn region --json | sift ".regions[] | select(.region == \"$1\") | .id"
}

# fate NAME WHICH OPTION...: passes if 100 packets of ALPHA are all dropped, or with WHICH
# "pass" none of them.
fate() {
	local what=$1 wanted=$2 dropped

	shift 2
	[ "$wanted" = pass ] && wanted=0 || wanted=100
	dropped=$(stats ALPHA .dropped_packets)
	flood --count 100 "$@" >/dev/null
	is "$what" "$wanted" $(($(stats ALPHA .dropped_packets) - dropped))
}

# Prints how many prefixes packets find in the trusted list.
trusted() {
	bpftool -j map dump pinned "$pin/config" | sift '.[0].formatted.value.trusted'
}

# Prints the allowed prefixes, one a line.
allowed() {
	ecdn allow --json | sift -r '.allow[]'
}

# Prints the microseconds since the epoch.
now_us() {
	echo "${EPOCHREALTIME/[.,]/}"
}

# Prints the nanoseconds of CLOCK_MONOTONIC, which is that of the maps. What /proc/uptime has goes on
# while a machine is suspended.
monotonic_ns() {
	python3 -c 'import time; print(time.monotonic_ns())'
}

# wait_for SECONDS COMMAND...: waits until the command succeeds; fails after that time.
wait_for() {
	local until=$((SECONDS + $1))

	shift
	while ! "$@"; do
		((SECONDS < until)) || return 1
		sleep 0.05
	done
}

write_regions

# many_regions COUNT: ranges apart from each other, of a few regions.
many_regions() {
	awk -v count="$1" 'BEGIN {
		srand(1)
		step = int((190 - 16) * 2^20 / count)
		for (i = 0; i < count; i++) {
			at = 16 * (16 * 2^20 + i * step + (i ? int(rand() * step) : 0))
			printf "%d.%d.%d.%d/28 R%d\n", at / 2^24, at / 2^16 % 256, at / 2^8 % 256,
				at % 256, i ? rand() * 500 : 0
		}
	}'
}

# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# ping.sh - an edge that answers ping, a node n0 - e0 edge, a stranger s0 - e1 edge, and
# firewalls of the edge that drop ping in three places. Sourced after lib.sh.

node_ip=198.51.100.9 node_ip6=2001:db8:a::9
# shellcheck disable=SC2034
stranger_ip=203.0.113.9 stranger_ip6=2001:db8:b::9
declare -A edge_of=([node]=198.51.100.1 [stranger]=203.0.113.1)
declare -A edge_of6=([node]=2001:db8:a::1 [stranger]=2001:db8:b::1)

# ends HOST IFACE EDGE-IFACE: addresses of both ends of a host's cable to the edge.
ends() {
	local host=$1 ip=${1}_ip ip6=${1}_ip6

	wire "$host" "$2" edge "$3"
	ip -n "ecdn-$id-$host" addr add "${!ip}/24" dev "$2"
	ip -n "ecdn-$id-$host" addr add "${!ip6}/64" dev "$2" nodad
	ip -n "ecdn-$id-edge" addr add "${edge_of[$host]}/24" dev "$3"
	ip -n "ecdn-$id-edge" addr add "${edge_of6[$host]}/64" dev "$3" nodad
}

edge_node_and_stranger() {
	local host

	host edge node stranger
	for host in edge node stranger; do
		on "$host" sysctl -qw net.ipv6.conf.{all,default}.disable_ipv6=0
	done
	ends node n0 e0
	ends stranger s0 e1
}

# --- firewalls

# What drops ping at nft's netdev ingress, in its input chain, and by sysctl.
wall_up() {
	case $1 in
	ingress) on edge nft -f - <<-END ;;
		table netdev wall {
			chain e0 { type filter hook ingress device e0 priority -500; jump drop_ping; }
			chain e1 { type filter hook ingress device e1 priority -500; jump drop_ping; }
			chain drop_ping {
				ip protocol icmp drop
				icmpv6 type { echo-request, echo-reply } drop
			}
		}
		END
	input) on edge nft -f - <<-END ;;
		table inet filter {
			chain input {
				type filter hook input priority -300;
				icmp type echo-request counter drop
				icmpv6 type echo-request counter drop
			}
		}
		END
	sysctl) echo_ignored 1 ;;
	esac
}

wall_down() {
	case $1 in
	ingress) on edge nft delete table netdev wall ;;
	input) on edge nft delete table inet filter ;;
	sysctl) echo_ignored 0 ;;
	esac
}

echo_ignored() {
	on edge sysctl -qw net.ipv4.icmp_echo_ignore_all="$1" net.ipv6.icmp.echo_ignore_all="$1"
}

# --- pings

# pings HOST ADDRESS [OPTION...]: what ping says; a broken answer is none, and said.
pings() {
	on "$1" ping -n "${@:3}" "$2" 2>&1 || true
}

# received SAID
received() {
	sed -nE 's/.* ([0-9]+) received.*/\1/p' <<<"$1"
}

# answered NAME HOST ADDRESS [OPTION...]: a ping is, and as it should be.
answered() {
	local said

	said=$(pings "$2" "$3" -c 1 -W 2 "${@:4}")
	if [[ $said = *", 1 received"* && $said != *wrong* && $said != *duplicates* ]]; then
		ok "$1"
	else
		not_ok "$1" "ping says:"
		echo "    ${said//$'\n'/$'\n'    }"
	fi
}

# checksum_errors HOST: that its kernel met in IPv4 headers, ICMP and ICMPv6: ping
# itself takes an ICMP reply whatever its checksum.
checksum_errors() {
	on "$1" nstat -asz IcmpInCsumErrors Icmp6InCsumErrors IpInHdrErrors |
		awk '/Errors/ { printf "%s%d", sep, $2; sep = " " } END { print "" }'
}

silent() {
	local said

	said=$(pings "$2" "$3" -c 2 -i 0.01 -W 0.3 "${@:4}")
	has "$1" '^2 packets transmitted, 0 received' "$said"
}

# echoes OPTION...: one request as a raw frame from the node, IPv4 unless --to says
# otherwise; "answers=N wrong=N ttl=N".
echoes() {
	on node "$build/tests/tools/echo" --dev n0 --mac $edge_mac --from $node_ip \
		--to "${edge_of[node]}" "$@" 2>&1
}

echoes6() {
	echoes --from $node_ip6 --to "${edge_of6[node]}" "$@"
}

# node_sum [PREFIX-PATTERN]: "REQUESTS ANSWERED OVER-RATE" of the nodes.
# shellcheck disable=SC2120 # some tests give one
node_sum() {
	ecdn node --json | jq -r --arg prefix "${1:-.}" '[.nodes[] | select(.prefix | test($prefix))] |
		"\(map(.requests) | add // 0) \(map(.answered) | add // 0) \(map(.over_rate) | add // 0)"'
}

# ping_event NAME: of all CPUs.
ping_event() {
	bpftool -j map dump pinned "$pin/ping_events" |
		jq "[.[0].formatted.values[].value.$1] | add"
}

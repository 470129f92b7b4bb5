#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The list of nodes for others, each read by the one it is for: `node load`, nft, ipset,
# nginx; and the rules for marked pings, by nft and iptables.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"

formats=(plain nft ipset nginx)
client_ip=192.0.2.2 client_ip6=2001:db8::2

# Prefixes in one another, next to one another, and at both ends.
write_nodes() {
	cat >"$work/nodes" <<-END
		0.0.0.0/32
		192.0.2.0/24 outer
		192.0.2.0/25 inner
		192.0.2.255/32
		198.51.100.0/25 left
		198.51.100.128/25 right
		255.255.255.254/32 last
		::/128
		2001:db8::/48 six
		2001:db8:0:1::/64
		ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128
	END
}

# as FORMAT: the list, into a file of that name.
as() {
	ecdn node list --format "$1" >"$work/$1"
}

# nft_set SET: its elements, sorted; neighbours may have become a range.
nft_set() {
	on edge nft -j list set inet ecdn_xdp "$1" | jq -r '.nftables[] | .set.elem? // empty | .[] |
		if type == "string" then . elif .prefix then "\(.prefix.addr)/\(.prefix.len)"
		else "\(.range[0])-\(.range[1])" end' | sort
}

ipset_set() {
	on edge ipset save "$1" | sed -n 's/^add [^ ]* //p' | sort
}

nft_load() { on edge nft -f "$work/nft"; }
ipset_load() { on edge ipset restore <"$work/ipset"; }

test_empty() {
	local format

	for format in "${formats[@]}"; do
		as "$format"
	done
	is "empty: plain is" "" "$(cat "$work/plain")"
	is "empty: nginx is" "" "$(cat "$work/nginx")"
	does "empty: nft takes it" nft_load
	does "empty: ipset takes it" ipset_load
	is "empty: nothing in the sets" "" "$(nft_set nodes4; nft_set nodes6
		ipset_set ecdn_xdp_nodes4; ipset_set ecdn_xdp_nodes6)"
}

test_plain() {
	ecdn node load "$work/nodes"
	ecdn allow add 203.0.113.0/24
	as plain
	is "plain: what was loaded" "$(cat "$work/nodes")" "$(cat "$work/plain")"
	ecdn node del 192.0.2.0/24 ::/128
	ecdn node load "$work/plain"
	is "plain: loaded again" "$(cat "$work/nodes")" "$(ecdn node list --format plain)"
	is "json is --json" "$(ecdn node --json)" "$(ecdn node list --format json)"
	is "node --format is node list --format" "$(cat "$work/plain")" "$(ecdn node --format plain)"
	lacks "plain: allowed prefixes are none" '203\.0' "$(cat "$work/plain")"
}

outer4=$'0.0.0.0\n192.0.2.0/24\n198.51.100.0/25\n198.51.100.128/25\n255.255.255.254'
outer6=$'2001:db8::/48\n::\nffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'

test_nft() {
	on edge nft -f - <<-END
		table inet ecdn_xdp {
			set nodes4 { type ipv4_addr; flags interval; elements = { 203.0.113.0/24 }; }
			set mine { type ipv4_addr; }
			chain theirs { ip saddr @nodes4 counter accept; }
		}
	END
	as nft
	does "nft: takes it" nft_load
	is "nft: IPv4, without prefixes in others" "$outer4" "$(nft_set nodes4)"
	is "nft: IPv6" "$outer6" "$(nft_set nodes6)"
	has "nft: a rule that looks there stays" '@nodes4 counter' "$(on edge nft list ruleset)"
	has "nft: what else is in the table stays" 'set mine' "$(on edge nft list ruleset)"
	does "nft: a second time" nft_load
	is "nft: then it is the same" "$outer4" "$(nft_set nodes4)"
	ecdn node load <(echo 10.0.0.0/8)
	as nft
	does "nft: another list" nft_load
	is "nft: replaces it" "10.0.0.0/8 " "$(nft_set nodes4) $(nft_set nodes6)"
	echo 'add rule inet none none accept' >>"$work/nft"
	sed -i 's|10.0.0.0/8|172.16.0.0/12|' "$work/nft"
	fails "nft: as part of a file that fails" 1 'none' nft_load
	is "nft: changes nothing, as all is one transaction" 10.0.0.0/8 "$(nft_set nodes4)"
	ecdn node load "$work/nodes"
}

test_ipset() {
	as ipset
	does "ipset: takes it" ipset_load
	is "ipset: IPv4" "$outer4" "$(ipset_set ecdn_xdp_nodes4)"
	is "ipset: IPv6" "$outer6" "$(ipset_set ecdn_xdp_nodes6)"
	does "ipset: a rule uses it" on edge iptables -A INPUT -m set --match-set \
		ecdn_xdp_nodes4 src -j ACCEPT
	ecdn node load <(echo 10.0.0.0/8)
	as ipset
	does "ipset: another list, under the rule" ipset_load
	is "ipset: replaces it" "10.0.0.0/8 " \
		"$(ipset_set ecdn_xdp_nodes4) $(ipset_set ecdn_xdp_nodes6)"
	is "ipset: nothing else stays" $'ecdn_xdp_nodes4\necdn_xdp_nodes6' \
		"$(on edge ipset list -n | sort)"
	ecdn node load "$work/nodes"
}

# All there is: a hash:net holds no /0.
test_all() {
	ecdn node load <(printf '0.0.0.0/0\n10.0.0.0/8\n::/0\n')
	as nft
	as ipset
	does "all: nft takes it" nft_load
	does "all: ipset takes it" ipset_load
	does "all: nft holds all" on edge nft get element inet ecdn_xdp nodes4 '{ 203.0.113.1 }'
	does "all: nft, IPv6 too" on edge nft get element inet ecdn_xdp nodes6 '{ 2001:db8::1 }'
	does "all: ipset, the lower half" on edge ipset test -q ecdn_xdp_nodes4 10.0.0.1
	does "all: ipset, the upper half" on edge ipset test -q ecdn_xdp_nodes4 203.0.113.1
	does "all: ipset, IPv6" on edge ipset test -q ecdn_xdp_nodes6 ffff::1
	ecdn node load "$work/nodes"
}

test_nginx() {
	as nginx
	cat >"$work/nginx.conf" <<-END
		error_log $work/error.log;
		pid $work/nginx.pid;
		events { }
		http {
			include $work/nginx;
			real_ip_header X-Forwarded-For;
			access_log off;
		}
	END
	is "nginx: one line each" 8 "$(grep -c '^set_real_ip_from [^ ]*/[0-9]*;$' "$work/nginx")"
	does "nginx: takes it" nginx -t -q -c "$work/nginx.conf"
	sed -i '1s|/32|/33|' "$work/nginx"
	fails "nginx: reads it" 1 'set_real_ip_from' nginx -t -q -c "$work/nginx.conf"
}

# 100,000, half of which lie in others.
test_many() {
	awk 'BEGIN {
		for (i = 0; i < 50000; i++) {
			printf "10.%d.%d.%d/31\n", i / 200, i % 200, i * 7 % 125 * 2
			printf "10.%d.%d.%d/32\n", i / 200, i % 200, i * 7 % 125 * 2
		}
	}' >"$work/many"
	ecdn node load "$work/many"
	is "many: plain" 100000 "$(ecdn node list --format plain | wc -l)"
	as nft
	does "many: nft takes them" nft_load
	does "many: nft, a second time" nft_load
	is "many: nft has the outer ones" 50000 "$(nft_set nodes4 | wc -l)"
	as ipset
	does "many: ipset takes them" ipset_load
	does "many: ipset, a second time" ipset_load
	is "many: ipset has them" 50000 "$(ipset_set ecdn_xdp_nodes4 | wc -l)"
}

# pings ADDRESS: it is answered.
pings() {
	on client ping -q -n -c 1 -W 1 "$1" >/dev/null
}

# Neither family comes through.
closed() {
	! pings $edge_ip && ! pings $edge_ip6
}

# change_mark EXPRESSION: between ping and the chains that drop.
change_mark() {
	on edge nft -f - <<-END
		add table netdev marks
		delete table netdev marks
		table netdev marks {
			chain e0 {
				type filter hook ingress device e0 priority -100;
				meta mark set meta mark $1
			}
		}
	END
}

test_rule_nft() {
	ecdn load --ping=pass e0
	ecdn node load <(printf '%s\n' $client_ip $client_ip6)
	on edge nft -f - <<-END
		flush ruleset
		table netdev closed {
			chain e0 {
				type filter hook ingress device e0 priority 0;
				icmp type echo-request drop
				icmpv6 type echo-request drop
			}
		}
		table inet filter {
			chain input {
				type filter hook input priority 0; policy drop;
				icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept
			}
		}
	END
	does "rule: ping is closed at first" closed
	ecdn node rule --format nft >"$work/rule"
	lacks "rule: nft alone" iptables "$(cat "$work/rule")"
	does "rule: nft takes it" on edge sh -e "$work/rule"
	does "rule: netdev ingress is still closed" closed
	sed -n 's/^# \(nft insert rule netdev\) TABLE CHAIN/\1 closed e0/p' "$work/rule" >"$work/netdev"
	is "rule: two for netdev ingress" 2 "$(wc -l <"$work/netdev")"
	does "rule: nft takes them too" on edge sh -e "$work/netdev"
	does "rule: a node's ping passes" pings $edge_ip
	does "rule: IPv6 too" pings $edge_ip6
	is "rule: what passes is told as passed, not as answered" "0 true" "$(ecdn node --json |
		jq -r '"\([.nodes[].answered] | add) \(all(.nodes[]; .passed > 0))"')"
	has "rule: and as text" '^PREFIX .* REQUESTS +PASSED +OVER-RATE' "$(ecdn node)"
	lacks "rule: without ANSWERED" ANSWERED "$(ecdn node)"
	change_mark 'or 0x1'
	does "rule: other bits of the mark are others'" pings $edge_ip
	change_mark 'and 0x0e800000'
	does "rule: a part of the mark is not enough" closed
	on edge nft delete table netdev marks
	ecdn node del $client_ip $client_ip6
	does "rule: others do not pass" closed
	on edge nft flush ruleset
}

test_rule_iptables() {
	ecdn node add $client_ip $client_ip6
	on edge iptables -P INPUT DROP
	on edge ip6tables -P INPUT DROP
	on edge ip6tables -A INPUT -p ipv6-icmp --icmpv6-type neighbour-solicitation -j ACCEPT
	on edge ip6tables -A INPUT -p ipv6-icmp --icmpv6-type neighbour-advertisement -j ACCEPT
	does "rule: iptables, closed at first" closed
	ecdn node rule --format iptables >"$work/rule"
	lacks "rule: iptables alone" nft "$(cat "$work/rule")"
	does "rule: iptables takes it" on edge sh -e "$work/rule"
	does "rule: iptables, a node's ping passes" pings $edge_ip
	does "rule: iptables, IPv6 too" pings $edge_ip6
	change_mark 'or 0x1'
	does "rule: iptables, other bits are others'" pings $edge_ip
	change_mark 'and 0x0e800000'
	does "rule: iptables, a part is not enough" closed
	has "rule: both without a format" '^nft' "$(ecdn node rule)"
	has "rule: both without a format, iptables" '^iptables' "$(ecdn node rule)"
}

write_nodes
client_and_edge
for host in "edge e0 1" "client c0 2"; do
	read -r where iface number <<<"$host"
	on "$where" sysctl -qw "net.ipv6.conf.$iface.disable_ipv6=0"
	ip -n "ecdn-$id-$where" address add "192.0.2.$number/24" dev "$iface"
	ip -n "ecdn-$id-$where" address add "2001:db8::$number/64" dev "$iface" nodad
done
ecdn load e0
test_empty
test_plain
test_nft
test_ipset
test_all
test_nginx
test_many
test_rule_nft
test_rule_iptables
finish

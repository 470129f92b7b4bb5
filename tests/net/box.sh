# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2034,SC2154
# box.sh - a container on the edge, with nginx, behind a cable that has no guard; the firewall of
# the edge sends connections there. Sourced after lib.sh, nginx.sh and 513.sh.

# Addresses of the edge: what comes to the first goes to the box, the second moves there.
away_ip=192.0.2.7 away_ip6=2001:db8::7
moving_ip=192.0.2.8
box_ip=10.9.9.2 box_ip6=fd00:9::2
# The box says that it is of ALPHA.
lying_ip=198.18.77.7 lying_ip6=2001:db8:1770::7

# box: a container with nginx, by a cable without the guard.
box() {
	local netns=ecdn-$id-box

	host box
	on box sysctl -qw net.ipv6.conf.{all,default}.disable_ipv6=0
	wire box v0 edge v1
	on box sysctl -qw net.ipv6.conf.v0.accept_dad=0
	ip -n "$netns" addr add $box_ip/24 dev v0
	ip -n "$netns" addr add $box_ip6/64 dev v0 nodad
	ip -n "$netns" addr add $lying_ip/32 dev v0
	ip -n "$netns" addr add $lying_ip6/128 dev v0 nodad
	ip -n "ecdn-$id-edge" addr add 10.9.9.1/24 dev v1
	ip -n "ecdn-$id-edge" addr add fd00:9::1/64 dev v1 nodad
	ip -n "ecdn-$id-edge" addr add fe80::1/64 dev v1 nodad
	ip -n "ecdn-$id-edge" route add $lying_ip via $box_ip dev v1
	ip -n "ecdn-$id-edge" route add $lying_ip6 via $box_ip6 dev v1
	ip -n "$netns" route add default via 10.9.9.1
	ip -n "$netns" route add default via fd00:9::1
	box_nginx
}

box_nginx() {
	nginx_conf boxed <<<'server { listen 80; listen [::]:80; return 200 "boxed "; }'
	(exec nsenter --net="/run/netns/ecdn-$id-box" nginx -p "$proxies" \
		-c "$proxies/boxed.conf" >"$proxies/boxed.out" 2>&1) &
	proxy_pids[boxed]=$!
	wait_for 5 nginx_started boxed
}

# forward: port 80 of the addresses that are away goes to the box.
forward() {
	on edge sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
	# What is forged is not to fill the table of connections, which is for all namespaces.
	on edge sysctl -qw net.netfilter.nf_conntrack_tcp_loose=0 \
		net.netfilter.nf_conntrack_tcp_timeout_syn_sent=2 \
		net.netfilter.nf_conntrack_tcp_timeout_syn_recv=2
	ip -n "ecdn-$id-edge" addr add $away_ip/32 dev lo
	ip -n "ecdn-$id-edge" addr add $away_ip6/128 dev e0 nodad
	ip -n "ecdn-$id-alpha" route add $away_ip dev a0 src $alpha_ip
	ip -n "ecdn-$id-alpha" route add $away_ip6 dev a0 src $alpha_ip6
	on edge nft -f - <<-END
		table inet forward {
			chain in {
				type nat hook prerouting priority dstnat
				ip daddr $away_ip tcp dport 80 dnat ip to $box_ip
				ip6 daddr $away_ip6 tcp dport 80 dnat ip6 to $box_ip6
			}
		}
	END
}

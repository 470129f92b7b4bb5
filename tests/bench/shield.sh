#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# shield.sh - edges with a real web server, and beside each a host from which a flood and clients
# of a region come: `bench shield` measures them. Sourced by bench.sh, whose cleanup ends them.

# All of a region is behind the edges' routers. Of each /24 of the clients' the first half is the
# host beside the edge, and nobody has the second, from which a flood comes.
# shellcheck disable=SC2154 # bench.sh has them
shield_lab() {
	local edge=$ns-$1 host=$ns-$1-host number

	ip netns add "$edge"
	ip netns add "$host"
	for number in "$edge" "$host"; do
		ip netns exec "$number" sysctl -qw net.ipv6.conf.all.disable_ipv6=1 \
			net.ipv6.conf.default.disable_ipv6=1 net.ipv4.tcp_no_metrics_save=1
		ip -n "$number" link set lo up
	done
	for number in 0 1; do
		ip -n "$host" link add "h$number" type veth peer name "e$number" \
			address 02:00:00:00:00:01 netns "$edge"
		ip netns exec "$edge" ethtool -K "e$number" gro on
		ip -n "$edge" link set "e$number" up
		ip -n "$host" link set "h$number" address 02:00:00:00:00:02 up
	done
	shield_routes | ip -n "$edge" -batch -
	ip -n "$host" -batch - <<-END
		route add local 10.47.0.0/16 dev lo
		route add 192.0.2.1 dev h1
		neigh add 192.0.2.1 lladdr 02:00:00:00:00:01 dev h1
	END
	[ "$1" = drop ] || shield_nginx "$1"
}

# What the edge answers a forged address leaves by an interface that throws it away.
shield_routes() {
	local number

	cat <<-END
		addr add 192.0.2.1/32 dev lo
		link add nowhere type bridge
		link set nowhere arp off up
		route add 10.32.0.0/12 dev nowhere src 192.0.2.1
		neigh add 10.31.0.1 lladdr 02:00:00:00:00:02 dev e1
	END
	for number in {0..15}; do
		echo "route add 10.47.$number.0/25 via 10.31.0.1 dev e1 onlink src 192.0.2.1"
	done
}

shield_nginx() {
	mkdir -p "$work/$1"
	{
		nginx_begin "$work/$1"
		cat <<-'END'
			server { listen 80; return 200 "hello\n"; }
			server { listen 127.0.0.1:8513; return 513; }
			}
		END
	} >"$work/$1/nginx.conf"
	# Before all else, as it is on a machine of its own.
	nsenter --net="/run/netns/$ns-$1" chrt -f 1 nginx -p "$work" -c "$work/$1/nginx.conf"
}

shield_guard() {
	local guarded=(nsenter "--net=/run/netns/$ns-$1" "$agent")

	echo "10.32.0.0/12 ALPHA" >"$work/alpha"
	"${guarded[@]}" load -q -m native --regions "$work/alpha" --shield "$1" \
		--pin-dir "$pins-$1" e0 e1
	# Attached where nobody is; what connections pay for it is measured where they are.
	[ "$1" = off ] || "${guarded[@]}" load -q --origin=sockets --origin-all-namespaces \
		--origin-cgroup "$(shield_idle)" --pin-dir "$pins-$1"
	"${guarded[@]}" limit set default -q --pin-dir "$pins-$1" --pps 50k --cps 1k --hold 500ms \
		--grace 0s
	"${guarded[@]}" steer add -q --pin-dir "$pins-$1" 80 127.0.0.1:8513
}

shield_idle() {
	local cgroup

	cgroup=$(findmnt -nt cgroup2 -o TARGET | head -n 1)/$ns-idle
	mkdir -p "$cgroup"
	echo "$cgroup"
}

shield_end() {
	local lab

	for lab in on off none drop; do
		[ ! -s "$work/$lab/nginx.pid" ] || kill "$(cat "$work/$lab/nginx.pid")"
		ip netns del "$ns-$lab"
		ip netns del "$ns-$lab-host"
	done
	rmdir "$(findmnt -nt cgroup2 -o TARGET | head -n 1)/$ns-idle"
}

shield() {
	local lab

	for lab in on off none drop; do
		shield_lab "$lab"
	done
	shield_guard on
	shield_guard off
	$bench shield "$ns-on-host:$ns-on:$pins-on" "$ns-off-host:$ns-off:$pins-off" \
		"$ns-none-host:$ns-none:pass" "$ns-drop-host:$ns-drop:drop"
}

# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2154
# readers.sh - an edge of which every reader has something to show: guard, ping, nodes, an allowed
# prefix, a listener, limits, a surge, a connection that is proven, origins. Sourced after lib.sh.

# shellcheck source=tests/net/cgroup.sh
source "$(dirname "${BASH_SOURCE[0]}")/cgroup.sh"

client_ip=198.51.100.2
edge_here=198.51.100.1

# A name with a byte that is no UTF-8, one that begins an escape sequence, and a line end.
odd=$work/$'odd\xff\e[31m\nname'

# observed URL: asks an origin, from a cgroup that is observed.
observed() {
	(echo "$BASHPID" >"$cgroup/cgroup.procs" && exec nsenter --net="/run/netns/ecdn-$id-edge" \
		curl -sk -m 3 -o /dev/null "$1")
}

# An origin that answers over HTTP, and one that refuses; a proxy has counted answers of both.
ask_origins() {
	cgroup_make
	ecdn load --origin --origin-cgroup "$cgroup"
	ecdn origin add asked $client_ip:80
	ecdn origin add refusing $client_ip:443
	waiting client "$build/tests/tools/waiter" $client_ip:80 origin
	observed http://$client_ip/
	observed https://$client_ip/ || true
	stop "$waiter"
	printf '%s\n' "$client_ip:80 answered 404" "$client_ip:443 no_connect" |
		ecdn origin count - >"$work/counted"
}

everything_loaded() {
	client_and_edge
	ip -n "ecdn-$id-client" addr add $client_ip/24 dev c0
	ip -n "ecdn-$id-edge" addr add $edge_here/24 dev e0
	cp "$regions" "$odd"
	printf '192.0.2.7 ams-1\n192.0.2.8 ams-1\n203.0.113.0/24\n' >"$work/nodes"
	ecdn load --guard --ping --regions "$odd" --nodes "$work/nodes" --proxy-group 12345 e0
	ask_origins
	ecdn allow add 192.88.99.0/24
	ecdn exempt BETA --for 2h
	ecdn block WIDE
	waiting edge "$build/tests/tools/waiter" --name $'w\e[1m\xff' 127.0.0.1:513 513
	# shellcheck disable=SC2034 # for those who stop it
	listener=$waiter
	ecdn steer add 80 127.0.0.1:513
	waiting edge "$build/tests/tools/waiter" $edge_here:80 web
	does "a connection is made" on client curl -s -m 3 -o "$work/page" "http://$edge_here/"
	ecdn limit set ALPHA --pps 100 --prefix-pps 50 --hold 1m
	flood --from 198.51.100.128/25 --to $edge_here --rate 20k --seconds 300ms >"$work/flooded"
	ip -n "ecdn-$id-edge" addr add 198.51.100.77/24 dev e0
}

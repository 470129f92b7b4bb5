#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The guard at work: an edge with nginx, and hosts of four regions that talk to
# it. Then somebody forges packets of one region, and nobody notices; then that region
# surges in earnest, and its people get 513, while the agent tells what happens. Then the edge's firewall drops ping, but
# not from a node. At last an origin breaks in three ways. All of it in network namespaces, gone at
# the end.
set -euo pipefail

top=$(readlink -f "$(dirname "$0")/..")
ecdn=$top/build/ecdn-xdp
flood=$top/build/tests/tools/flood
peer=$top/build/tests/tools/origin_peer
pin=/sys/fs/bpf/ecdn-demo
work=$(mktemp -d)
forged_seconds=9
surge_seconds=11
crowd=16
hosts=(edge a b c six)
regions=(net-a net-b net-c net-six)

if [ "$(id -u)" != 0 ]; then
	echo "the demo needs root: sudo make demo" >&2
	exit 1
fi

edge() { nsenter --net="/run/netns/demo-edge" "$@"; }
guard() { edge "$ecdn" "$@" --pin-dir "$pin"; }
at() { nsenter --net="/run/netns/demo-$1" "${@:2}"; }

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }
show() { printf '\033[2m# %s\033[0m\n' "$*"; }

cleanup() {
	local job

	for job in $(jobs -p); do
		kill "$job" 2>/dev/null || true
	done
	[ ! -s "$work/nginx.pid" ] || kill "$(cat "$work/nginx.pid")" 2>/dev/null || true
	wait
	"$ecdn" unload --all --pin-dir "$pin" 2>/dev/null || true
	for host in "${hosts[@]}"; do
		ip netns del "demo-$host" 2>/dev/null || true
	done
	rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 1' INT TERM

# client NAME EDGE-ADDRESS/LENGTH ADDRESS/LENGTH [FLAG]: a host with its own link to the edge
client() {
	ip netns add "demo-$1"
	ip link add "net-$1" netns demo-edge type veth peer name eth0 netns "demo-$1"
	ip -n demo-edge addr add "$2" dev "net-$1" ${4:-}
	ip -n "demo-$1" addr add "$3" dev eth0 ${4:-}
	ip -n demo-edge link set "net-$1" up
	ip -n "demo-$1" link set eth0 up
}

make_hosts() {
	local number

	ip netns add demo-edge
	ip -n demo-edge link set lo up
	client a 192.0.2.1/24 192.0.2.10/24
	client b 198.51.100.1/24 198.51.100.10/24
	client c 203.0.113.1/24 203.0.113.10/24
	client six 2001:db8::1/32 2001:db8::10/32 nodad
	for ((number = 1; number <= crowd; number++)); do
		ip -n demo-six addr add "2001:db8:a0$(printf %02x "$number")::1/32" dev eth0 nodad
	done
	cat >"$work/regions" <<-'END'
		192.0.2.0/24     net-a
		198.51.100.0/24  net-b
		203.0.113.0/24   net-c
		2001:db8::/32    net-six
	END
}

start_nginx() {
	cat >"$work/nginx.conf" <<-END
		pid $work/nginx.pid;
		error_log $work/error.log;
		worker_processes 1;
		events {}
		http {
			access_log off;
			server {
				listen 80;
				listen [::]:80;
				location / { return 200 "hello from the edge\n"; }
			}
			server {
				listen 127.0.0.1:8513;
				listen [::1]:8513;
				return 513 "your region sends too much\n";
			}
		}
	END
	edge nginx -c "$work/nginx.conf" -g 'daemon on;' 2>/dev/null
}

# talk NAME ADDRESS: a person of that region who asks for a page five times a second
talk() {
	while sleep 0.2; do
		at "$1" curl -s -o /dev/null -m 2 -w '%{http_code} %{time_total}\n' \
			"http://$2/" >>"$work/$1.talk" || true
	done
}

# served NAME FROM-LINE: what requests got since then, and their median time
served() {
	tail -n "+$2" "$work/$1.talk" | sort -k2n | awk '
		{ ms[all++] = $2 * 1000; got[$1]++ }
		END { printf "%4d x 200, %3d x 513, %d failed, median %.1f ms", got[200], got[513],
			all - got[200] - got[513], ms[int(all / 2)] }'
}

# ask NAME URL: as a person sees it
ask() {
	show "curl -i $2                # in net-$1"
	at "$1" curl -s -i -m 2 "$2" | grep -Ev '^(Date|Content|Connection|Server)' || true
}

# ping_edge HOST ADDRESS: from there, and what came of it
ping_edge() {
	show "ping $2                # from net-$1"
	at "$1" ping -n -q -c 3 -i 0.2 -W 0.5 "$2" | grep transmitted || true
}

# forge TYPE: half of the flood, from 16 prefixes of net-six
forge() {
	at six "$flood" --dev eth0 --to 2001:db8::1 --from 2001:db8:a000::/44 --type "$1" --port 80 \
		--rate 50k --seconds "${forged_seconds}s" >"$work/flood.$1" &
	forging+=($!)
}

# got_meanwhile NAME WHAT: what a person of that region got since the last mark.
got_meanwhile() {
	printf '\n%s a person in net-%s got %s.\n' "$2" "$1" "$(served "$1" "${from[$1]}")"
}

# What became of the flood, and why.
dropped_of_flood() {
	local sent

	sent=$(cat "$work"/flood.* | sed 's/sent=\([0-9]*\).*/\1/' | awk "{ sum += \$1 } END { print sum }")
	guard stats net-six --json | jq -r --argjson sent "$sent" '.regions[0] |
		"\nOf \($sent) forged packets \(.dropped_packets) were dropped: " +
		"\(.dropped.no_socket.packets) belong to no connection (no_socket), " +
		"\(.dropped.prefix_pps.packets) are more than their prefix may send (prefix_pps), " +
		"\(.dropped.answer_cps.packets) more than the region may open (shield_cps)."'
}

# Real connections: each host of the crowd is in a prefix of its own, and opens 40/s.
surge() {
	local number

	for ((number = 1; number <= crowd; number++)); do
		at six curl -s -o /dev/null -m 2 --rate 40/s -H 'Connection: close' \
			--interface "2001:db8:a0$(printf %02x "$number")::1" \
			"http://[2001:db8::1]/?[1-$((40 * surge_seconds))]" >/dev/null &
		surging+=($!)
	done
}

# origin_start PORT COMMAND...: a server in net-c, which listens when this returns
origin_start() {
	(exec nsenter --net=/run/netns/demo-c "${@:2}" >"$work/origin.$1" 2>&1 </dev/null) &
	serving+=($!)
	until [ -n "$(at c ss -Hltn "sport = :$1")" ]; do
		kill -0 $!
		sleep 0.1
	done
}

origin_end() {
	kill "${serving[@]}"
	wait "${serving[@]}" 2>/dev/null || true
	serving=()
}

# pull URL: as a proxy on the edge would, ten times
pull() {
	show "curl $1                # on the edge, ten times"
	for _ in {1..10}; do
		edge curl -s -k --tlsv1.2 -o /dev/null -m 5 --resolve '*:443:203.0.113.10' \
			--resolve '*:80:203.0.113.10' -w '%{errormsg}\n' "$1" || true
	done | sort | uniq -c
}

# The agent, which reports in plain lines and serves metrics, as a service of the edge would.
start_agent() {
	cat >"$work/agent.yaml" <<-END
		agent:
		  metrics: {listen: "127.0.0.1:9513"}
		  events: plain
		  learn: {state: $work/learned, carries: {pps: 10k, bps: 100M, cps: 1k}}
	END
	"$top/tests/tools/history.py" "$work/learned" net-a 400 900
	show "ecdn-xdp limit set net-a --auto                # limits that the agent learns"
	guard limit set net-a --auto
	show "ecdn-xdp agent --config ecdn-xdp.yaml &                # metrics, events as plain lines"
	(exec nsenter --net=/run/netns/demo-edge "$ecdn" agent --config "$work/agent.yaml" \
		--pin-dir "$pin" >>"$work/events" 2>&1) &
	until edge curl -s -o /dev/null -m 1 http://127.0.0.1:9513/metrics; do
		kill -0 $!
		sleep 0.1
	done
	: >"$work/events"
}

lines() { wc -l <"$work/$1.talk"; }

# watch SECONDS: the table, once a second, drawn over itself on a terminal
watch() {
	local height='' end=$((SECONDS + $1)) tick next=$SECONDS

	while ((SECONDS < end)); do
		sleep 1 &
		tick=$!
		{
			guard stats "${regions[@]}"
			echo
			for host in a b c six; do
				printf '  a person in net-%-4s %s\n' "$host" "$(served "$host" "${from[$host]}")"
			done
		} >"$work/screen"
		wait $tick
		if [ -t 1 ]; then
			[ -z "$height" ] || printf '\033[%dA\033[J' "$height"
			height=$(wc -l <"$work/screen")
			cat "$work/screen"
		elif ((SECONDS >= next + 5 || SECONDS >= end)); then
			next=$SECONDS
			cat "$work/screen"
		fi
	done
}

declare -A from
forging=() surging=() serving=()
mark() {
	for host in a b c six; do
		from[$host]=$(($(lines "$host") + 1))
	done
}

say "An edge with nginx, and hosts of four regions"
make_hosts
start_nginx

say "Load the guard with the ranges of the world, and four test networks on top"
show "ecdn-xdp load --regions /usr/share/tor/geoip --regions /usr/share/tor/geoip6 --regions regions net-a net-b net-c net-six"
time guard load --regions /usr/share/tor/geoip --regions /usr/share/tor/geoip6 \
	--regions "$work/regions" "${regions[@]}"
show "ecdn-xdp status"
guard status
show "ecdn-xdp region lookup 192.0.2.10 2001:db8::10 9.9.9.9 2a00:1450:4001::1"
guard region lookup 192.0.2.10 2001:db8::10 9.9.9.9 2a00:1450:4001::1
show "ecdn-xdp limit set default --pps 20k --cps 300 --hold 3s"
guard limit set default --pps 20k --cps 300 --hold 3s

show "ecdn-xdp steer add 80 127.0.0.1:8513; ecdn-xdp steer add 80 [::1]:8513"
guard steer add 80 127.0.0.1:8513
guard steer add 80 '[::1]:8513'
guard steer

start_agent

until guard limit net-a | grep -q 'is usual\|= 2'; do
	sleep 0.1
done
show "ecdn-xdp limit net-a                # from a history of two days, made up for the demo"
guard limit net-a | tail -n 1

say "Everybody talks"
for host in a b c six; do
	: >"$work/$host.talk"
done
mark
talk a 192.0.2.1 &
talk b 198.51.100.1 &
talk c 203.0.113.1 &
talk six '[2001:db8::1]' &
watch 5

show "ecdn-xdp status                # connections have shown where this host serves"
guard status | grep -E '^(proven|armed)'

say "Somebody forges packets of net-six, 100,000/s for $forged_seconds seconds: SYNs, and packets of connections that do not exist"
mark
forge syn
forge ack
watch $((forged_seconds - 2))
ask six 'http://[2001:db8::1]/'
show "ecdn-xdp steer                # nobody was refused"
guard steer
show "ecdn-xdp prefix net-six --top 5"
guard prefix net-six --top 5
wait "${forging[@]}"
dropped_of_flood
got_meanwhile six "What is forged refuses nobody: meanwhile"

say "Now net-six surges in earnest: $crowd of its prefixes open real connections, 640/s, for $surge_seconds seconds"
mark
surge
watch $((surge_seconds - 4))
ask six 'http://[2001:db8::1]/'
show "ecdn-xdp top --batch -n 1"
guard top --batch -n 1
show "curl http://127.0.0.1:9513/metrics | grep net-six"
edge curl -s http://127.0.0.1:9513/metrics |
	grep -E '^ecdn_xdp_region_(state|load_ratio)\{region="net-six"'
ask a http://192.0.2.1/
show "ecdn-xdp steer"
guard steer

got_meanwhile six "Requests that surge are answered 513, once they have stood for 1 second: meanwhile"

say "The surge is over; after 3 seconds below 80 % so is the limit, and net-six gets 200 again"
wait "${surging[@]}"
mark
watch 8

say "What the agent has told of that, also to a hook if there is one"
grep -a net-six "$work/events"

say "What was dropped, and of whom"
show "cat $pin/regions"
grep -E '^(REGION|net-)' "$pin/regions"
others=$(guard stats net-a net-b net-c --json | jq '[.regions[].dropped_packets] | add')
echo
echo "Of the other regions' packets $others were dropped."

say "The edge's firewall drops ping; a node of the platform, in net-b, must reach it nevertheless"
show "nft add rule inet filter input icmp type echo-request drop"
edge nft -f - <<-'END'
	table inet filter {
		chain input {
			type filter hook input priority 0;
			icmp type echo-request drop
		}
	}
END
ping_edge b 198.51.100.1
show "ecdn-xdp load --ping net-b net-c; ecdn-xdp node add 198.51.100.10 --name ams-1"
guard load --ping net-b net-c
guard node add 198.51.100.10 --name ams-1
ping_edge b 198.51.100.1
ping_edge c 203.0.113.1
show "ecdn-xdp node"
guard node

say "An origin of this edge, in net-c, breaks: first it has TLS 1.0 alone"
ip -n demo-c link set lo up
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=www.a.example \
	-keyout "$work/origin.key" -out "$work/origin.crt" 2>/dev/null
show "ecdn-xdp load --origin; ecdn-xdp origin add www.a.example 203.0.113.10"
guard load --origin
guard origin add www.a.example 203.0.113.10
origin_start 443 openssl s_server -quiet -accept 203.0.113.10:443 -www -tls1 \
	-cipher ALL:@SECLEVEL=0 -cert "$work/origin.crt" -key "$work/origin.key"
pull https://www.a.example/
origin_end

say "Then it has TLS 1.3, and its network resets connections amid the answer"
head -c 3000000 /dev/urandom >"$work/big"
origin_start 8443 env -C "$work" openssl s_server -quiet -accept 127.0.0.1:8443 -WWW \
	-cert origin.crt -key origin.key
origin_start 443 "$peer" --to 127.0.0.1:8443 --cut-after 1000000 --by rst 203.0.113.10:443
pull https://www.a.example/big
origin_end

say "And over plain HTTP its answers end early"
printf 'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nhello' >"$work/answer"
origin_start 80 "$peer" --hear head --answer "$work/answer" 203.0.113.10:80
pull http://www.a.example/
origin_end

show "ecdn-xdp origin"
guard origin
show "ecdn-xdp origin failures --last 3"
guard origin failures --last 3
show "ecdn-xdp diagnose"
guard diagnose

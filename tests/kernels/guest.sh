#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=dash
# guest.sh runs in the guest and proves the product on its kernel: one line
# `ok - what` or `not ok - what: why` for each thing that was to hold; all other
# output is indented. Run by busybox, to which [[ and local are known.
set -u

PINS=/sys/fs/bpf/ecdn-xdp
TEST_LIMIT=400                  # seconds for one test binary
failed=0

# Busybox would take its own for these, without asking PATH.
ip() { /payload/bin/ip "$@"; }
ecdn() { /payload/bin/ecdn-xdp "$@"; }

indent() { sed 's/^/    /'; }
ok() { echo "ok - $1"; }

not_ok() {
	echo "not ok - $1: $2"
	failed=$((failed + 1))
}

# holds WHAT COMMAND...: COMMAND must succeed; what it printed stays in $out.
holds() {
	local what=$1

	shift
	if out=$("$@" 2>&1); then
		ok "$what"
	else
		not_ok "$what" "$(printf '%s' "$out" | tail -n 1)"
		printf '%s\n' "$out" | indent
		return 1
	fi
}

# shown WHAT COMMAND...: the same, and what it printed is shown.
shown() {
	holds "$@" && printf '%s\n' "$out" | indent
}

# refused WHAT COMMAND...: COMMAND must fail.
refused() {
	local what=$1

	shift
	if out=$("$@" 2>&1); then
		not_ok "$what" "it succeeded"
	else
		ok "$what"
	fi
}

# As much as an emulator does in the time: packets, milliseconds, refused loads, a part.
arguments_of() {
	case $1 in
	test_carry) echo 2 ;;
	test_evasion) echo 1500 ;;
	test_explain) echo 2200 ;;
	test_origin_race) echo 4 ;;
	test_origin_rows) echo 8 ;;
	test_prefix_buckets) echo 1000 ;;
	test_prefix_crowd) echo slow ;;
	test_random) echo 25000 ;;
	test_wider) echo 10000 ;;
	esac
}

measures_rates() {
	[ "$1" = test_limiter ] || [ "$1" = test_ceiling ]
}

# Not those that measure rates in real time: time here is the host's. On
# ECDN_XDP_IDLE_IFACE a test may attach its program:
# 5.10 patches code at every BPF_PROG_TEST_RUN of one that is attached nowhere,
# which costs an emulator ten times the run.
run_tests() {
	local test name none=1 began

	export ECDN_XDP_IDLE_IFACE=idle0
	holds "an idle interface" ip link add idle0 type veth peer name idle1

	for test in /payload/tests/run/test_*; do
		name=${test##*/}
		[ -x "$test" ] && ! measures_rates "$name" || continue
		none=0
		began=$(date +%s)
		# shellcheck disable=SC2046,SC2086
		if timeout "$TEST_LIMIT" "$test" $(arguments_of "$name") > /tmp/out 2>&1; then
			indent < /tmp/out
			ok "$name ($(($(date +%s) - began)) s)"
		else
			indent < /tmp/out
			not_ok "$name ($(($(date +%s) - began)) s)" "$(tail -n 1 /tmp/out)"
		fi
	done
	[ "$none" = 0 ] || not_ok "packet tests" "none was built"
}

# veth0 is the node's, veth1 a client's in a namespace of its own; the client
# has an address in region TEST and one that no region has.
make_net() {
	ip netns add client &&
	ip link add veth0 type veth peer name veth1 netns client &&
	ip addr add 192.0.2.1/24 dev veth0 &&
	ip addr add 10.9.9.1/24 dev veth0 &&
	ip addr add 2001:db8::1/64 dev veth0 nodad &&
	ip link set veth0 up &&
	ip -n client addr add 192.0.2.2/24 dev veth1 &&
	ip -n client addr add 10.9.9.2/24 dev veth1 &&
	ip -n client addr add 2001:db8::2/64 dev veth1 nodad &&
	ip -n client link set veth1 up &&
	printf '192.0.2.0/24 TEST\n2001:db8::/32 TEST\n' > /tmp/regions
}

client() { ip netns exec client "$@"; }
client_ping() { client ping -q -c 3 -i 0.2 -W 2 "$1"; }

# The port is protected by default; what is listening there says a word.
serve_word() { nc -ll -p 80 -e echo served & }
client_fetch() { client timeout 3 nc "$1" 80 < /dev/null | grep -q served; }

# One of the packets that the client sends in vain.
captures_one() {
	(client_fetch 192.0.2.1; sleep 1; client_fetch 192.0.2.1) > /dev/null 2>&1 &
	ecdn capture --count 1 --for 30s -w /tmp/drops &&
		grep -q 'region=TEST reason=blocked sample=1/' /tmp/drops
}

# number KEY: sum of a field over all regions of `stats --json`. The comma keeps
# the drops' own fields out, of which each object begins with one.
number() {
	ecdn stats --json | tr -d ' \n' | grep -o ",\"$1\":[0-9]*" |
		awk -F: '{ sum += $2 } END { print sum + 0 }'
}

# proven KEY: the same of what is proven.
proven() {
	ecdn stats --json | tr -d ' \n' | grep -o '"proven":{[^}]*}' | grep -o "\"$1\":[0-9]*" |
		awk -F: '{ sum += $2 } END { print sum + 0 }'
}

is_json() { printf '%s' "$1" | tr -d ' \n' | grep -q '^{.*"regions":\[.*\].*}$'; }
counts_more_than() { [ "$(number "$1")" -gt "$2" ]; }
lists_region() { ecdn stats --json TEST | tr -d ' ' | grep -q '"region":"TEST"'; }
shows_regions() { grep -q '^REGION' "$PINS/regions" && grep -q '^TEST' "$PINS/regions"; }
has_program() { ip link show veth0 | grep -q "prog/xdp" && ip link show veth0 | grep -q " $1 "; }
no_program() { ! ip link show veth0 | grep -q xdp; }
no_pins() { [ ! -e "$PINS" ]; }

# ip calls native mode "xdp" and the other "xdpgeneric".
test_mode() {
	local mode=$1 shown_as=$2 before

	holds "$mode: load" ecdn load -m "$mode" --regions /tmp/regions veth0 || return
	holds "$mode: the program is on veth0" has_program "$shown_as"
	shown "$mode: status" ecdn status
	holds "$mode: IPv4 passes" client_ping 192.0.2.1
	holds "$mode: IPv6 passes" client_ping 2001:db8::1
	holds "$mode: an address without region passes" client_ping 10.9.9.1

	shown "$mode: stats" ecdn stats
	if holds "$mode: stats --json" ecdn stats --json; then
		holds "$mode: its output is JSON" is_json "$out"
	fi
	holds "$mode: packets were counted" counts_more_than packets 8
	holds "$mode: and by region" lists_region
	holds "$mode: the pinned iterator prints the regions" shows_regions
	shown "$mode: prefix" ecdn prefix

	before=$(number packets)
	holds "$mode: load again upgrades" ecdn load -m "$mode" veth0
	holds "$mode: the program is on veth0 after it" has_program "$shown_as"
	holds "$mode: counters survive the upgrade" counts_more_than packets $((before - 1))
	holds "$mode: and traffic passes" client_ping 192.0.2.1

	before=$(number packets)
	holds "$mode: a region table that outgrows its room" ecdn region load /tmp/regions /payload/many
	holds "$mode: the program is on veth0 after that" has_program "$shown_as"
	holds "$mode: counters survive it" counts_more_than packets $((before - 1))
	holds "$mode: the table is whole" sh -c "/payload/bin/ecdn-xdp region lookup 16.0.0.1 | grep -q R0"

	holds "$mode: the protected port is served" client_fetch 192.0.2.1
	before=$(proven connections)
	holds "$mode: it is served again" client_fetch 192.0.2.1
	holds "$mode: and over IPv6" client_fetch 2001:db8::1
	holds "$mode: both connections are proven" [ "$(proven connections)" = $((before + 2)) ]
	holds "$mode: status says so" sh -c "/payload/bin/ecdn-xdp status | grep -q '^proven  *yes'"
	holds "$mode: block" ecdn block TEST
	refused "$mode: the blocked region is not served" client_fetch 192.0.2.1
	holds "$mode: others are" client_fetch 10.9.9.1
	holds "$mode: drops were counted" counts_more_than dropped_packets 0
	holds "$mode: and are captured" captures_one
	holds "$mode: release" ecdn release TEST
	holds "$mode: it is served again" client_fetch 192.0.2.1

	holds "$mode: unload --all" ecdn unload --all
	holds "$mode: no pin is left" no_pins
	holds "$mode: no program is left on veth0" no_program
	holds "$mode: traffic passes without it" client_ping 192.0.2.1
}

# The host answers nobody; tcx or clsact, whatever the kernel has.
test_ping() {
	sysctl -qw net.ipv4.icmp_echo_ignore_all=1
	holds "ping: load" ecdn load --ping veth0 || return
	shown "ping: status" ecdn status
	refused "ping: a stranger" client_ping 192.0.2.1
	holds "ping: node add" ecdn node add 192.0.2.2 2001:db8::2
	holds "ping: a node" client_ping 192.0.2.1
	holds "ping: a node, IPv6" client_ping 2001:db8::1
	holds "ping: load again upgrades" ecdn load --ping veth0
	holds "ping: a node after it" client_ping 192.0.2.1
	shown "ping: node" ecdn node
	holds "ping: it was counted" sh -c "printf '%s' '$out' | grep -q '192.0.2.2/32 .* 6 .* 6 '"
	holds "ping: a list that outgrows its maps" ecdn node load /payload/nodes
	holds "ping: a node after that" client_ping 192.0.2.1
	holds "ping: it was counted from the start" \
		sh -c "/payload/bin/ecdn-xdp node | grep -q '192.0.2.2/32 .* 9 .* 9 '"
	holds "ping: unload --all" ecdn unload --all
	refused "ping: a node after it" client_ping 192.0.2.1
	holds "ping: no pin is left" no_pins
	sysctl -qw net.ipv4.icmp_echo_ignore_all=0
}

# Port 443, as 80 is taken, without TLS. What answers 513 listens first.
write_nginx() {
	mkdir -p /tmp/nginx /var/log/nginx /var/lib/nginx &&
	printf '%s' 'user root root; pid /tmp/nginx/pid; error_log /tmp/nginx/error; events { }
		http { access_log off;
		server { listen 127.0.0.1:8513; listen [::1]:8513; return 513; }
		server { listen 443; listen [::]:443; return 200; } }' > /tmp/nginx/conf &&
	mkdir -p /etc && echo root:x:0:0:root:/:/bin/sh > /etc/passwd && echo root:x:0: > /etc/group
}

nginx() { /payload/bin/nginx -p /tmp/nginx -c /tmp/nginx/conf "$@"; }
nginx_start() { nginx -q; }
nginx_signal() { killall "-$1" nginx; }
nginx_ended() { ! [ -e /tmp/nginx/pid ] || ! kill -0 "$(cat /tmp/nginx/pid)" 2>/dev/null; }

nginx_restart() {
	nginx_signal "$1"
	for _ in 1 2 3 4 5 6 7 8 9; do
		nginx_ended && break
		sleep 1
	done
	nginx_start
}

# answer ADDR: the status that the client is told.
answer() {
	printf 'GET / HTTP/1.0\r\n\r\n' | client timeout 5 nc "$1" 443 | sed -n '1s/^[^ ]* \(...\).*/\1/p'
}

both_answer() {
	[ "$(answer 192.0.2.1)" = "$1" ] && [ "$(answer 2001:db8::1)" = "$1" ]
}

# The client's own connections are the surge.
limit_client() {
	ecdn limit set TEST --cps 1 --grace 0s --prefix-pps 0 --answer-cps 0 --hold 1h || return
	for _ in 1 2 3 4 5 6 7 8 9; do
		for _ in 1 2 3 4 5 6 7 8 9; do answer 192.0.2.1 > /dev/null; done
		ecdn stats TEST | grep -q limited && return
	done
	return 1
}

# nginx as it is: no command of ours runs once it has been loaded.
test_listen_hook() {
	printf 'steer: {443: ["127.0.0.1:8513", "[::1]:8513"]}\n' > /tmp/config
	holds "listen: load" ecdn load --config /tmp/config --regions /tmp/regions veth0 || return
	holds "listen: it is attached" sh -c "/payload/bin/ecdn-xdp status | grep -q '^steer *attached'"
	write_nginx
	holds "listen: nginx starts" nginx_start || return
	holds "listen: it serves" both_answer 200
	holds "listen: the client surges" limit_client
	holds "listen: started after load: 513" both_answer 513
	holds "listen: nginx restarts" nginx_restart QUIT
	holds "listen: restarted: 513" both_answer 513
	holds "listen: nginx is killed, and starts" nginx_restart KILL
	holds "listen: killed and started: 513" both_answer 513
	holds "listen: nginx reloads" nginx -s reload
	sleep 2
	holds "listen: reloaded: 513" both_answer 513
	shown "listen: steer" ecdn steer
	nginx_signal TERM
	holds "listen: unload --all" ecdn unload --all
	holds "listen: no pin is left" no_pins
}

# Origins are in the client's namespace; this host is their node.
origin_serves() {
	local port=$1

	shift
	# Nothing of it may hold the pipe that its caller reads.
	(exec /payload/bin/ip netns exec client "$@" > "/tmp/origin.$port" 2>&1 < /dev/null) &
	for _ in 1 2 3 4 5 6 7 8 9; do
		client netstat -ltn | grep -q ":$port " && return
		sleep 1
	done
	return 1
}

origin_tls() {
	local port=$1

	shift
	OPENSSL_CONF=/dev/null origin_serves "$port" openssl s_server -quiet -accept "$port" -www \
		-cert /payload/origin.crt -key /payload/origin.key "$@"
}

to_origin() { OPENSSL_CONF=/dev/null /payload/bin/origin_client -v --timeout 20s "$@"; }
good() { to_origin "$@" | grep -q 'good=1 bad=0'; }
# Of the last failure: CODE CAUSE and what else is asked for, as "alert_name":"protocol_version".
last_failure() {
	local found word

	found=$(ecdn origin failures --last 1 --json | tr -d ' \n')
	for word in "$@"; do
		printf '%s' "$found" | grep -qF "$word" || { echo "$found"; return 1; }
	done
}
# ADDR:PORT and how its connections ended.
origin_row() {
	ecdn origin --json | tr -d ' \n' | sed 's/{"address"/\n&/g' |
		grep -F "\"port\":$1," | grep -qF "$2"
}

test_origin() {
	holds "origin: load" ecdn load --origin --origin-ports 443,444,445,80,81 || return
	shown "origin: status" ecdn status
	holds "origin: a server for 1.2 and 1.3" origin_tls 443
	holds "origin: one for 1.3" origin_tls 445 -tls1_3
	printf 'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nhello' > /tmp/cut
	holds "origin: one that cuts" origin_serves 81 origin_peer --hear head --answer /tmp/cut \
		192.0.2.2:81
	holds "origin: TLS 1.2" good --tls 1.2 --closed 192.0.2.2:443
	holds "origin: TLS 1.3" good --tls 1.3 --closed "[2001:db8::2]:443"
	holds "origin: is well" origin_row 443 '"ok":1'
	holds "origin: without failures" [ -z "$(ecdn origin failures | sed 1d)" ]
	refused "origin: refused" good 192.0.2.2:444
	holds "origin: refused is seen" last_failure '"code":538' '"cause":"refused"' '"errno":111'
	refused "origin: a version that it has not" good --tls 1.2 192.0.2.2:445
	holds "origin: its alert is seen" last_failure '"code":538' '"cause":"alert_by_origin"' \
		'"alert_name":"protocol_version"' '"offered":["1.2"]' '"sni":"origin.test"'
	refused "origin: an answer that is cut" good --plain 192.0.2.2:81
	holds "origin: the cut is seen" last_failure '"code":522' '"cause":"cut"' '"need":500' \
		'"got":5'
	shown "origin: failures" ecdn origin failures
	holds "origin: each is counted" [ "$(ecdn origin failures | sed 1d | wc -l)" = 3 ]
	shown "origin: list" ecdn origin
	killall openssl origin_peer
	holds "origin: unload --all" ecdn unload --all
	holds "origin: no pin is left" no_pins
}

# bpffs takes no dot in a name, interfaces do: those of VLANs have one.
test_names() {
	holds "names: an interface with a dot" ip link add veth2.5 type veth peer name veth3.5 || return
	holds "names: load" ecdn load --regions /tmp/regions veth2.5 || return
	holds "names: status shows it" sh -c '/payload/bin/ecdn-xdp status | grep -qF veth2.5'
	holds "names: unload" ecdn unload veth2.5
	holds "names: unload --all" ecdn unload --all
	holds "names: no pin is left" no_pins
}

# Forged packets come from these, whose answers go to the client, which drops them.
flood() {
	client /payload/bin/flood --dev veth1 --mac "$(cat /sys/class/net/veth0/address)" \
		--port 80 --ports --rate 1k "$@"
}
end_flood() { kill "$(pidof flood)"; }
flood_4() { flood --to 192.0.2.1 --from 10.77.0.0/16 "$@"; }
flood_6() { flood --to 2001:db8::1 --from 2001:db8:77::/48 "$@"; }
# The client's own prefixes.
own_4() { flood --to 192.0.2.1 --from 192.0.2.128/25 "$@"; }
own_6() { flood --to 2001:db8::1 --from 2001:db8:0:77::/64 "$@"; }

state() { ecdn stats --json TEST | tr -d ' ' | grep -o '"state":"[a-z]*"'; }
state_is() { [ "$(state)" = "\"state\":\"$1\"" ]; }
client_513() { client timeout 3 nc "$1" 80 < /dev/null | grep -q refused; }

# no_socket OBJECT: packets, of dropped or would_drop.
no_socket() {
	ecdn stats --json TEST | tr -d ' \n' | grep -o "\"$1\":{.*" |
		grep -o '"no_socket":{"packets":[0-9]*' | head -n 1 | grep -o '[0-9]*$'
}

steered() {
	ecdn steer --json | tr -d ' \n' | grep -o '"steered":[0-9]*' |
		awk -F: '{ sum += $2 } END { print sum + 0 }'
}

wait_state() {
	local left=100

	until state_is "$1"; do
		left=$((left - 1))
		[ "$left" -gt 0 ] || return 1
		sleep 0.2
	done
}

# repeat N COMMAND...: each of N times.
repeat() {
	local left=$1

	shift
	while [ "$left" -gt 0 ]; do
		"$@" || return 1
		left=$((left - 1))
	done
}

limit() { ecdn limit clear TEST && ecdn limit set TEST --hold 2s --answer-cps 0 "$@" && ecdn release TEST; }
# The server closes, and its end is in TIME_WAIT.
one_port() { client timeout 3 nc -p "$2" "$1" 80 < /dev/null | grep -q served; }

# kept ADDRESS N: so many requests of one connection get 200.
kept() {
	local got

	got=$({
		for _ in $(seq "$2"); do
			printf 'GET / HTTP/1.1\r\nHost: edge\r\n\r\n'
			sleep 0.1
		done
		sleep 1
	} | client timeout 60 nc "$1" 443 | grep -c '^HTTP/1.1 200')
	[ "$got" = "$2" ] || { echo "$got of $2 got 200"; return 1; }
}

# test_syn NAME FLOOD ADDRESS: forged SYNs of one family and kind.
test_syn() {
	local name=$1 flood=$2 to=$3 before

	holds "$name: limits" limit --cps 100 --pps 4k || return
	before=$(steered)
	"$flood" --type syn --rate 500 --seconds 90s > /dev/null &
	holds "$name: forged SYNs shield" wait_state shielded
	holds "$name: and refuse nobody" repeat 10 client_fetch "$to"
	holds "$name: nor an open connection" kept "$to" 10
	holds "$name: still shielded" state_is shielded
	holds "$name: nothing is steered" [ "$(steered)" = "$before" ]
}

# test_time_wait NAME FLOOD ADDRESS PORT: during such a flood, which ends with it.
test_time_wait() {
	test_syn "$1" "$2" "$3"
	holds "$1: ten times from one port" repeat 10 one_port "$3" "$4"
	end_flood
}

# test_ack NAME FLOOD ADDRESS
test_ack() {
	local name=$1 flood=$2 to=$3 before

	holds "$name: limits for ACKs" limit --pps 100 --hold 10s || return
	"$flood" --type ack --rate 500 --seconds 90s > /dev/null &
	holds "$name: forged ACKs shield" wait_state shielded
	holds "$name: and refuse nobody" repeat 10 client_fetch "$to"
	holds "$name: nor an open connection" kept "$to" 10
	end_flood
	before=$(no_socket dropped)
	"$flood" --type ack --count 1000 > /dev/null
	holds "$name: of 1000, 990 are dropped as no_socket" \
		[ "$(no_socket dropped)" -ge $((before + 990)) ]
}

# Real connections, to nginx, at ten times the limit below, as an emulator may be late.
surge() {
	client /payload/bin/surge --to 192.0.2.1 --from 192.0.2.2 --port 443 --bare --rate 50 \
		--count 150 > /dev/null
}

# A surge of real connections.
test_proven() {
	holds "proven: limits" limit --cps 5 --grace 0s --hold 8s || return
	surge
	holds "proven: connections limit" state_is limited
	holds "proven: the region gets 513" client_513 192.0.2.1
	holds "proven: over IPv6 too" client_513 2001:db8::1
	holds "proven: it ends" wait_state normal
	holds "proven: then it is served" client_fetch 192.0.2.1
	holds "proven: over IPv6 too" client_fetch 2001:db8::1
}

# The same, and forged ones beside it.
test_both() {
	holds "both: limits" limit --cps 5 --grace 0s --hold 8s || return
	flood_4 --type syn --rate 200 --seconds 120s > /dev/null &
	holds "both: forged SYNs shield" wait_state shielded
	surge
	holds "both: proven connections limit" state_is limited
	holds "both: whose region gets 513" client_513 192.0.2.1
	holds "both: over IPv6 too" client_513 2001:db8::1
	holds "both: the proven ones end first" wait_state shielded
	holds "both: then it is served" client_fetch 192.0.2.1
	holds "both: over IPv6 too" client_fetch 2001:db8::1
	end_flood
	holds "both: then the forged ones" wait_state normal
	holds "both: and it is served" client_fetch 192.0.2.1
}

# test_claimed NAME FLOOD...: where nothing is proven, the same floods refuse the region.
test_claimed() {
	local name=$1 flood

	shift
	for flood in "$@"; do
		holds "$name, $flood: limits" limit --cps 100 --hold 20s --grace 0s --prefix-pps 0
		"$flood" --type syn --seconds 1s > /dev/null
		holds "$name, $flood: forged SYNs limit" state_is limited
		holds "$name, $flood: and the region gets 513" client_513 192.0.2.1
		holds "$name, $flood: over IPv6 too" client_513 2001:db8::1
	done
	holds "$name: limits for ACKs" limit --pps 100 --hold 20s --grace 0s --prefix-pps 0
	flood_4 --type ack --seconds 1s > /dev/null
	holds "$name: forged ACKs limit" state_is limited
	holds "$name: and the region gets 513" client_513 192.0.2.1
}

test_monitor() {
	local before would

	holds "monitor: load" ecdn load --monitor veth0 || return
	holds "monitor: limits" limit --pps 100 --hold 10s
	flood_4 --type ack --seconds 1s > /dev/null
	holds "monitor: forged ACKs shield" state_is shielded
	before=$(number dropped_packets)
	would=$(no_socket would_drop)
	flood_4 --type ack --count 1000 > /dev/null
	holds "monitor: nothing is dropped" [ "$(number dropped_packets)" = "$before" ]
	holds "monitor: of 1000, 980 would have been as no_socket" \
		[ "$(no_socket would_drop)" -ge $((would + 980)) ]
	holds "monitor: and it is served" client_fetch 192.0.2.1
	holds "monitor: its end" ecdn load --enforce veth0
}

# Somebody else's program has the root of cgroup v2 for itself.
test_refused() {
	mkdir /tmp/cgroup
	holds "refused: cgroup v2" mount -t cgroup2 none /tmp/cgroup || return
	holds "refused: a program that allows no other" /payload/bin/exclusive attach sockets /tmp/cgroup
	holds "refused: load" ecdn load --regions /tmp/regions --regions /tmp/forged veth0
	holds "refused: it warns, once" [ "$(printf '%s' "$out" | grep -c 'warning: ')" = 1 ]
	holds "refused: status" sh -c "/payload/bin/ecdn-xdp status | grep -q '^proven  *no: the kernel'"
	holds "refused: steer" ecdn steer add 80 "[::]:8514"
	test_claimed "refused" flood_6
	holds "refused: unload --all" ecdn unload --all
	holds "refused: that program goes" /payload/bin/exclusive detach sockets /tmp/cgroup
	umount /tmp/cgroup
}

# nc is the proxy of port 80, and its own client: that can be told from which port to ask. nginx,
# which keeps connections, is that of 443.
test_shield() {
	nc -ll -p 8514 -e echo refused &
	ip route add 10.77.0.0/16 via 192.0.2.2
	ip route add 192.0.2.128/25 via 192.0.2.2
	ip route add 2001:db8:77::/48 via 2001:db8::2
	ip route add 2001:db8:0:77::/64 via 2001:db8::2
	printf '10.77.0.0/16 TEST\n' > /tmp/forged
	write_nginx
	holds "shield: nginx starts" nginx_start || return
	holds "shield: load" ecdn load --regions /tmp/regions --regions /tmp/forged veth0 || return
	holds "shield: steer" ecdn steer add 80 "[::]:8514"
	holds "shield: a connection is kept" kept 192.0.2.1 30
	holds "shield: over IPv6 too" kept 2001:db8::1 30
	test_time_wait "shield, IPv4" flood_4 192.0.2.1 30000
	test_ack "shield, IPv4" flood_4 192.0.2.1
	test_time_wait "shield, IPv6" flood_6 2001:db8::1 30001
	test_ack "shield, IPv6" flood_6 2001:db8::1
	test_syn "shield, own /24" own_4 192.0.2.1
	end_flood
	test_syn "shield, own /48" own_6 2001:db8::1
	end_flood
	shown "shield: status" ecdn status
	test_proven
	test_both
	test_monitor
	holds "shield off: load" ecdn load --shield off veth0
	holds "shield off: status" sh -c "/payload/bin/ecdn-xdp status | grep -q '^proven  *no: switched off'"
	test_claimed "shield off" flood_4 flood_6
	holds "shield: unload --all" ecdn unload --all
	holds "shield: no pin is left" no_pins
	test_refused
	nginx_signal TERM
}

run_tests
if holds "a client behind veth" make_net; then
	serve_word
	test_mode native xdp
	test_mode skb xdpgeneric
	test_shield
	test_ping
	test_listen_hook
	test_origin
	test_names
fi
[ "$failed" = 0 ]

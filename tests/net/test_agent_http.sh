#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# How the agent's metrics are served: what is answered to whom, what clients cannot do to it, the
# program that serves and its end, Unix sockets, and other places upon a reload.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/agent_metrics.sh
source "$(dirname "$0")/agent_metrics.sh"

root=http://127.0.0.1:9513/

write_config() {
	printf 'regions: %s\nagent: {metrics: {%s}}\n' "$regions" "$1" >"$work/config"
}

test_answers() {
	is "/ points to the page" "200 ecdn-xdp: metrics are at /metrics" \
		"$(code $root) $(<"$work/answer")"
	is "another path" 404 "$(code ${root}metric)"
	is "POST, PUT, DELETE" "405 405 405" "$(code -X POST -d x=1 $url) $(code -T "$regions" $url) $(
		code -X DELETE $url)"
	is "HEAD has no body" "200 0" "$(code -I $url) $(on edge curl -sI $url |
		sed '1,/^\r$/d' | wc -c)"
	has "the type of the page" '^Content-Type: text/plain; version=0.0.4' \
		"$(on edge curl -s -D - -o /dev/null $url)"
	is "over loopback it is not packed" 0 "$(on edge curl -s -D - -o /dev/null \
		-H 'Accept-Encoding: gzip' $url | grep -ci content-encoding || true)"
}

# How long making it took stands in a page, to the nanosecond.
test_one_a_second() {
	between "six pages at once are one or two" 1 3 "$(for _ in {1..6}; do
		get | grep '^ecdn_xdp_scrape_duration_seconds'
	done | sort -u | wc -l)"
}

test_by_hand() {
	fails "the server by hand" 2 'is started by' on edge "$build/ecdn-xdp-metrics" loopback
}

test_taken() {
	url=http://127.0.0.1:9516/metrics
	waiting edge "$build/tests/tools/waiter" 127.0.0.1:9516 taken
	agent_start --listen 127.0.0.1:9516
	does "the place is taken at the start: said" wait_for 5 grep -q 'tried again each second' \
		"$work/agent.said"
	stop "$waiter"
	does "and served once it is free" wait_for 5 is_served
	is "which is said, once each" "1 1" "$(grep -c 'tried again' "$work/agent.said") $(
		grep -c 'served at 127.0.0.1:9516 now' "$work/agent.said")"
	stop "$agent"
}

test_hosts() {
	local host

	for host in localhost localhost:9513 LocalHost. 127.0.0.1 127.0.0.1:9513 edge7.example; do
		is "Host: $host" 200 "$(code -H "Host: $host" $url)"
	done
	for host in evil.example 192.0.2.77 127.0.0.2:9513 '[::1]:9513' localhost.evil.example x; do
		is "Host: $host is refused" 403 "$(code -H "Host: $host" $url)"
	done
	is "no Host" 400 "$(code -H 'Host:' $url)"
}

# talk TEXT: sends it, and prints the status line of what is answered.
talk() {
	printf '%b' "$1" | on edge timeout 8 bash -c 'exec 3<>/dev/tcp/127.0.0.1/9513; cat >&3;
		head -n 1 <&3' 2>/dev/null | tr -d '\r\0' || true
}

test_garbage() {
	has "garbage" '400|^$' "$(talk '\x16\x03\x01\x02\x00\x01\r\n\r\n')"
	has "a line that is too long" '^HTTP/1.. 4(00|14|31)|^$' \
		"$(talk "GET /$(printf 'a%.0s' {1..30000}) HTTP/1.1\r\nHost: localhost\r\n\r\n")"
	has "no HTTP" '400|^$' "$(talk 'hello\r\n\r\n')"
	head -c 300000 /dev/urandom | on edge timeout 8 bash -c 'cat >/dev/tcp/127.0.0.1/9513' \
		2>/dev/null || true
	does "after garbage it serves" is_served
}

# More slow clients than there are places, each with a byte now and then.
test_slow() {
	local slow

	(exec nsenter --net="/run/netns/ecdn-$id-edge" python3 - <<-'END'
		import socket, time
		made = []
		for _ in range(24):
		    s = socket.socket(); s.connect(("127.0.0.1", 9513)); s.send(b"GET /"); made.append(s)
		for _ in range(200):
		    time.sleep(0.1)
		    for s in made:
		        try: s.send(b"x")
		        except OSError: pass
		END
	) &
	slow=$!
	sleep 1
	is "24 clients that never come to the point keep nobody out" 200 "$(code $url)"
	kill "$slow" 2>/dev/null || true
	wait "$slow" || true
}

test_jail() {
	local pid

	pid=$(server)
	is "the server: no capability, no new ones, a filter" "0000000000000000 1 2" \
		"$(awk '/^CapEff/ { e = $2 } /^NoNewPrivs/ { n = $2 } /^Seccomp:/ { s = $2 }
			END { print e, n, s }' "/proc/$pid/status")"
	is "the server: nobody" 65534 "$(awk '/^Uid/ { print $2 }' "/proc/$pid/status")"
	is "the server: no dump, as its files are root's" "root" "$(stat -c %U "/proc/$pid/environ")"
	is "the server: no file but what it is handed, and its epoll" "0 1 2 3 4 5" \
		"$(find "/proc/$pid/fd" -type l -printf '%f\n' | sort -n | xargs)"
	is "the server: no environment" 0 "$(tr -d '\0' <"/proc/$pid/environ" | wc -c)"
}

test_restarts() {
	local before

	before=$(server)
	kill -KILL "$before"
	does "the server is killed: another one serves" wait_for 5 is_served
	[ "$(server)" != "$before" ] && ok "it is another process" || not_ok "it is another process" same
	kill -KILL "$(server)"
	does "and again" wait_for 5 is_served
	is "that is said once" 1 "$(grep -c 'it is started again' "$work/agent.said")"
}

# What was true a while ago is not passed off as what is true now.
test_stopped() {
	kill -STOP "$agent"
	sleep 1.2
	is "the agent hangs: no page, rather than an old one" 503 "$(code $url)"
	is "and again" 503 "$(code $url)"
	kill -CONT "$agent"
	does "it goes on: a page" wait_for 5 is_served
}

is_free() {
	! on edge ss -Hltn | grep -qF " $1 "
}

test_elsewhere() {
	local before

	before=$(server)
	write_config 'hosts: [edge7.example], nodes: 100'
	kill -HUP "$agent"
	does "a reload" wait_for 5 grep -q 'was read again' "$work/agent.said"
	is "a reload that changes neither place nor names ends no scrape" "$before" "$(server)"
	write_config 'listen: "127.0.0.1:9514", hosts: [other.example]'
	kill -HUP "$agent"
	url=http://127.0.0.1:9514/metrics
	does "a reload: it serves elsewhere" wait_for 5 is_served
	is "a reload: under another name" 200 "$(code -H 'Host: other.example' $url)"
	is "a reload: not under the former one" 403 "$(code -H 'Host: edge7.example' $url)"
	is "a reload: not there any more" 000 "$(code http://127.0.0.1:9513/metrics || true)"
	waiting edge "$build/tests/tools/waiter" 127.0.0.1:9515 taken
	write_config 'listen: "127.0.0.1:9515"'
	kill -HUP "$agent"
	does "a place that is taken: said" wait_for 5 grep -q 'somebody else listens at 127.0.0.1:9515' \
		"$work/agent.said"
	does "a place that is taken: it serves where it did" is_served
	is "the reload failed, and the metrics say so" 0 \
		"$(value ecdn_xdp_config_last_reload_successful "$(fresh)")"
	stop "$waiter"
	printf 'agent: {metrics: {listen: "127.0.0.1:9516"}, hook: /none}\n' >"$work/config"
	kill -HUP "$agent"
	does "another part is refused: said" wait_for 5 grep -q 'hook /none: not run' "$work/agent.said"
	does "and the place that was to be is free" wait_for 2 is_free 127.0.0.1:9516
	does "and it serves where it did" is_served
}

# The agent's unit leaves it no capability to become another user.
test_privileges() {
	local pid

	url=http://127.0.0.1:9513/metrics
	(exec nsenter --net="/run/netns/ecdn-$id-edge" setpriv --no-new-privs \
		--bounding-set=-all,+bpf,+net_admin,+perfmon --inh-caps=-all \
		"$build/ecdn-xdp" agent --pin-dir "$pin" >"$work/agent.said" 2>&1) &
	agent=$!
	does "with the unit's capabilities: it serves" wait_for 5 is_served
	pid=$(server)
	is "with these: none is left to the server" "0000000000000000 1 2" \
		"$(awk '/^CapEff/ { e = $2 } /^NoNewPrivs/ { n = $2 } /^Seccomp:/ { s = $2 }
			END { print e, n, s }' "/proc/$pid/status")"
	is "with these: the page is whole" 1 "$(value ecdn_xdp_guard_loaded "$(fresh)")"
	stop "$agent"
}

test_end() {
	local pid

	pid=$(server)
	kill -KILL "$agent"
	wait "$agent" 2>/dev/null || true
	does "the agent is killed: its server ends" wait_for 3 test ! -e "/proc/$pid"
}

test_unix() {
	local path=$work/m.sock

	agent_start --listen "unix:$path"
	does "a Unix socket is served" wait_for 5 on edge curl -sf -o /dev/null --unix-socket "$path" \
		http://anything/metrics
	is "its mode" "660 root" "$(stat -c '%a %U' "$path")"
	kill -KILL "$agent"
	wait "$agent" 2>/dev/null || true
	is "the killed agent has left it" socket "$(stat -c %F "$path")"
	agent_start --listen "unix:$path"
	does "a stale one is replaced" wait_for 5 on edge curl -sf -o /dev/null --unix-socket "$path" \
		http://localhost/metrics
	stop "$agent"
	is "it goes with the agent" "" "$(ls "$path" 2>/dev/null || true)"
	echo mine >"$path"
	fails "what is no socket stays" 1 'no socket; it is left alone' \
		ecdn agent --listen "unix:$path"
	is "and is what it was" mine "$(<"$path")"
}

test_places() {
	local place

	for place in 9513 :9513 127.0.0.1 127.0.0.1:0 127.0.0.1:70000 ::1:9513 '[127.0.0.1:9513' \
		localhost:9513 unix:relative 'unix:'; do
		fails "--listen $place" 2 'is no place to listen at' ecdn agent --listen "$place"
	done
	agent_start --listen 0.0.0.0:9513
	url=http://198.51.100.1:9513/metrics
	does "every address, written out" wait_for 5 is_served
	has "it is warned of" 'every address' "$(<"$work/agent.said")"
	has "what leaves this host is packed" 'Content-Encoding: gzip' "$(on client curl -s -D - \
		-o "$work/packed" -H 'Accept-Encoding: gzip' $url)"
	does "and can be unpacked" bash -c "gunzip <'$work/packed' | promtool check metrics"
	is "not packed if that is refused" 0 "$(on client curl -s -D - -o /dev/null \
		-H 'Accept-Encoding: gzip;q=0' $url | grep -c Content-Encoding || true)"
	stop "$agent"
}

client_and_edge
ip -n "ecdn-$id-edge" addr add 198.51.100.1/24 dev e0
ip -n "ecdn-$id-client" addr add 198.51.100.2/24 dev c0
ecdn load --regions "$regions" e0
write_config 'hosts: [edge7.example]'
agent_start --config "$work/config"
does "it serves at 127.0.0.1:9513" wait_for 5 is_served
test_answers
test_one_a_second
test_by_hand
test_hosts
test_garbage
test_slow
test_jail
test_restarts
test_stopped
test_elsewhere
test_end
test_privileges
test_taken
test_unix
test_places
finish

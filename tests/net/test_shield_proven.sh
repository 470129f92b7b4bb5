#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# What is proven limits: a surge of real connections turns its region to 513, by steering and by
# the nginx module, once it has stood for grace, and until hold after it; a burst of a moment turns
# nobody. With forged SYNs beside it each of the two has its own end. Connections by TCP Fast Open
# prove as others do, once each.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/nginx.sh
source "$(dirname "$0")/nginx.sh"
# shellcheck source=tests/net/513.sh
source "$(dirname "$0")/513.sh"
# shellcheck source=tests/net/shield.sh
source "$(dirname "$0")/shield.sh"
# shellcheck source=tests/net/cgroup.sh
source "$(dirname "$0")/cgroup.sh"

HOLD_MS=1500

# Port 80 is steered; 443 asks the module.
shield_nginx() {
	{
		nginx_513
		cat <<-END
			server { listen 80 fastopen=256; listen [::]:80 fastopen=256; return 200; }
			server {
				listen 443 ssl; listen [::]:443 ssl;
				ssl_certificate $certificate;
				ssl_certificate_key $certificate_key;
				ecdn_xdp on;
				ecdn_xdp_pins $pin;
				location / { try_files /index.html =404; }
			}
		END
	} | nginx_conf nginx "load_module $module;"
	echo hello >"$proxies/www/index.html"
	nginx_start nginx
}

# limits OPTION...: answers are not short, as it is their status that is asked.
limits() {
	ecdn limit clear ALPHA
	ecdn limit set ALPHA --cps 100 --hold ${HOLD_MS}ms --answer-cps 0 "$@"
	ecdn release ALPHA
}

# wall_ms NS: of CLOCK_MONOTONIC, by the clock of events.
wall_ms() {
	python3 -c 'import sys, time
print((time.time_ns() - time.monotonic_ns() + int(sys.argv[1])) // 1000000)' "$1"
}

# left_ms: when ALPHA was limited no more, by the kernel.
left_ms() {
	date -d "$(ecdn events --json ALPHA | jq -r '[.events[] | select(.from == "limited")] |
		last | .time // "@0"')" +%s%3N
}

# has_left MS: whether it was limited no more at a time after that. Readers of a state know that hold
# is over before the kernel notes it, at the next packet.
has_left() {
	(($(left_ms) > $1))
}

# test_limited WHAT URL GRACE-MS: the surge goes on after it. All times are the kernel's own; a busy
# machine may be late with its packets a time or two.
test_limited() {
	local what=$1 url=$2 grace=$3 late

	for _ in 1 2 3; do
		limits --grace "${grace}ms"
		is "$what: before: ALPHA" "normal 200" "$(state ALPHA) $(answers alpha)"
		surge_start "$url"
		does "$what: limited" wait_for 6 alpha_is limited
		late=$((($(since_ns ALPHA) - $(got start_ns "$(<"$work/surge")")) / 1000000))
		echo "# $what: limited after $late ms"
		((late > grace + 300)) || break
		surge_stop
	done
	between "$what: limited, not before grace, and within 300 ms after it" "$grace" \
		$((grace + 300)) "$late"
}

# asks_start URL: lines of "SINCE STATUS UNTIL", each a request of ALPHA and its time in ms.
asks_start() {
	while :; do
		echo "$(($(now_us) / 1000)) $(status alpha "$1" -m 2) $(($(now_us) / 1000))"
		sleep 0.05
	done >"$work/asks" &
	asks=$!
}

# asks_of FIELD OPERATOR MS: what they were told whose time was before or after that.
asks_of() {
	awk "\$$1 $2 $3 { print \$2 }" "$work/asks" | sort -u | paste -sd ' '
}

# asked_after MS
asked_after() {
	[ -n "$(asks_of 1 '>' "$1")" ]
}

# test_ended WHAT URL: what asks until the end is less than what keeps ALPHA limited.
test_ended() {
	local what=$1 end left

	asks_start "$2"
	surge_stop
	end=$(wall_ms "$(got end_ns "$(<"$work/surge")")")
	does "$what: it ends" wait_for 15 alpha_is normal
	does "$what: its end is noted" wait_for 5 has_left "$end"
	left=$(left_ms)
	does "$what: it is asked after it" wait_for 10 asked_after $((left + 20))
	kill $asks
	wait $asks || true
	echo "# $what: $(tail -n 1 "$work/surge"); 200 again $((left - end)) ms after its end"
	between "$what: limited until hold and 2.2 s after its end, in ms" $HOLD_MS \
		$((HOLD_MS + 2250)) $((left - end))
	is "$what: until then: ALPHA" 513 "$(asks_of 3 '<' $((left - 20)))"
	is "$what: after it: ALPHA" 200 "$(asks_of 1 '>' $((left + 20)))"
	is "$what: after it, steered and by the module: ALPHA" 200 "$(answers alpha)"
}

# newcomer URL: how ALPHA is answered from an address that has never connected.
newcomers=100
newcomer() {
	local from

	newcomers=$((newcomers + 1))
	from=198.51.100.$newcomers/32
	[[ $1 = *[* ]] && from=2001:db8:a::$newcomers/128
	ip -n "ecdn-$id-alpha" addr add "$from" dev a0 nodad
	status alpha "$1" -m 2 --interface "${from%/*}"
}

# test_surge WHAT URL GRACE-MS: real connections, from begin to end.
test_surge() {
	local what=$1 said

	test_limited "$@"
	is "$what: meanwhile: ALPHA, steered and by the module" 513 "$(answers alpha)"
	ask alpha "${urls[0]}" 20/s 20 >"$work/asked"
	is "$what: meanwhile: every new connection gets 513" "20 513" "$(answers_in "$work/asked")"
	newcomer "$2" >"$work/asked"
	is "$what: meanwhile: who comes for the first time" 513 "$(<"$work/asked")"
	is "$what: meanwhile: BETA" 200 "$(answers beta)"
	test_ended "$what" "$2"
	said=$(tail -n 1 "$work/surge")
	between "$what: connections of the surge that were served" 1 100000 "$(got ok "$said")"
	[[ $2 = https* ]] ||
		between "$what: those that got 513" 100 100000 "$(got refused "$said")"
}

# burst WHAT: 120 connections at once, more than ten times the limit.
burst() {
	local said

	# shellcheck disable=SC2046 # options
	said=$(surge --rate 10k --count 120 $(surge_to "${urls[0]}"))
	echo "# $1: $said"
}

test_grace() {
	local asking before

	limits --grace 0s
	burst "without grace"
	is "a burst without grace: limited" limited "$(state ALPHA)"
	limits --grace 1s
	before=$(steered)
	verdicts_start
	ask alpha "${urls[0]}" 20/s 80 >"$work/asked" &
	asking=$!
	sleep 0.2
	burst "grace 1s"
	is "a burst and grace: shielded" shielded "$(state ALPHA)"
	wait $asking
	verdicts_stop "a burst and grace"
	is "a burst and grace: nobody gets 513" "80 200" "$(answers_in "$work/asked")"
	is "a burst and grace: nothing is steered" "$before" "$(steered)"
	does "a burst and grace: it ends" wait_for 10 alpha_is normal
}

# fast_open_begin WHAT URL: so that the client has a cookie.
fast_open_begin() {
	limits --grace 0s
	on edge sysctl -qw net.ipv4.tcp_fastopen=3
	on alpha sysctl -qw net.ipv4.tcp_fastopen=1
	is "$1: asks for a cookie" 200 "$(status alpha "$2" --tcp-fastopen)"
}

# proven_since BEFORE COUNT
proven_since() {
	(($(stats ALPHA .proven.connections) - $1 >= $2))
}

# fast_open_surge WHAT URL
fast_open_surge() {
	local before

	before=$(stats ALPHA .proven.connections)
	on alpha curl -s --tcp-fastopen --rate 200/s -H 'Connection: close' -o /dev/null \
		"$2?[1-300]"
	is "$1: limited" limited "$(state ALPHA)"
	# The last one may complete its handshake after its answer.
	wait_for 5 proven_since "$before" 300 || true
	is "$1: each connection is proven once" 300 \
		$(($(stats ALPHA .proven.connections) - before))
}

# fast_open_end WHAT
fast_open_end() {
	on edge sysctl -qw net.ipv4.tcp_fastopen=1
	does "$1: it ends" wait_for 10 alpha_is normal
}

# test_fast_open WHAT URL: requests in SYNs, whose handshakes are completed afterwards.
test_fast_open() {
	local what=$1 url=$2

	fast_open_begin "$what" "$url"
	fast_open_surge "$what" "$url"
	between "$what: connections that were made for a SYN" 20 10000 "$(on edge nstat -asz |
		awk '$1 == "TcpExtTCPFastOpenPassive" { print $2 }')"
	fast_open_end "$what"
}

# test_fast_close WHAT URL: the server has closed before the client's first ACK comes, which is that of
# the end.
test_fast_close() {
	local what=$1 url=$2

	fast_open_begin "$what" "$url"
	on alpha nft -f - <<-END
		table inet late {
			chain out {
				type filter hook output priority filter
				tcp dport 80 tcp flags == ack drop
			}
		}
	END
	fast_open_surge "$what" "$url"
	on alpha nft delete table inet late
	fast_open_end "$what"
}

# test_both WHAT URL TO FROM
test_both() {
	local what=$1 url=$2

	limits --grace 0s
	flood_start "$work/flood" --type syn --port 80 --ports --to "$3" --from "$4" --rate 20k
	is "$what: forged alone: shielded" shielded "$(state ALPHA)"
	is "$what: forged alone: ALPHA" 200 "$(status alpha "$url" -m 2)"
	surge_start "$url"
	does "$what: limited" wait_for 4 alpha_is limited
	is "$what: ALPHA" 513 "$(status alpha "$url" -m 2)"
	surge_stop
	does "$what: the proven one ends" wait_for 6 alpha_is shielded
	is "$what: the proven one has ended: ALPHA" 200 "$(status alpha "$url" -m 2)"
	sleep 2
	is "$what: the forged one goes on" "shielded 200" \
		"$(state ALPHA) $(status alpha "$url" -m 2)"
	flood_stop "$what"
	does "$what: both have ended" wait_for 6 alpha_is normal
	is "$what: both have ended: ALPHA" 200 "$(status alpha "$url" -m 2)"
}

# test_alone WHAT URL: one connection, made on a CPU that sees no other one, and on which the guard
# sees no packet: of many such CPUs each may have one too rarely for any to wait for the next.
test_alone() {
	local key

	limits
	rps edge e0 2
	rps alpha a0 1
	sleep 2.5
	on alpha taskset 1 curl -s -o /dev/null "$2"
	key=$(region_id ALPHA)
	is "$1: the windows hold it" 1 "$(bpftool -j map dump pinned "$pin/region_rate" |
		jq ".[] | .formatted // . | select(.key == $key) | .value.proven.slow |
			.current.connections + .previous.connections")"
	rps edge e0 0
	rps alpha a0 0
}

# Real connections whose sockets are not of the cgroup are claimed alone: so all of the above could
# fail.
test_unseen() {
	cgroup_make
	ecdn load --shield-cgroup "$cgroup" e0
	limits --grace 0s
	surge_start
	sleep 1
	is "connections that nobody sees: ALPHA is" shielded "$(state ALPHA)"
	is "connections that nobody sees: ALPHA" 200 "$(answers alpha)"
	does "connections that nobody sees: the surge outlasts it" kill -0 "$surge"
	surge_stop
}

shield_lab
# The module of a worker that is older than the guard looks for one once a second.
nginx_reload nginx
ecdn steer add 80 127.0.0.1:8513
ecdn steer add 80 '[::1]:8513'
surgers_make
connect alpha beta
test_surge "proven" "${urls[0]}" 0
test_surge "proven, IPv6, grace 1s" "${urls[1]}" 1000
test_surge "proven, asks the module" "${urls[2]}" 0
test_grace
test_fast_open "Fast Open" "${urls[0]}"
test_fast_open "Fast Open, IPv6" "${urls[1]}"
test_fast_close "Fast Open, closed at once" "${urls[0]}"
test_fast_close "Fast Open, closed at once, IPv6" "${urls[1]}"
test_alone "one connection" "${urls[0]}"
test_alone "one connection, IPv6" "${urls[1]}"
test_both "both" "${urls[0]}" $edge_ip 198.18.128.0/17
test_both "both, IPv6" "${urls[1]}" $edge_ip6 2001:db8:1800::/37
test_unseen
finish

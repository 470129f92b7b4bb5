#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# `origin count -`: HAProxy says in its log what became of each session, by the log-format that the
# man page has, and that is counted at its origin; lines that are none are told apart.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/nginx.sh
source "$top/tests/net/nginx.sh"
# shellcheck source=tests/net/origin_said.sh
source "$top/tests/net/origin_said.sh"

ports=80,81,443,8082

# haproxy_cfg LOG [GLOBAL-LINE]: /BACKEND/PATH asks the backend for /PATH.
haproxy_cfg() {
	local backend server

	proxy_directory
	{
		cat <<-END
			global
			    log $1 format raw local0
			    ${2:-}
			defaults
			    mode http
			    log global
			    log-format "[%si]:%sp %ts %ST"
			    timeout connect 500ms
			    timeout server 500ms
			    timeout client 5s
			    retries 0
			frontend edge
			    bind 127.0.0.1:8080
			    http-request return status 200 if { path /own }
			    http-request deny if { path /deny }
			    use_backend %[path,field(2,/)] if { path_sub -i / }
		END
		while read -r backend server; do
			echo "backend $backend"
			echo "    http-request set-path %[path,regsub(^/[a-z]*/,/)]"
			[ -z "$server" ] || echo "    server a $server"
		done <<-END
			first   $first:80
			sixth   [$sixth]:80
			refused $nobody_at:80
			dropped $nobody_at:81
			plain   $second:8082 ssl verify none
			secure  $second:443 ssl verify none
			none
		END
	} >"$proxies/haproxy.cfg"
}

# counts [OPTION...]: the command, with lines on standard input.
counts() {
	ecdn origin count - "$@"
}

# says PATH STATUS EXPECTED
says() {
	is "$1: the client's status" "$2" \
		"$(status edge "http://127.0.0.1:8080$1" "${@:4}" 2>/dev/null)"
	said "$1: said" "$3"
}

# What says nothing is followed by what does, in the same pipe.
says_nothing() {
	is "$1: the client's status" "$2" "$(status edge "http://127.0.0.1:8080$1" 2>/dev/null)"
	status edge http://127.0.0.1:8080/first/missing >/dev/null
	said "$1: nothing is said" "$first:80 answered 1 4xx 1 404 1"
}

test_sessions() {
	haproxy_cfg stdout
	# shellcheck disable=SC2016
	proxy_start haproxy bash -c 'exec haproxy -db -f "$0" > \
		>(exec "$1" origin count - --pin-dir "$2" >"$3" 2>&1)' \
		"$proxies/haproxy.cfg" "$build/ecdn-xdp" "$pin" "$work/counted"
	wait_for 5 status edge http://127.0.0.1:8080/own
	wait_for 5 answers || true
	take >/dev/null
	says /first/ok 200 "$first:80 answered 1 2xx 1"
	says /first/missing 404 "$first:80 answered 1 4xx 1 404 1"
	says /first/gateway 502 "$first:80 answered 1 5xx 1 502 1"
	says /sixth/ok 200 "[$sixth]:80 answered 1 2xx 1"
	says /secure/ok 404 "$second:443 answered 1 4xx 1 404 1"
	says /refused/ok 503 "$nobody_at:80 no_connect 1"
	says /plain/ok 503 "$second:8082 no_connect 1"
	says /dropped/ok 503 "$nobody_at:81 timed_out 1"
	says /first/silent 502 "$first:80 no_answer 1"
	says /first/reset 502 "$first:80 no_answer 1"
	says /first/head 502 "$first:80 no_answer 1"
	says /first/wait 504 "$first:80 timed_out 1"
	says /first/header 502 "$first:80 malformed 1"
	says /first/cut 200 "$first:80 truncated 1 2xx 1"
	says /first/cut-reset 200 "$first:80 truncated 1 2xx 1"
	says /first/chunked 200 "$first:80 truncated 1 2xx 1"
	says /first/stall 200 "$first:80 truncated 1 2xx 1"
	says_nothing /none/ok 503
	says_nothing /own 200
	says_nothing /deny 403
	proxy_stop haproxy
	wait_for 5 test -s "$work/counted"
	has "the log's end is the command's" \
		'^[0-9]+ lines: [0-9]+ counted, [0-9]+ about no origin, 0 without an observer, 0 wrong$' \
		"$(<"$work/counted")"
}

answers() {
	[ "$(status edge http://127.0.0.1:8080/first/missing)" = 404 ]
}

# As a service of systemd's has it: HAProxy, which is in a chroot, logs to a socket whose datagrams
# are the command's standard input.
test_datagrams() {
	haproxy_cfg /ecdn.sock "chroot $proxies"
	(exec systemd-socket-activate --datagram --inetd -l "$proxies/ecdn.sock" \
		"$build/ecdn-xdp" origin count - --pin-dir "$pin" >"$work/datagrams" 2>&1) &
	wait_for 5 test -S "$proxies/ecdn.sock"
	proxy_start haproxy haproxy -q -db -f "$proxies/haproxy.cfg"
	wait_for 5 status edge http://127.0.0.1:8080/own
	wait_for 5 answers || true
	sleep 0.2
	take >/dev/null
	says /first/missing 404 "$first:80 answered 1 4xx 1 404 1"
	says /first/cut 200 "$first:80 truncated 1 2xx 1"
	proxy_stop haproxy
}

# counts_shut: a datagram, an empty one and another, from a socket that is shut down then.
counts_shut() {
	on edge timeout 10 python3 -c '
import socket, subprocess, sys, time
ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
for line in sys.argv[1], "", sys.argv[1]:
    ours.send(line.encode())
child = subprocess.Popen(sys.argv[2:], stdin=its)
time.sleep(1)
its.shutdown(socket.SHUT_RD)
sys.exit(child.wait())' "$first:80 answered 200" \
		"$build/ecdn-xdp" origin count - --pin-dir "$pin"
}

test_shutdown() {
	is "a socket that is shut down is the end" \
		'2 lines: 2 counted, 0 about no origin, 0 without an observer, 0 wrong' "$(counts_shut)"
	said "... of which all is counted" "$first:80 answered 2 2xx 2"
}

test_lines() {
	local out

	is "lines: a summary" '3 lines: 2 counted, 1 about no origin, 0 without an observer, 0 wrong' \
		"$(printf '%s\n' "$first:80 answered 404" '- answered 200' \
		"[$sixth]:80 timed_out -" | counts)"
	said "lines: counted" "$first:80 answered 1 4xx 1 404 1; [$sixth]:80 timed_out 1"
	is "lines: the last one needs no end" \
		'1 line: 1 counted, 0 about no origin, 0 without an observer, 0 wrong' \
		"$(printf '%s' "$first:80 answered 200" | counts)"
	said "lines: it is counted" "$first:80 answered 1 2xx 1"
	is "lines: -q says nothing" '' "$(echo "$first:80 answered 200" | counts -q 2>&1)"
	said "lines: and counts" "$first:80 answered 1 2xx 1"
	is "lines: none are no fault" \
		'0 lines: 0 counted, 0 about no origin, 0 without an observer, 0 wrong' \
		"$(counts </dev/null)"
	out=$({ printf '\e[31mred\n'; head -c 100000 /dev/zero | tr '\0' x; echo
		for _ in {1..20}; do echo "$first:80 maybe 200"; done
		echo "$first:80 SD 200"; } | counts 2>&1)
	has "lines: one that is none is told with its number, escaped" \
		'^standard input:1: "\\x1b\[31mred" is not ADDR:PORT WHAT STATUS$' "$out"
	has "lines: one without an end is too long" '^standard input:2: "x*\.\.\." is too long$' "$out"
	has "lines: not one after ten is shown" '12 more bad lines in standard input' "$out"
	has "lines: and those that are right are counted" '^23 lines: 1 counted, .* 22 wrong$' "$out"
	said "lines: by HAProxy's state" "$first:80 truncated 1 2xx 1"
	fails "lines: of another format alone" 1 'no line of standard input is ADDR:PORT' \
		on edge bash -c "yes '192.0.2.1 - - [28/Nov/2026] \"GET /\" 200' | head -n 30 |
		'$build/ecdn-xdp' origin count - --pin-dir '$pin'"
	fails "words: a file is none" 2 'reads lines of ADDR:PORT WHAT STATUS from standard input' \
		ecdn origin count /dev/null
	fails "words: without -" 2 'usage: ecdn-xdp origin' ecdn origin count
}

test_strangers() {
	echo "203.0.113.77:443 answered 200" | counts -q
	said "an origin that the observer has not seen is --" "-- answered 1 2xx 1"
	is "loopback: a line is about no origin" \
		'2 lines: 0 counted, 2 about no origin, 0 without an observer, 0 wrong' \
		"$(printf '%s\n' '127.0.0.1:80 answered 200' '[::1]:80 answered 200' | counts)"
	echo "$first:80 answered 200" | counts -q
	said "loopback is no origin" "$first:80 answered 1 2xx 1"
}

# as USER GROUP COMMAND...: without root's rights.
as() {
	on edge setpriv --reuid "$1" --regid "$2" --clear-groups "${@:3}"
}

# The library's own way to count: of 100,000 answers some are when it looks at the pins.
test_calls() {
	between "system calls of 100,000 answers that the library counts" 0 9 \
		"$(echo "calls 100000 $first" | "$build/tests/tools/client" --pin-dir "$pin" \
			2>/dev/null | cut -d ' ' -f 2)"
	said "... and they are counted" "-- answered 100000 2xx 100000"
}

test_rights() {
	local count=("$build/ecdn-xdp" origin count - --pin-dir "$pin")

	fails "rights: others may not count" 1 'origin_requests' \
		as nobody nogroup "${count[@]}" <<<"$first:80 answered 200"
	ecdn load --proxy-group www-data -q
	does "rights: the proxies' group may" as www-data www-data "${count[@]}" -q <<<"$first:80 answered 200"
	said "rights: it is counted" "$first:80 answered 1 2xx 1"
}

# A pipe that stays open over unload and load.
test_observer_goes() {
	local fd out

	mkfifo "$work/pipe"
	(counts <"$work/pipe" >"$work/counted" 2>&1) &
	exec {fd}>"$work/pipe"
	echo "$first:80 answered 200" >&"$fd"
	said "a pipe is counted line by line" "$first:80 answered 1 2xx 1"
	ecdn unload --all -q
	wait_for 5 tells 'was unloaded'
	ok "that the observer is gone is told"
	observe $ports
	wait_for 5 tells 'lines are counted again'
	ok "... and that there is another"
	exec {fd}>&-
	wait_for 5 grep -q wrong "$work/counted"
	out=$(<"$work/counted")
	has "what came in between is told" ' [1-9][0-9]* without an observer, 0 wrong$' "$out"
	ecdn unload --all -q
	fails "no observer" 1 'no observer of origins is loaded in .*load --origin' counts </dev/null
}

tells() {
	echo "$first:80 answered 200" >&"$fd"
	grep -q "$1" "$work/counted"
}

origins_start $ports
make_certificate
on edge iptables -A INPUT -d $nobody_at -p tcp --dport 81 --syn -j DROP
nginx_conf secure <<-END
	server {
		listen $second:443 ssl;
		listen $second:8082;
		ssl_certificate $certificate;
		ssl_certificate_key $certificate_key;
		location / { return 404; }
	}
END
nginx_start secure
test_sessions
test_datagrams
test_shutdown
test_lines
test_strangers
test_calls
test_rights
test_observer_goes
finish

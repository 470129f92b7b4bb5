#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# What nginx's module says of its origins: each way in which an answer comes, or does not, moves
# what belongs to it at that origin, and nothing else.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/nginx.sh
source "$top/tests/net/nginx.sh"
# shellcheck source=tests/net/origin_said.sh
source "$top/tests/net/origin_said.sh"

proxy_conf() {
	nginx_conf proxy "load_module $module;" <<-END
		ecdn_xdp_origins on;
		ecdn_xdp_pins $pin;
		proxy_connect_timeout 500ms;
		proxy_read_timeout 500ms;
		proxy_http_version 1.1;
		proxy_next_upstream error timeout invalid_header http_404;
		proxy_cache_path $proxies/cache keys_zone=cache:1m;
		upstream two { server $nobody_at:80; server $first:80; }
		upstream dead { server $nobody_at:80 max_fails=1; server $nobody_at:81 max_fails=1; }
		upstream kept { server $second:80; keepalive 4; }
		upstream both { server $first:80; server $second:80; }
		server {
			listen 127.0.0.1:8080;
			location / { proxy_pass http://$first:80; }
			location /six/ { proxy_pass http://[$sixth]:80/; }
			location /other/ { proxy_pass http://$nobody_at:8080/; }
			location /tls/ { proxy_pass https://$second:8082/; }
			location /secure/ {
				proxy_pass https://$second:443/;
				proxy_ssl_verify off;
			}
			location /verified/ {
				proxy_pass https://$second:443/;
				proxy_ssl_verify on;
				proxy_ssl_trusted_certificate $proxies/other.crt;
			}
			location /two/ { proxy_pass http://two/; }
			location /dead/ { proxy_pass http://dead/; }
			location /both/ { proxy_pass http://both/; }
			location /kept/ {
				proxy_pass http://kept/;
				proxy_set_header Connection "";
			}
			location /plain/ { proxy_buffering off; proxy_pass http://$first:80/; }
			location /slow/ { proxy_read_timeout 60s; proxy_pass http://$first:80/; }
			location /slow-plain/ {
				proxy_buffering off;
				proxy_read_timeout 60s;
				proxy_pass http://$first:80/;
			}
			location /cached/ {
				proxy_cache cache;
				proxy_cache_valid 200 1m;
				proxy_pass http://$first:80/;
			}
			location /page/ {
				proxy_intercept_errors on;
				error_page 404 502 /page.html;
				proxy_pass http://$first:80/;
			}
			location /retry/ {
				error_page 502 504 = @retry;
				proxy_pass http://$nobody_at:80/;
			}
			location @retry {
				rewrite ^/retry(/.*) \$1 break;
				proxy_pass http://$second:80;
			}
			location = /page.html { }
			location /file { try_files /page.html =404; }
			location /script { fastcgi_pass unix:$proxies/fastcgi.sock; }
			location /local/ { proxy_pass http://127.0.0.1:8081/; }
			location /off/ { ecdn_xdp_origins off; proxy_pass http://$first:80/; }
			location /row/ { proxy_pass http://$second:8083/; }
		}
		server {
			ecdn_xdp_origins off;
			listen 127.0.0.1:8081;
			listen $second:443 ssl;
			listen $second:8082;     # no TLS
			listen $second:8083;     # not observed, so without a row
			ssl_certificate $certificate;
			ssl_certificate_key $certificate_key;
			location / { return 404; }
		}
	END
}

# asks_for PATH STATUS [CURL-OPTION...]: nginx's client gets that status.
asks_for() {
	is "$1: the client's status" "$2" \
		"$(status edge "http://127.0.0.1:8080$1" "${@:3}" 2>/dev/null)"
}

# says PATH STATUS EXPECTED [CURL-OPTION...]
says() {
	asks_for "$1" "$2" "${@:4}"
	said "$1: said" "$3"
}

# The one worker says of requests in their order, so what it says of the next one shows that it
# said nothing of this one.
says_nothing() {
	asks_for "$1" "$2" "${@:3}"
	asks_for /missing 404
	said "$1: nothing is said" "$first:80 answered 1 4xx 1 404 1"
}

test_answers() {
	says /ok 200 "$first:80 answered 1 2xx 1"
	says /missing 404 "$first:80 answered 1 4xx 1 404 1"
	says /gateway 502 "$first:80 answered 1 5xx 1 502 1"
	says /chunk 200 "$first:80 answered 1 2xx 1"
	says /until-close 200 "$first:80 answered 1 2xx 1"
	says /ok 200 "$first:80 answered 1 2xx 1" --head
	says /six/missing 404 "[$sixth]:80 answered 1 4xx 1 404 1"
	says /secure/ok 404 "$second:443 answered 1 4xx 1 404 1"
	says /row/ok 404 "-- answered 1 4xx 1 404 1"
}

# What `ecdn-xdp origin` shows of an origin with TLS is what nginx says, and the 502 that nginx makes
# itself is no status of the origin.
test_table() {
	asks_for /secure/ok 404
	asks_for /verified/ok 502
	is "a 404 over TLS is the proxy's to tell" 'proxy 1 0' "$(wait_for 3 tabled 1)"
	take >/dev/null
}

# tabled N: what the table has of the origin with TLS, once N attempts to connect have failed.
tabled() {
	ecdn origin --json | jq -er --arg address $second --argjson failed "$1" '.origins[] |
		select(.address == $address and .port == 443 and .proxy.no_connect == $failed) |
		"\(.status.source) \(.status."404") \(.status."5xx")"'
}

test_failures() {
	says /other/ok 502 "$nobody_at:8080 no_connect 1"
	says /tls/ok 502 "$second:8082 no_connect 1"
	says /verified/ok 502 "$second:443 no_connect 1"
	says /silent 502 "$first:80 no_answer 1"
	says /reset 502 "$first:80 no_answer 1"
	says /wait 504 "$first:80 timed_out 1"
	says /header 502 "$first:80 malformed 1"
	says /head 502 "$first:80 malformed 1"
	# nginx hands on what it takes for HTTP/0.9, which curl refuses.
	says /status 000 "$first:80 malformed 1"
	on edge iptables -A INPUT -d $nobody_at -p tcp --dport 8080 --syn -j DROP
	says /other/ok 504 "$nobody_at:8080 timed_out 1"
	on edge iptables -F INPUT
}

test_cut() {
	local how

	for how in '' /plain; do
		says $how/cut 200 "$first:80 truncated 1 2xx 1"
		says $how/cut-reset 200 "$first:80 truncated 1 2xx 1"
		says $how/chunked 200 "$first:80 truncated 1 2xx 1"
		says $how/stall 200 "$first:80 truncated 1 2xx 1"
		says $how/chunk 200 "$first:80 answered 1 2xx 1"
		says $how/until-close 200 "$first:80 answered 1 2xx 1"
	done
	says /plain/missing 404 "$first:80 answered 1 4xx 1 404 1"
	says /plain/ok 200 "$first:80 answered 1 2xx 1" --head
	says /plain/status 000 "$first:80 malformed 1"
	says /plain/silent 502 "$first:80 no_answer 1"
}

# A client that leaves is no fault of the origin's.
test_client_leaves() {
	says /slow/stall 000 "$first:80 answered 1 2xx 1" -m 0.5
	says /slow-plain/stall 200 "$first:80 answered 1 2xx 1" -m 0.5
	says_nothing /slow/wait 000 -m 0.5
}

test_attempts() {
	says /two/ok 200 "$first:80 answered 1 2xx 1; $nobody_at:80 no_connect 1"
	# Asked by both: each of them sent a 404.
	says /both/missing 404 "$first:80 answered 1 4xx 1 404 1; $second:80 answered 1 4xx 1 404 1"
	says /dead/ok 502 "$nobody_at:80 no_connect 1; $nobody_at:81 no_connect 1"
	# None is alive: the peer is named "dead" now.
	says_nothing /dead/ok 502
	says /retry/ok 200 "$second:80 answered 1 2xx 1; $nobody_at:80 no_connect 1"
	says /retry/cut 200 "$second:80 truncated 1 2xx 1; $nobody_at:80 no_connect 1"
}

# The origin has closed the connection of the pool on which nginx asks: that is no failure of an
# attempt, as nginx asks again.
test_pool() {
	says /kept/kept 200 "$second:80 answered 1 2xx 1"
	says /kept/ok 200 "$second:80 answered 1 2xx 1"
}

test_nothing() {
	says /cached/until-close 200 "$first:80 answered 1 2xx 1"
	says_nothing /cached/until-close 200
	says_nothing /file 200
	says_nothing /script 502
	says_nothing /local/ 404
	says_nothing /off/ok 200
	says /page/missing 404 "$first:80 answered 1 4xx 1 404 1"
	says /page/gateway 502 "$first:80 answered 1 5xx 1 502 1"
	says /page/silent 502 "$first:80 no_answer 1"
}

test_observer_goes() {
	ecdn unload --all -q
	wait_for 5 nginx_tells 'no observer is loaded'
	ok "that no observer is loaded is logged"
	asks_for /ok 200
	is "... once" 1 "$(grep -c 'no observer is loaded' "$proxies/proxy.error")"
	observe $ports
	wait_for 5 nginx_tells 'may not write the counters'
	ok "a worker that may not write an observer that comes says so"
	ecdn load --proxy-group www-data -q
	wait_for 5 counts_again || true
	has "... and counts when it may" "^$first:80 answered" "$again"
	lacks "nothing went wrong in nginx" 'exited on signal|\[alert\]|\[emerg\]' \
		"$(<"$proxies/proxy.error")"
}

nginx_tells() {
	status edge http://127.0.0.1:8080/ok >/dev/null
	grep -q "$1" "$proxies/proxy.error"
}

counts_again() {
	status edge http://127.0.0.1:8080/ok >/dev/null
	again=$(take)
	[ -n "$again" ]
}

ports=80,81,443,8080,8082
origins_start $ports
make_certificate
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=other.test \
	-keyout "$work/other.key" -out "$proxies/other.crt" 2>/dev/null
echo page >"$proxies/www/page.html"
# One worker, so that what is said comes in order.
workers=1
proxy_conf
nginx_start proxy
test_table
test_answers
test_failures
test_cut
test_client_leaves
test_attempts
test_pool
test_nothing
test_observer_goes
finish

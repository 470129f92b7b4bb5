#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# diagnose --log: what real nginx writes of its origins by the log_format that the tool itself
# names, and HAProxy by that of the manual, with and without an observer, and logs that are none.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/nginx.sh
source "$top/tests/net/nginx.sh"
# shellcheck source=tests/net/origin_said.sh
source "$top/tests/net/origin_said.sh"
# shellcheck source=tests/net/diagnose.sh
source "$top/tests/net/diagnose.sh"

# The line that a log of another format is answered with; and the same as JSON.
formats() {
	format=$( (echo x | ecdn diagnose 404 --log - 2>&1 || true) | sed -n 's/.* one by //p')
	json_format=$(sed -E 's/ecdn_answers \x27/ecdn_json escape=json \x27{"/; s/\x27;$/"}\x27;/
		s/:(\$[a-z0-9_]+)/":"\1/g; s/\\t/","/g; s/msec/time_iso8601/g' <<<"$format")
}

proxy_conf() {
	nginx_conf proxy <<-END
		$format
		$json_format
		proxy_connect_timeout 500ms;
		proxy_read_timeout 500ms;
		proxy_http_version 1.1;
		proxy_cache_path $proxies/cache keys_zone=cache:1m;
		upstream two { server $nobody_at:80; server $first:80; }
		upstream dead { server $nobody_at:80 max_fails=1; server $nobody_at:81 max_fails=1; }
		upstream kept { server $second:80; keepalive 4; }
		server {
			listen 127.0.0.1:8080;
			access_log $proxies/log ecdn_answers;
			access_log $proxies/json.log ecdn_json;
			access_log $proxies/combined.log;
			listen 127.0.0.1:8443 ssl http2;
			ssl_certificate $certificate;
			ssl_certificate_key $certificate_key;
			location / { proxy_pass http://$first:80; }
			location = /missing { set \$args ''; proxy_pass http://$first:80; }
			location /six/ { proxy_pass http://[$sixth]:80/; }
			location /second/ { proxy_pass http://$second:80/; }
			location /other/ { proxy_pass http://$nobody_at:8080/; }
			location /two/ { proxy_pass http://two/; }
			location /dead/ { proxy_pass http://dead/; }
			location /kept/ {
				proxy_pass http://kept/;
				proxy_set_header Connection "";
			}
			location /cached/ {
				proxy_cache cache;
				proxy_cache_valid 404 1m;
				proxy_pass http://$second:80/;
			}
			location /page/ {
				proxy_intercept_errors on;
				error_page 404 502 /page.html;
				error_page 400 =404 /page.html;
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
			location /file { try_files /nothing =404; }
		}
	END
}

# ask COUNT PATH [CURL-OPTION...]
ask() {
	local count=$1

	for ((; count; count--)); do
		status edge "http://127.0.0.1:8080$2" "${@:3}" >/dev/null 2>&1
	done
	asked=$((asked + $1))
}

is_written() {
	[ "$(wc -l <"$proxies/log")" = "$asked" ] && [ "$(wc -l <"$proxies/json.log")" = "$asked" ]
}

requests() {
	asked=0
	ask 3 /ok
	ask 4 '/missing?a=1'
	ask 2 '/missing?a=2'
	ask 1 /page/missing
	ask 1 /six/missing
	ask 1 /gateway
	ask 2 /silent
	ask 1 /wait
	ask 1 /head
	ask 1 /status
	ask 2 /cut
	ask 1 /cut -I
	ask 1 /until-close
	ask 2 /other/ok
	ask 1 /two/ok
	ask 2 /dead/ok
	ask 1 /kept/kept
	ask 1 /kept/ok
	ask 1 /retry/ok
	ask 3 /cached/missing
	ask 5 /file
	on edge curl -sk -m 5 -o /dev/null --http2 https://127.0.0.1:8443/cut-reset || true
	asked=$((asked + 1))
	wait_for 5 is_written
}

# Of the log alone: no observer is where this looks for one.
alone() {
	"$build/ecdn-xdp" --pin-dir "$work/none" "$@"
}

# told FILTER WORD...: of the findings of the log as JSON.
told() {
	local filter=$1

	shift
	alone diagnose --json "$@" --log "$proxies/log" | tee -a "$work/told" | jq -c "$filter"
}

rows='.findings[] | "\(.object) \(.cause) \(.count)"'

test_404() {
	is "404: each origin, and what no origin was asked for" \
		"\"$first:80 by_origin 7\"
\"$second:80 by_origin 1\"
\"[$sixth]:80 by_origin 1\"
\"null by_proxy 7\"" "$(told "$rows" 404 | LC_ALL=C sort)"
	is "404: paths without their query" \
		'[{"host":"127.0.0.1","path":"/missing","answers":6},{"host":"127.0.0.1","path":"/page/missing","answers":1}]' \
		"$(told '.findings[0].details.paths' 404 $first)"
	is "404: made by the proxy itself, and of its cache" '[5,2]' \
		"$(told '.findings[] | select(.cause == "by_proxy").details | [.itself, .cached]' 404)"
	has "404: in words" \
		"^404 $first:80: In .*/log, 7 of [0-9]+ answers of the origin \\([0-9]+ %\\) had the status 404, first 20[0-9: -]+, last 20[0-9: -]+: /missing 6, /page/missing 1\\." \
		"$(alone diagnose 404 $first --log "$proxies/log")"
	is "404: of an origin that has sent none" "\"$nobody_at:80 not_by_origin 0\"" \
		"$(told "$rows" 404 $nobody_at:80)"
	is "404: exit code" 3 "$(alone diagnose 404 --log "$proxies/log" --exit-code >/dev/null
		echo $?)"
}

test_other() {
	is "502: sent, and made" "\"$first:80 by_proxy 3\"
\"$first:80 by_origin 1\"" "$(told "$rows" 502 $first)"
	is "502: no connection" '["by_proxy",2,2]' \
		"$(told '.findings[0] | [.cause, (.details | .no_connect, .made)]' 502 $nobody_at:8080)"
	is "502: where an answer came of another origin, nothing was made" 2 \
		"$(told '[.findings[] | select(.details.no_connect)] | length' 502)"
	is "502: no server was alive" 1 \
		"$(told '.findings[] | select(.object == null).details.no_peer' 502)"
	is "504: no answer in time" '["by_proxy",1]' \
		"$(told '.findings[0] | [.cause, .details.timed_out]' 504 $first)"
	is "other: all that is no success" '["by_origin",8]' \
		"$(told '.findings[] | select(.cause == "by_origin") | [.cause, .count]' other $first)"
	is "a status that nobody had" '[0,[]]' \
		"$(told '[(.findings | length), .not_looked_at]' other --status 418)"
}

test_522() {
	is "522: each kind, but no pooled connection and no HEAD" '["incomplete",8,2,2,3,1]' \
		"$(told '.findings[] | [.cause, .count, (.details |
			.no_answer, .malformed, .truncated, .timed_out)]' 522)"
	is "522: after how many bytes" '[5,500]' "$(told '.findings[0].details | [.got, .need]' 522)"
	is "522: an origin that is well" "\"$second:80 nothing 0\"" "$(told "$rows" 522 $second)"
}

test_json_log() {
	local how

	for how in 404 502 522; do
		is "$how: a log of JSON tells the same" \
			"$(told 'del(.findings[].details | .log, .first_at, .last_at) |
				[.findings[] | del(.seen)]' $how)" \
			"$(alone diagnose $how --json --log "$proxies/json.log" |
				jq -c 'del(.findings[].details | .log, .first_at, .last_at) |
				[.findings[] | del(.seen)]')"
	done
	gzip -k "$proxies/log"
	is "packed, from a pipe" "$(told '[.findings[].count]' 404)" \
		"$(alone diagnose 404 --json --log - <"$proxies/log.gz" | jq -c '[.findings[].count]')"
}

# HAProxy's log-format as the manual has it.
test_haproxy() {
	{
		printf 'global\n\tlog stdout format raw local0\ndefaults\n\tmode http\n\tlog global\n'
		printf '\ttimeout connect 500ms\n\ttimeout server 500ms\n\ttimeout client 5s\n'
		printf '\tretries 0\nfrontend f\n\tbind 127.0.0.1:8090\n'
		sed -n '/^http-request capture req.hdr(host)/,/^log-format/p' "$top/user/ecdn-xdp.8" |
			sed 's/\\e/\\/g; s/\\-/-/g'
		printf '\thttp-request return status 404 if { path /own }\n'
		printf '\tuse_backend none if { path_beg /none }\n\tdefault_backend b\n'
		printf 'backend b\n\tserver s %s\nbackend none\n\tserver s %s\n' \
			"$first:80" "$nobody_at:8080"
	} >"$proxies/haproxy.cfg"
	proxy_start haproxy haproxy -f "$proxies/haproxy.cfg"
	wait_for 5 on edge curl -s -o /dev/null http://127.0.0.1:8090/ok
	for path in /missing /missing /gateway /silent /header /wait /none /own; do
		on edge curl -s -o /dev/null "http://127.0.0.1:8090$path" || true
	done
	wait_for 5 grep -q /own "$proxies/haproxy.out"
	is "HAProxy: 404" "\"$first:80 by_origin 2\"
\"null by_proxy 1\"" "$(alone diagnose 404 --json --log "$proxies/haproxy.out" | jq -c "$rows")"
	is "HAProxy: no answer, as a malformed one is, or none in time" '[2,1]' \
		"$(alone diagnose 522 --json --log "$proxies/haproxy.out" |
			jq -c '.findings[0].details | [.no_answer, .timed_out]')"
	is "HAProxy: its own answer" 1 "$(alone diagnose 404 --json --log "$proxies/haproxy.out" |
		jq -c '.findings[].details.itself // empty')"
	is "HAProxy: no connection" '["by_proxy",1]' \
		"$(alone diagnose 503 --json --log "$proxies/haproxy.out" |
			jq -c '.findings[] | [.cause, .details.no_connect]')"
}

test_words() {
	fails "a log of another format" 1 'another format .*log_format ecdn_answers ' \
		alone diagnose 404 --log "$proxies/combined.log"
	fails "no log" 1 'No such file' alone diagnose 404 --log "$work/nothing"
	fails "an origin that is not in it" 2 "198.51.100.9: no request .* went to it; some went to $first:80" \
		alone diagnose 404 198.51.100.9 --log "$proxies/log"
	fails "a name without an observer" 2 'no observer is loaded' \
		alone diagnose 404 shop --log "$proxies/log"
	fails "another code" 2 '--log is for' alone diagnose 538 --log "$proxies/log"
	fails "xff" 2 'takes no options but' alone diagnose xff --log "$proxies/log"
	fails "since" 2 '--since and --log' alone diagnose 404 --since 20s --log "$proxies/log"
	fails "a name that is none" 2 'no name of an origin' ecdn diagnose 404 shpo --log "$proxies/log"
}

# What the observer has counted is told beside it.
test_observed() {
	ecdn origin add shop $first
	is "with an observer: both" '[["log","'$first':80 (shop)",7],["packets","'$first':80 (shop)",7]]' \
		"$(found '[.findings[] | [.details.source, .object, .count]] | sort' 404 shop \
			--log "$proxies/log")"
	is "with an observer: what the log tells is not unknown" '[null,null]' \
		"$(found '[.findings[].unknown]' 404 $first --log "$proxies/log")"
}

origins_start 80,8080
make_certificate
echo "a page of the proxy's own, longer than what it stands for" >"$proxies/www/page.html"
formats
proxy_conf
nginx_start proxy
requests
test_404
test_other
test_522
test_json_log
test_words
test_observed
test_haproxy
jq -r '.findings[].details | keys[]' "$work/told" >>"$work/details"
described
finish

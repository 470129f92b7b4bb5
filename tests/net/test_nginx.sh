#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The nginx module in Debian's nginx: 513 for a region that surges, on new and on
# kept-alive connections, and nothing else changed. Host client is of ALPHA, which
# surges, other of BETA; node, of WIDE, is an intermediate node.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/nginx.sh
source "$top/tests/net/nginx.sh"

alpha=198.51.100.10 beta=203.0.113.10 wide=198.18.5.10

edge_conf() {
	nginx_conf edge "load_module $module;" <<-END
		log_format ecdn '\$request_uri \$status \$ecdn_region \$ecdn_verdict \$ecdn_peer';
		map \$ecdn_peer \$forwarded_for {
			node    \$proxy_add_x_forwarded_for;
			default \$remote_addr;
		}
		ecdn_xdp on;
		ecdn_xdp_pins $pin;
		server {                 # the origin: tells what it was asked
			listen 127.0.0.1:9000;
			ecdn_xdp off;
			access_log $proxies/origin.access;
			location / { return 200 "for \$http_x_forwarded_for: "; }
			location /auth { return 204; }
		}
		server {                 # where connections are steered to
			listen 8513;
			error_page 513 /513.html;
			add_header Retry-After \$ecdn_retry_after always;
			location / { return 513; }
			location /away { error_page 513 =302 https://sorry.test/; return 513; }
			location = /513.html { }
		}
		server {
			listen 80;
			listen [::]:80;
			listen 8080;
			listen 443 ssl http2;
			listen [::]:443 ssl http2;
			ssl_certificate $certificate;
			ssl_certificate_key $certificate_key;
			access_log $proxies/edge.access ecdn;
			add_header X-Region "\$ecdn_region \$ecdn_verdict \$ecdn_peer" always;
			add_header Retry-After \$ecdn_retry_after always;

			location / { }
			location /off { ecdn_xdp off; return 200 "\$ecdn_region \$ecdn_verdict: "; }
			location /if {
				ecdn_xdp off;
				if (\$ecdn_verdict = limited) { return 418; }
				return 204;
			}
			location /return { return 200 "returned: "; }
			location /redirect { return 301 https://edge.test/; }
			location /page { error_page 513 /513.html; try_files /none /index.html; }
			location /own { error_page 513 = /513.html; try_files /none /index.html; }
			location = /513.html { internal; }
			location /named {
				error_page 513 =429 @named;
				proxy_pass http://127.0.0.1:9000;
			}
			location @named { return 200 "named: "; }
			location /goto { error_page 418 = @named; return 418; }
			location /503 { ecdn_xdp_status 503; return 200; }
			location /any {
				ecdn_xdp_status 403;
				satisfy any;
				allow all;
				try_files /index.html =404;
			}
			location /tries { try_files /none @tried; }
			location @tried { proxy_pass http://127.0.0.1:9000; }
			location /origin/ {
				auth_request /auth;
				proxy_pass http://127.0.0.1:9000;
				proxy_set_header X-Forwarded-For \$forwarded_for;
			}
			location = /auth { internal; proxy_pass http://127.0.0.1:9000; }
			location /realip {       # asks of the address before realip's, too
				set \$before \$ecdn_region;
				set_real_ip_from 198.18.5.0/24;
				real_ip_header X-Forwarded-For;
				try_files /index.html =404;
			}
		}
	END
	echo "the page " >"$proxies/www/index.html"
	echo "the page of 513 " >"$proxies/www/513.html"
}

asked_origin() {
	wc -l <"$proxies/origin.access"
}

origin_was_asked() {
	(($(asked_origin) >= $1))
}

# --- surge

# keep_asking FILE HOST URL [OPTION...]: five times a second on one connection. A line
# is a status and how many connections had to be opened for it.
keep_asking() {
	local file=$1 host=$2 url=$3

	shift 3
	(exec nsenter --net="/run/netns/ecdn-$id-$host" curl -sk -m 30 --rate 5/s \
		-o /dev/null -w '%{stderr}%{http_code} %{num_connects}\n' "$@" \
		"$url?[1-100]" 2>"$proxies/$file") &
	asking+=($!)
}

all_say() {
	local status=$1 file

	shift
	for file in "$@"; do
		[[ $(tail -n 1 "$proxies/$file") = "$status "* ]] || return 1
	done
}

# story FILE: what it was answered, without repetitions, and connections.
story() {
	awk '$1 != last { printf "%s ", last = $1 } { n += $2 } END { print "on " n }' "$proxies/$1"
}

# Connections that are alive while the region goes into its surge and out of it.
test_kept_alive() {
	local kind alike=(plain tls h2 six)

	asking=()
	keep_asking plain client "http://$edge_ip/"
	keep_asking tls client "https://$edge_ip/" --http1.1
	keep_asking h2 client "https://$edge_ip/" --http2
	keep_asking six client "https://[$edge_ip6]/return" --http2
	keep_asking else other "http://$edge_ip/"
	does "kept alive: answered before" wait_for 5 all_say 200 "${alike[@]}"
	does "kept alive: the surge is declared" limit_region ALPHA 198.51.100.64/26
	does "kept alive: 513 while it lasts" wait_for 5 all_say 513 "${alike[@]}"
	ecdn release ALPHA
	does "kept alive: answered after release" wait_for 5 all_say 200 "${alike[@]}"
	kill "${asking[@]}"
	wait "${asking[@]}" || true
	for kind in "${alike[@]}"; do
		is "kept alive: $kind, one connection" "200 513 200 on 1" "$(story "$kind")"
	done
	is "kept alive: nobody else notices" "200 on 1" "$(story else)"
}

test_refused() {
	local url

	for url in "http://$edge_ip/" "https://$edge_ip/" "http://[$edge_ip6]/" \
		"https://[$edge_ip6]/"; do
		is "limited: 513 to $url" 513 "$(get client "$url")"
		is "limited: 200 to the other's $url" "the page 200" \
			"$(get other "$url" | tr -d '\n')"
	done
	is "limited: HTTP/1.1 over TLS" 513 "$(get client "https://$edge_ip/" --http1.1)"
	is "limited: HEAD" 513 "$(status client / -I)"
	has "limited: the connection stays" '^Connection: keep-alive' "$(get client / -D -)"
	is "limited: a body that is not read leaves the connection in order" "513 1 513 0 " \
		"$(on client curl -s -m 5 --data-binary "@$regions" -o /dev/null -o /dev/null \
		-w '%{http_code} %{num_connects} ' "http://$edge_ip/a" "http://$edge_ip/b")"
	is "limited: what return answers" "513 513" \
		"$(get client /return) $(get client "https://$edge_ip/return")"
	is "limited: what would be a redirect" 513 "$(get client /redirect)"
	lacks "limited: ... without its Location" '^Location' "$(get client /redirect -D -)"
	has "limited: another's redirect" '^Location' "$(get other /redirect -D -)"
}

test_pages() {
	is "error_page: its page" "the page of 513 513" "$(get client /page | tr -d '\n')"
	is "error_page: by HTTP/2" "the page of 513 513" \
		"$(get client "https://$edge_ip/page" | tr -d '\n')"
	is "error_page: a named location" "named: 429" "$(get client /named)"
	is "error_page: of a block that returns 513" "the page of 513 513" \
		"$(get client "http://$edge_ip:8513/" | tr -d '\n')"
	is "error_page: with its own status" "the page of 513 200" \
		"$(get client /own | tr -d '\n')"
	is "error_page: what is no error any more" "513 named: 200" \
		"$(get client /goto) $(get other /goto)"
	is "error_page: elsewhere" 302 "$(status client "http://$edge_ip:8513/away")"
	is "ecdn_xdp_status: 503" "503 200" "$(status client /503) $(status other /503)"
	is "ecdn_xdp_status: 403 is no matter of satisfy any" "403 200" \
		"$(status client /any) $(status other /any)"
}

test_variables() {
	is "variables: header of a refused request" "ALPHA limited client" "$(x_region client /)"
	is "variables: another region's" "BETA pass client" "$(x_region other /)"
	is "off: answered, and asked by a variable" "ALPHA limited: 200" "$(get client /off)"
	is "off: if asks" "418 204" "$(status client /if) $(status other /if)"
	status client /logged >/dev/null
	# It logs and counts a request once it is answered.
	wait_for 5 grep -q '^/logged ' "$proxies/edge.access"
	is "variables: log" "/logged 513 ALPHA limited client" "$(tail -n 1 "$proxies/edge.access")"
}

# retry_after HOST PATH: the header of that name, empty without one.
retry_after() {
	get "$1" "$2" -o /dev/null -D - | tr -d '\r' | sed -nE 's/^retry-after: //Ip'
}

test_retry_after() {
	local url

	for url in / /return "https://$edge_ip/" "http://$edge_ip:8513/" /page; do
		between "retry after: $url, at most the hour of hold and a moment" 3000 3700 \
			"$(retry_after client "$url")"
	done
	is "retry after: another's answer has none" "" "$(retry_after other /)"
}

test_upstreams() {
	local before

	before=$(asked_origin)
	is "upstream: 513" "513 513" "$(status client /origin/a) $(status client /tries)"
	is "upstream: neither it nor auth_request is asked" "$before" "$(asked_origin)"
	is "upstream: the other's answer" "200" "$(status other /origin/b)"
	wait_for 5 origin_was_asked $((before + 2)) || true
	is "upstream: both were asked for that" $((before + 2)) "$(asked_origin)"
}

# A request counts once, whatever redirects it takes inside, by what was answered.
test_counts() {
	local alpha_before beta_before path

	alpha_before=$(counted ALPHA)
	beta_before=$(counted BETA)
	for path in / /page /own /503 /tries /off /return /origin/x; do
		status client $path >/dev/null
		status other $path >/dev/null
	done
	status client "http://$edge_ip:8513/" >/dev/null
	wait_for 5 counted_since ALPHA "$alpha_before" "8 8" || true
	wait_for 5 counted_since BETA "$beta_before" "7 0" || true
	is "counts: refused" "8 8" "$(difference "$alpha_before" "$(counted ALPHA)")"
	is "counts: the other's" "7 0" "$(difference "$beta_before" "$(counted BETA)")"
}

# counted_since REGION "A B" DIFFERENCE
counted_since() {
	[ "$(difference "$2" "$(counted "$1")")" = "$3" ]
}

# difference "A B" "C D": "C-A D-B"
difference() {
	awk -v before="$1" '{ split(before, b); print $1 - b[1], $2 - b[2] }' <<<"$2"
}

# --- whom to believe

# The address that realip has established is judged; $ecdn_peer is the peer's.
test_realip() {
	local forwarded="X-Forwarded-For: 198.51.100.77"

	is "realip: a trusted proxy, judged by its client" 513 \
		"$(status node /realip -H "$forwarded")"
	is "realip: ... whose peer is the proxy" "ALPHA limited node" \
		"$(x_region node /realip -H "$forwarded")"
	is "realip: a client of another region behind it" 200 \
		"$(status node /realip -H "X-Forwarded-For: $beta")"
	is "realip: a client cannot forge it" 513 \
		"$(status client /realip -H "X-Forwarded-For: $beta")"
	is "realip: where it is not believed, the node itself is judged" 200 \
		"$(status node / -H "$forwarded")"
}

test_forwarded_for() {
	local forged="X-Forwarded-For: 9.9.9.9"

	is "forwarded for: a node is believed" "for 9.9.9.9, $wide: 200" \
		"$(get node /origin/ -H "$forged")"
	is "forwarded for: a client's is replaced" "for $beta: 200" \
		"$(get other /origin/ -H "$forged")"
	ecdn node del 198.18.5.0/24
	does "forwarded for: no node any more" wait_for 5 not_believed "$forged"
	ecdn node add 198.18.5.0/24
}

not_believed() {
	[[ $(get node /origin/ -H "$1") = "for $wide: 200" ]]
}

# --- states

test_states() {
	ecdn exempt ALPHA
	is "exempt: the next request" 200 "$(status client /)"
	ecdn release ALPHA
	ecdn block BETA
	is "block: on a port that the guard leaves alone" 513 \
		"$(status other "http://$edge_ip:8080/")"
	is "block: it has no end to be told" "" "$(retry_after other "http://$edge_ip:8080/")"
	is "block: verdict" "BETA blocked client" "$(x_region other "http://$edge_ip:8080/")"
	ecdn release BETA
	is "release: the next request" 200 "$(status other /)"
}

host edge
edge_addresses
talker client c0 e0 $alpha 2001:db8:a::10
talker other o0 e1 $beta 2001:db8:b::10
talker node n0 e2 $wide 2001:db8:1000::10
make_certificate
edge_conf
ecdn load --shield off --regions "$regions" e0 e1 e2
ecdn node add 198.18.5.0/24
nginx_start edge
test_kept_alive
does "limited: the surge is declared" limit_region ALPHA 198.51.100.64/26
test_refused
test_pages
test_variables
test_retry_after
test_upstreams
test_counts
test_realip
test_forwarded_for
test_states
lacks "log: nothing went wrong" 'ecdn_xdp|\[(crit|alert|emerg)\]' "$(cat "$proxies/edge.error")"
finish

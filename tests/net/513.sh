# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# 513.sh - an edge whose proxy has a normal server and one that says 513, a client of
# ALPHA and one of BETA, and a third host from which ALPHA surges. Sourced after lib.sh
# and nginx.sh.

# What surges is ALPHA too, in prefixes of its own.
surging=198.18.0.0/16
surging6=2001:db8:1000::/36

# The edge answers whom it takes for ALPHA's through one router, as it would outside.
edge_and_clients() {
	local surges=198.19.0.9 surges6=2001:db8:2000::9

	host edge
	edge_addresses
	talker alpha a0 e0 198.51.100.9 2001:db8:a::9
	talker beta b0 e1 203.0.113.9 2001:db8:b::9
	talker client c0 e2 $surges $surges6
	ip -n "ecdn-$id-edge" route add $surging via $surges dev e2 src $edge_ip
	ip -n "ecdn-$id-edge" route add $surging6 via $surges6 dev e2 src $edge_ip6
}

# Without the shield, so that the surge limits ALPHA although all of it is forged.
load_guard() {
	printf '%s ALPHA\n' $surging $surging6 >"$work/surging"
	ecdn load --shield off --regions "$regions" --regions "$work/surging" e0 e1 e2
}

steer_all() {
	ecdn steer add 80 127.0.0.1:8513
	ecdn steer add 80 '[::1]:8513'
	ecdn steer add 443 127.0.0.1:8543
	ecdn steer add 443 '[::1]:8543'
}

# --- proxies

nginx_normal() {
	cat <<-END
		server {
			listen 80; listen [::]:80;
			listen 443 ssl; listen [::]:443 ssl;
			ssl_certificate $certificate;
			ssl_certificate_key $certificate_key;
			return 200;
		}
	END
}

# nginx_513 [LISTEN-OPTION]: with the worker's own name in what it answers.
# shellcheck disable=SC2120 # some tests give one
nginx_513() {
	cat <<-END
		server {
			listen 127.0.0.1:8513 ${1:-}; listen [::1]:8513 ${1:-};
			listen 127.0.0.1:8543 ssl ${1:-}; listen [::1]:8543 ssl ${1:-};
			ssl_certificate $certificate;
			ssl_certificate_key $certificate_key;
			add_header X-Worker \$pid always;
			return 513;
		}
	END
}

# haproxy_normal [STATS-SOCKET-OPTION...]: and all that is not a server.
haproxy_normal() {
	cat <<-END
		global
			stats socket $proxies/haproxy.sock mode 600 level admin $*
			nbthread 2
		defaults
			mode http
			timeout client 10s
			timeout server 10s
			timeout connect 1s
		frontend normal
			bind 0.0.0.0:80
			bind [::]:80 v6only
			bind 0.0.0.0:443 ssl crt $certificate.pem
			bind [::]:443 ssl crt $certificate.pem v6only
			http-request return status 200
	END
}

haproxy_513() {
	cat <<-END
		frontend refusing
			bind 127.0.0.1:8513
			bind [::1]:8513 v6only
			bind 127.0.0.1:8543 ssl crt $certificate.pem
			bind [::1]:8543 ssl crt $certificate.pem v6only
			http-request return status 513 hdr Retry-After 10
	END
}

# --- clients

urls=("http://$edge_ip/" "http://[$edge_ip6]/" "https://$edge_ip/" "https://[$edge_ip6]/")

# answers HOST: statuses over plain IPv4, plain IPv6, TLS over IPv4, TLS over IPv6; one
# that four times is the same is said once.
answers() {
	local url said=

	for url in "${urls[@]}"; do
		said+=" $(status "$1" "$url" -m 2)"
	done
	sed -E 's/^ (...)( \1){3}$/\1/; s/^ //' <<<"$said"
}

# ask HOST URL RATE COUNT: lines of "STATUS SECONDS", each from a connection of its own,
# 000 if there is no answer within a second.
ask() {
	on "$1" curl -sk -m 1 --rate "$3" --no-sessionid -H 'Connection: close' -o /dev/null \
		-w '%{stderr}%{http_code} %{time_total}\n' "$2?[1-$4]" 2>&1 || true
}

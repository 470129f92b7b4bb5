# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2034,SC2154
# origin_node.sh - what connects to origins on the node: nginx, HAProxy and curl. Sourced by origin.sh.

# node_nginx: http://127.0.0.1:8080/WAY/ADDR/PATH is proxied to ADDR.
node_nginx() {
	local name=$work/node-nginx way

	{
		cat <<-END
			${module_line:-}
			daemon off; user root; pid $name.pid; error_log $name.error info;
			worker_processes 1;
			events { worker_connections 1024; }
			http {
			access_log $name.access;
			client_body_temp_path $name.b; proxy_temp_path $name.p;
			fastcgi_temp_path $name.f; uwsgi_temp_path $name.u; scgi_temp_path $name.s;
			proxy_connect_timeout 2s; proxy_read_timeout 2s; proxy_send_timeout 2s;
			proxy_ssl_server_name on; proxy_ssl_name origin.test;
			proxy_ssl_session_reuse off; proxy_set_header Host origin.test;
			proxy_next_upstream off; proxy_ssl_protocols TLSv1.2 TLSv1.3;
			${module_http:-}
			server { listen 127.0.0.1:8080;
			location ~ ^/http/(?<to>[^/]+)(?<rest>/.*) { proxy_pass http://\$to\$rest; }
		END
		while read -r way directives; do
			echo "location ~ ^/$way/(?<to>[^/]+)(?<rest>/.*) {" \
				"proxy_pass https://\$to\$rest; $directives }"
		done <<-END
			any
			1.2 proxy_ssl_protocols TLSv1.2;
			1.3 proxy_ssl_protocols TLSv1.3;
			ca1.2 proxy_ssl_protocols TLSv1.2; proxy_ssl_verify on; proxy_ssl_trusted_certificate $work/other.crt;
			ca1.3 proxy_ssl_protocols TLSv1.3; proxy_ssl_verify on; proxy_ssl_trusted_certificate $work/other.crt;
			name1.2 proxy_ssl_protocols TLSv1.2; proxy_ssl_verify on; proxy_ssl_trusted_certificate $work/origin.crt; proxy_ssl_name other.test;
			name1.3 proxy_ssl_protocols TLSv1.3; proxy_ssl_verify on; proxy_ssl_trusted_certificate $work/origin.crt; proxy_ssl_name other.test;
		END
		echo '} }'
	} >"$name.conf"
	[ -e "$work/other.crt" ] || certificate other
	node nginx -p "$work" -c "$name.conf" >"$name.out" 2>&1 </dev/null &
	wait_for 10 node_listens 8080 || cat "$name.out" "$name.error"
}

node_listens() {
	[ -n "$(on node ss -Hltn "src 127.0.0.1:$1")" ]
}

# node_haproxy: http://127.0.0.1:8081/WAY/ADDR/PATH likewise; IPv4 alone.
node_haproxy() {
	local name=$work/node-haproxy way options

	{
		cat <<-END
			defaults
				mode http
				timeout connect 2s
				timeout client 10s
				timeout server 2s
				retries 0
				http-reuse never
			frontend node
				bind 127.0.0.1:8081
				http-request set-var(txn.to) path,field(3,/)
				http-request set-var(txn.way) path,field(2,/)
				http-request set-var(txn.path) path,field(4,/)
				http-request set-path /%[var(txn.path)]
				http-request set-dst var(txn.to)
				http-request set-header Host origin.test
				use_backend %[var(txn.way)]
		END
		while read -r way options; do
			printf 'backend %s\n\tserver s 0.0.0.0:%s pool-max-conn 0\n' "$way" "$options"
		done <<-END
			http 80
			any 443 ssl no-ssl-reuse verify none sni str(origin.test)
			1.2 443 ssl no-ssl-reuse verify none sni str(origin.test) force-tlsv12
			1.3 443 ssl no-ssl-reuse verify none sni str(origin.test) force-tlsv13
			ca1.2 443 ssl no-ssl-reuse verify required ca-file $work/other.crt sni str(origin.test) force-tlsv12
			ca1.3 443 ssl no-ssl-reuse verify required ca-file $work/other.crt sni str(origin.test) force-tlsv13
		END
	} >"$name.cfg"
	[ -e "$work/other.crt" ] || certificate other
	node haproxy -q -db -f "$name.cfg" >"$name.out" 2>&1 </dev/null &
	wait_for 10 node_listens 8081 || cat "$name.out"
}

# curls [OPTION...]: curl is the node, for SNI origin.test; says status and exit code.
curls() {
	node curl -gsk -m 10 -o /dev/null -w '%{http_code} %{exitcode}\n' \
		--connect-to "origin.test:443:$url_at:443" "$@" "https://origin.test${path:-/small}"
}

curl_http() {
	node curl -gs -m 10 -o /dev/null -w '%{http_code} %{exitcode}\n' \
		"$@" "http://$url_at${path:-/small}"
}

# Says the proxy's status, and curl's exit code, which is 18 for a body that ends early.
by_nginx() {
	on node curl -gs -m 10 -o /dev/null -w '%{http_code} %{exitcode}\n' \
		"http://127.0.0.1:8080/$1/$url_at${path:-/small}"
}

by_haproxy() {
	on node curl -gs -m 10 -o /dev/null -w '%{http_code} %{exitcode}\n' \
		"http://127.0.0.1:8081/$1/$at${path:-/small}"
}

# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2034,SC2154
# origin.sh - a node with its proxies, and origins that fail in all ways. Sourced after lib.sh.
#
# Each scenario has an origin with an address of its own, so that many run at the same time: it is
# given a place, a server there, and an attempt of the node. When the attempts have ended, one read
# of the observer's counters and failures is judged by what each was expected to leave.

# shellcheck source=tests/net/origin_node.sh
source "$top/tests/net/origin_node.sh"

cgroup=
peer=$build/tests/tools/origin_peer
client=$build/tests/tools/origin_client
www=$work/www
declare -A places=() servers=() attempts=() failures_of=() causes_of=()
placed=0
listening=()

origin_cleanup() {
	if [ -n "$cgroup" ]; then
		echo 1 >"$cgroup/cgroup.kill" || true
	fi
	cleanup
	# A process that was killed leaves its cgroup a moment later.
	[ -z "$cgroup" ] || wait_for 5 rmdir "$cgroup" 2>/dev/null || true
	[ ! -e "$work/cgroup2" ] || umount "$work/cgroup2" || true
}

# --- hosts

# The origin has every address of 10.77.0.0/16 and fd77::/64.
make_hosts() {
	host node origin
	ip -n "ecdn-$id-node" link add n0 type veth peer name o0 netns "ecdn-$id-origin"
	on node sysctl -qw net.ipv6.conf.{all,default,n0}.disable_ipv6=0 \
		net.ipv6.conf.n0.accept_dad=0 net.ipv4.tcp_syn_retries=1 \
		net.ipv4.tcp_retries2=3 net.ipv4.neigh.n0.mcast_solicit=1
	on origin sysctl -qw net.ipv6.conf.{all,default,o0}.disable_ipv6=0 \
		net.ipv6.conf.o0.accept_dad=0 net.ipv4.icmp_ratelimit=0 net.ipv6.icmp.ratelimit=0 \
		net.ipv6.ip_nonlocal_bind=1
	ip -n "ecdn-$id-node" addr add 10.78.0.1/24 dev n0
	ip -n "ecdn-$id-node" addr add fd78::1/64 dev n0 nodad
	ip -n "ecdn-$id-origin" addr add 10.78.0.2/24 dev o0
	ip -n "ecdn-$id-origin" addr add fd78::2/64 dev o0 nodad
	ip -n "ecdn-$id-node" link set n0 up
	ip -n "ecdn-$id-origin" link set o0 up
	ip -n "ecdn-$id-node" route add 10.77.0.0/16 via 10.78.0.2
	ip -n "ecdn-$id-node" route add fd77::/64 via fd78::2
	ip -n "ecdn-$id-origin" route add local 10.77.0.0/16 dev lo
	ip -n "ecdn-$id-origin" route add local fd77::/64 dev lo
	# Neighbours are known, so that a refusal takes no time.
	on node ping -q -c 1 -i 0.1 -W 2 10.78.0.2 >/dev/null
	wait_for 5 on node ping -q -c 1 -W 1 fd78::2 >/dev/null
	on origin nft -f - <<-END
		table inet lab {
			chain in { type filter hook input priority 0; }
		}
	END
}

make_cgroup() {
	local root

	root=$(findmnt -nt cgroup2 -o TARGET | head -n 1)
	if [ -z "$root" ]; then
		root=$work/cgroup2
		mkdir "$root"
		mount -t cgroup2 cgroup2 "$root"
	fi
	mkdir "$root/ecdn-test-$id"
	cgroup=$root/ecdn-test-$id
}

# node COMMAND...: a process of the node that is watched.
node() {
	(echo "$BASHPID" >"$cgroup/cgroup.procs" &&
		exec nsenter --net="/run/netns/ecdn-$id-node" "$@")
}

# ecdn VERB [WORD...]
ecdn() {
	local verb=$1

	shift
	on node "$build/ecdn-xdp" "$verb" --pin-dir "$pin" "$@"
}

# A certificate for origin.test in $work/NAME.crt and .key: certificate NAME [OPTION...]
certificate() {
	local name=$1

	shift
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=origin.test \
		-addext subjectAltName=DNS:origin.test -keyout "$work/$name.key" \
		-out "$work/$name.req" "$@" 2>/dev/null
	openssl x509 -req -in "$work/$name.req" -signkey "$work/$name.key" -copy_extensions copy \
		-days "${days:-2}" -out "$work/$name.crt" 2>/dev/null
	cat "$work/$name.crt" "$work/$name.key" >"$work/$name.pem"
}

# origin_lab [LOAD-OPTION...]: hosts, certificates, what servers serve, and the observer.
# shellcheck disable=SC2120 # some tests give options
origin_lab() {
	trap origin_cleanup EXIT
	make_hosts
	make_cgroup
	chmod 711 "$work"
	mkdir "$www"
	certificate origin
	head -c 3000000 /dev/urandom >"$www/big"
	echo hello >"$www/small"
	does "load" ecdn load --origin --origin-cgroup "$cgroup" "$@"
}

# --- origins

# place NAME: an address for an origin, $at; v6=1 place NAME: of IPv6.
place() {
	placed=$((placed + 1))
	at=10.77.0.$placed
	[ -z "${v6:-}" ] || at=fd77::$(printf %x $placed)
	places[$1]=$at
	url_at=$at
	[ -z "${v6:-}" ] || url_at="[$at]"
}

# at_place NAME: back to it.
at_place() {
	at=${places[$1]}
	url_at=$at
	[[ $at != *:* ]] || url_at="[$at]"
}

# serve [PORT] COMMAND...: a server at the place; it has $url_at:PORT (443) as an address. It
# listens when `served` returns. Ended by `stop_server NAME`, NAME being the place's.
serve() {
	local port=443 name

	if [[ $1 =~ ^[0-9]+$ ]]; then
		port=$1
		shift
	fi
	name=$url_at:$port
	(exec nsenter --net="/run/netns/ecdn-$id-origin" "$@" >"$work/server.$name" 2>&1 \
		</dev/null) &
	servers[$name]=$!
	listening+=("$name")
}

stop_server() {
	kill "-${2:-TERM}" "${servers[$1]}"
	wait "${servers[$1]}" 2>/dev/null || true
}

all_listen() {
	local said name

	said=$(on origin ss -Hltn | awk '{ print $4 }')
	for name in "${listening[@]}"; do
		grep -qxF "$name" <<<"$said" || return 1
	done
}

served() {
	local name

	wait_for 10 all_listen || {
		for name in "${listening[@]}"; do
			on origin ss -Hltn | awk '{ print $4 }' | grep -qxF "$name" && continue
			not_ok "a server at $name" "$(cat "$work/server.$name")"
		done
	}
	listening=()
}

# s_server [OPTION...]: OpenSSL's, which answers a page to each request.
# shellcheck disable=SC2120 # some tests give options
s_server() {
	serve openssl s_server -quiet -accept "$url_at:443" -cert "$work/origin.crt" \
		-key "$work/origin.key" -www "$@"
}

# gnutls_server PORT [OPTION...]: GnuTLS's, behind a relay, as it listens at every address.
gnutls_server() {
	local port=$1

	(exec nsenter --net="/run/netns/ecdn-$id-origin" gnutls-serv --http -q -p "$port" \
		--x509certfile "$work/origin.crt" --x509keyfile "$work/origin.key" "${@:2}" \
		>"$work/server.0.0.0.0:$port" 2>&1 </dev/null) &
	listening+=("0.0.0.0:$port")
	serve "$peer" --to "127.0.0.1:$port" "$url_at:443"
}

# Backends of relays: an nginx for each version of TLS, and one for HTTP.
declare -A backends=([any]=127.0.0.1:8443 [1.2]=127.0.0.1:8442 [1.3]=127.0.0.1:8441
	[http]=127.0.0.1:8080)

# origin_nginx: starts them, with what comes on standard input in the http block. /never is not
# answered, /502 by that status.
origin_nginx() {
	local name=$work/origin-nginx answers=$work/origin-answers

	cat >"$answers" <<-END
		location /never { proxy_pass http://127.0.0.1:8079; }
		location /502 { return 502; }
	END
	: >"$work/nothing"
	(exec nsenter --net="/run/netns/ecdn-$id-origin" "$peer" --answer "$work/nothing" \
		--by silence 127.0.0.1:8079 >"$work/server.never" 2>&1 </dev/null) &

	cat >"$name.conf" <<-END
		daemon off; user root; pid $name.pid; error_log $name.error;
		worker_processes 1;
		events { worker_connections 1024; }
		http {
		access_log off; root $www; keepalive_requests 100000; default_type text/plain;
		client_body_temp_path $name.b; proxy_temp_path $name.p; fastcgi_temp_path $name.f;
		uwsgi_temp_path $name.u; scgi_temp_path $name.s;
		ssl_certificate $work/origin.crt; ssl_certificate_key $work/origin.key;
		ssl_protocols TLSv1.2 TLSv1.3;
		server { listen ${backends[any]} ssl; include $answers; }
		server { listen ${backends[1.2]} ssl; ssl_protocols TLSv1.2; include $answers; }
		server { listen ${backends[1.3]} ssl; ssl_protocols TLSv1.3; include $answers; }
		server { listen ${backends[http]}; include $answers; }
		$(cat)
		}
	END
	(exec nsenter --net="/run/netns/ecdn-$id-origin" nginx -p "$work" -c "$name.conf" \
		>"$work/server.nginx" 2>&1 </dev/null) &
	servers[nginx]=$!
	listening+=("${backends[any]}" "${backends[http]}")
	served
}

# relay VERSION [OPTION...]: to an nginx, at the place's port 443, or 80 for http.
relay() {
	local to=${backends[$1]} port=443

	[ "$1" != http ] || port=80
	shift
	serve $port "$peer" --to "$to" "$@" "$url_at:$port"
}

# answers [OPTION...]: port 80 says what is on standard input, with \r\n for the ends of lines.
answers() {
	sed 's/$/\r/' | head -c -${trim:-0} >"$work/answer.$at"
	serve 80 "$peer" --hear head --answer "$work/answer.$at" "$@" "$url_at:80"
}

# drop MATCH...: what comes to the origin is dropped, or what is said instead of it.
rule() {
	on origin nft add rule inet lab in "$@"
}

# --- the node

# try NAME COMMAND...: an attempt at the place's origin, in the background.
try() {
	local name=$1

	shift
	"$@" >"$work/said.$name" 2>"$work/wrong.$name" </dev/null &
	attempts[$name]=$!
}

# attempts_end: all have ended, and the observer was read.
attempts_end() {
	((${#attempts[@]} == 0)) || wait "${attempts[@]}" || true
	attempts=()
	observe
}

observe() {
	local at what

	ecdn origin failures --json --last 1024 >"$work/failures"
	ecdn origin --json >"$work/origins"
	failures_of=() causes_of=()
	while IFS=$'\t' read -r at what; do
		failures_of[$at]+=${failures_of[$at]:+$'\n'}$what
	done < <(jq -r '.failures[] | "\(.address)\t\(tojson)"' "$work/failures")
	while IFS=$'\t' read -r at what; do
		causes_of[$at]=$what
	done < <(jq -r '.origins[] | [.address // .name, (.tls.causes + .causes +
		{ ok, idle, aborted, untold, rejected_here } | to_entries |
		map(select(.value > 0) | "\(.key) \(.value)") | join(", "))] | @tsv' \
		"$work/origins")
}

# --- judging

# failures_at ADDRESS: the entries, one a line.
failures_at() {
	echo "${failures_of[$1]:-}"
}

# causes_at ADDRESS: how its connections ended, "CAUSE N, CAUSE N", without zeros.
causes_at() {
	echo "${causes_of[$1]:-}"
}

# row NAME FILTER: of the place's row.
row() {
	jq -r --arg at "${places[$1]}" ".origins[] | select(.address == \$at) | $2" "$work/origins"
}

# said NAME PATTERN: what the node's client or proxy told.
said() {
	local found

	found=$(<"$work/said.$1")
	if [[ $found =~ ^($2)$ ]]; then
		ok "$1: as the client sees it"
	else
		not_ok "$1: as the client sees it" "'$found' instead of '$2'"
	fi
}

# expect NAME CODE CAUSE [CONDITION...]: one failure with those, of which each jq condition holds,
# and one count in the row, of that cause.
expect() {
	local name=$1 at=${places[$1]} wanted="$2 $3" cause=$3 filter result n

	shift 3
	filter='"\(.code // "here") \(.cause)"'
	for n in "$@"; do
		filter+=", ($n)"
	done
	mapfile -t result < <(jq -r "$filter" <<<"${failures_of[$at]:-}")
	is "$name: one failure" "$wanted" "${result[0]:-}"
	is "$name: and no more" $(($# + 1)) ${#result[@]}
	for ((n = 1; n <= $#; n++)); do
		is "$name: ${!n}" true "${result[n]:-}"
	done
	is "$name: it alone is counted" "$cause 1" "${causes_of[$at]:-}"
}

# well NAME COUNT [CONDITION]: no failure, and that many connections ended well.
well() {
	is "$1: no failure" "" "${failures_of[${places[$1]}]:-}"
	is "$1: all is well" "ok $2" "${causes_of[${places[$1]}]:-}"
}

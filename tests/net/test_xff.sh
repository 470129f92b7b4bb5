#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# shellcheck disable=SC2016 # variables of nginx
# `diagnose xff`: logs of a made-up platform, of other programs, and those that nginx with the module
# and HAProxy write by the formats of the manual. Host node is an intermediate node, client a user.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/nginx.sh
source "$top/tests/net/nginx.sh"

wide=198.18.5.10 user=198.51.100.10
manual=$top/user/ecdn-xdp.8
log=$work/log
nodes=$work/nodes

# made WRONG [json]: a log of the world of tests/unit/xff_world.h.
made() {
	"$build/tests/tools/xff_log" 12000 6000 5 "$@"
}

# xff [WORD...]: of the log.
xff() {
	"$build/ecdn-xdp" diagnose xff "$log" "$@"
}

# causes [WORD...]: of the findings, in their order.
causes() {
	xff --json "$@" | jq -r '[.findings[].cause] | join(" ")'
}

test_causes() {
	local wrong

	seq 10 17 | sed 's/.*/198.51.100.& node&/' >"$nodes"
	while read -r wrong expected; do
		made "$wrong" >"$log"
		is "cause of world $wrong" "$expected" "$(causes --nodes "$nodes")"
		made "$wrong" json >"$log"
		is "cause of world $wrong, JSON" "$expected" "$(causes --nodes "$nodes")"
	done <<-END
		0
		1 own_proxy
		2 rewritten
		4 hijacked hijacked
		8 node_fault
		12 node_fault hijacked hijacked
	END
	has "a node has its name" '^xff node 198.51.100.1[0-7] \(node1[0-7]\): ' \
		"$(xff --nodes "$nodes")"
	has "chance and users are told" 'Chance of that by luck: below 1 in 10\^[0-9]+, [0-9]+ sets' \
		"$(xff)"
}

test_ways() {
	local all

	made 8 >"$log"
	all=$(xff --json | jq -c .log)
	is "standard input" "$all" "$("$build/ecdn-xdp" diagnose xff - --json <"$log" | jq -c .log)"
	gzip -k "$log"
	is "packed" "$all" "$("$build/ecdn-xdp" diagnose xff "$log.gz" --json | jq -c .log)"
	is "a pipe of packed members" 24000 "$(cat "$log.gz" "$log.gz" |
		"$build/ecdn-xdp" diagnose xff - --json | jq .log.records)"
	is "--exit-code: a fault" 3 "$(xff --exit-code >/dev/null 2>&1; echo $?)"
	made 1 >"$log"
	is "--exit-code: a note" 0 "$(xff --exit-code >/dev/null 2>&1; echo $?)"
}

refused() {
	local what=$1 code=$2 pattern=$3 said got=0

	shift 3
	said=$("$build/ecdn-xdp" "$@" 2>&1) || got=$?
	is "$what: exit code" "$code" "$got"
	has "$what: why" "$pattern" "$said"
	is "$what: one line" 1 "$(wc -l <<<"$said")"
}

test_bad() {
	local said

	seq 1000 >"$log"
	refused "another format" 1 'is a log of another format \(line 1: .*log_format ecdn_xff' \
		diagnose xff "$log"
	: >"$log"
	refused "an empty log" 1 'is empty' diagnose xff "$log"
	refused "no log" 1 'cannot open' diagnose xff "$work/none"
	refused "a directory" 1 'is a directory' diagnose xff "$work"
	refused "no file is named" 2 'takes the FILE' diagnose xff
	refused "no address" 2 'is no ADDRESS' diagnose xff "$log" here
	refused "options of xff alone" 2 'are for `diagnose xff FILE`' diagnose 529 --at-node
	made 0 | gzip >"$log"
	truncate -s 9000 "$log"
	refused "a log that is cut off" 1 'gzip data is cut off' diagnose xff "$log"
	{
		printf 'old format\nwith \033[31mcolour\n'
		made 0
		head -c 1000000 /dev/zero | tr '\0' x
		echo
		printf 'bad\n%.0s' {1..20}
	} >"$log"
	said=$(xff 2>&1 >"$work/out")
	has "a bad line is shown with its number" "$log:1: no LABEL:VALUE: 'old format', passed over" "$said"
	has "... and escaped" "$log:2: .*x1b.31mcolour" "$said"
	has "... and a long one is cut" "$log:12003: a line of more than 64 KiB: 'xxx" "$said"
	has "... and all are counted" '13 more bad lines' "$said"
	is "... ten are shown" 11 "$(wc -l <<<"$said")"
	has "the others are read" '^12000 records' "$(<"$work/out")"
}

# One address that is asked about.
test_address() {
	local line='remote_addr:192.0.2.7\tecdn_peer:node\tecdn_region:X\tscheme:http\t'

	line+='http_x_forwarded_for:203.0.113.%d\tdirect:%s\n'
	{
		printf "$line" 9 203.0.113.9
		printf "$line" 77 198.51.100.1
	} >"$log"
	has "its own proxy" '^xff 203.0.113.9/32: in all of 1 records .* the direct visit shows' \
		"$(xff 203.0.113.9)"
	has "another one" 'tell no cause' "$(xff 203.0.113.77)"
	is "records of others are passed over" 1 "$(xff 203.0.113.77 --json | jq .log.passed_over)"
}

# from_manual WORDS END: the lines of the manual from the one that begins with WORDS up to one that
# ends with END.
from_manual() {
	awk -v words="$1" -v end="$2" 'index($0, words) == 1 { on = 1 }
		on { print }
		on && substr($0, length($0) - length(end) + 1) == end { exit }' "$manual" |
		sed 's/\\e/\\/g; s/\\-/-/g'
}

test_nginx() {
	{
		from_manual 'log_format ecdn_xff ' ';'
		from_manual 'log_format ecdn_xff_json' ';'
		cat <<-END
			ecdn_xdp_pins $pin;
			server {
				access_log $log ecdn_xff;
				access_log $log.json ecdn_xff_json;
				listen $edge_ip:80;
				ecdn_xdp on;
				set_real_ip_from $wide;
				real_ip_header X-Forwarded-For;
				location / { try_files /index.html =404; }
			}
		END
	} | nginx_conf edge "load_module $module;"
	echo page >"$proxies/www/index.html"
	rm -f "$log"*
	nginx_start edge
	is "through a node" 200 "$(status node / -H "X-Forwarded-For: $user" -b "ecdn_direct=$user")"
	is "with what would be other labels" 200 \
		"$(status node / -H $'X-Forwarded-For: 1.1.1.1\tdirect:1.1.1.1' -b "ecdn_direct=$user")"
	is "direct" 200 "$(status client /)"
	nginx_stop edge
	has "the log has the node and the user's region" "^remote_addr:$wide	ecdn_peer:node	$(
		)ecdn_region:ALPHA	scheme:http	http_x_forwarded_for:$user	direct:$user$" "$(<"$log")"
	is "nginx's log" "3 0 2 1 1 1" "$(counts_of "$log")"
	is "nginx's log, JSON" "3 0 2 1 1 1" "$(counts_of "$log.json")"
}

# counts_of LOG: lines, bad ones, records, direct visits, right and strange.
counts_of() {
	"$build/ecdn-xdp" diagnose xff "$1" --json |
		jq -r '.log | "\(.lines) \(.bad_lines) \(.records) \(.direct_visits) \(.shown.right) \(.shown.strange)"'
}

# The log's regions are those of the node; the guard's table knows the users'.
test_lookup() {
	local i scheme shown

	for i in {1..80}; do
		for scheme in http https; do
			shown=198.51.100.$i
			[ $scheme = https ] || shown=100.1.2.3
			printf 'remote_addr:%s\tecdn_peer:node\tecdn_region:WIDE\tscheme:%s\t' $wide $scheme
			printf 'http_x_forwarded_for:%s\tdirect:198.51.100.%s\n' "$shown" "$i"
			printf 'remote_addr:%s\tecdn_peer:node\tecdn_region:WIDE\tscheme:%s\t' $wide $scheme
			printf 'http_x_forwarded_for:203.0.113.%s\tdirect:203.0.113.%s\n' "$i" "$i"
		done
	done >"$log"
	is "--lookup: the users' region" "hijacked region ALPHA" "$(xff --lookup --pin-dir "$pin" --json |
		jq -r '.findings[] | "\(.cause) \(.object)"')"
	is "the log's region" "hijacked region WIDE" "$(xff --json |
		jq -r '.findings[] | "\(.cause) \(.object)"')"
	refused "--lookup without a guard" 1 'ecdn-xdp' diagnose xff "$log" --lookup --pin-dir "$pin-none"
	refused "--lookup and --nodes" 2 'exclude each other' diagnose xff "$log" --lookup --nodes "$nodes"
}

listens() {
	on edge ss -Hltn 'sport = :81' | grep -q .
}

test_haproxy() {
	echo "$wide node" >"$work/NODES"
	echo "198.18.0.0/16 WIDE" >"$work/REGIONS"
	chmod 755 "$work"
	{
		echo global
		from_manual 'log stdout' local0
		cat <<-END
			defaults
			mode http
			timeout client 5s
			timeout server 5s
			timeout connect 5s
			frontend edge
			bind $edge_ip:81
			log global
			http-request return status 200
		END
		from_manual 'http-request capture req.fhdr' '"' |
			sed "s|NODES|$work/NODES|; s|REGIONS|$work/REGIONS|"
	} >"$proxies/balancer.cfg"
	# A capture comes before the answer that ends the rules.
	sed -i '/^http-request return/{h;d}; ${G}' "$proxies/balancer.cfg"
	proxy_start balancer haproxy -db -f "$proxies/balancer.cfg" # by -W -q nothing is on its output
	wait_for 5 listens
	is "HAProxy: through a node" 200 "$(status node "http://$edge_ip:81/" \
		-H "X-Forwarded-For: $user, 1.2.3.4" -b "ecdn_direct=$user")"
	is "HAProxy: a client who writes labels" 200 "$(status node "http://$edge_ip:81/" \
		-H $'X-Forwarded-For: 1.1.1.1\tdirect:1.1.1.1')"
	proxy_stop balancer
	grep '^remote_addr' "$proxies/balancer.out" >"$log"
	is "HAProxy's log" "2 1 1 0 1 0" "$(counts_of "$log" 2>"$work/err")"
	has "HAProxy: what a client wrote is refused" "stands there twice: 'direct'" "$(<"$work/err")"
}

test_causes
test_ways
test_bad
test_address

host edge
edge_addresses
talker node eth0 n0 $wide 2001:db8:5::10
talker client eth0 c0 $user 2001:db8:9::10
cat >"$regions" <<-END
	198.51.100.0/24 ALPHA
	198.18.0.0/16 WIDE
END
load_edge() {
	on edge "$build/ecdn-xdp" load -q --pin-dir "$pin" --regions "$regions" n0 c0
	"$build/ecdn-xdp" node add $wide --pin-dir "$pin"
}
load_edge
test_nginx
test_lookup
test_haproxy
finish

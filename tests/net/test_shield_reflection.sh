#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Whom a forged SYN names gets its SYN-ACK: no more of them than the limit of a prefix, one for a
# SYN, and none for what is no proper SYN to a listener.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/nginx.sh
source "$(dirname "$0")/nginx.sh"
# shellcheck source=tests/net/513.sh
source "$(dirname "$0")/513.sh"
# shellcheck source=tests/net/shield.sh
source "$(dirname "$0")/shield.sh"

SENT=200

# Nobody listens at port 443.
shield_nginx() {
	nginx_conf nginx <<<'server { listen 80; listen [::]:80; return 200; }'
	nginx_start nginx
}

limits() {
	ecdn limit clear ALPHA
	ecdn limit set ALPHA --hold 1s --cps 5k --pps 200k "$@"
	ecdn release ALPHA
}

# victim MATCH: counts SYN-ACKs where those live whom forged SYNs name.
victim() {
	on client nft -f - <<-END
		table netdev victim {
			chain in {
				type filter hook ingress device c0 priority 0
				$1 tcp flags & (syn | ack) == syn | ack counter name met
			}
			counter met { }
		}
	END
}

met() {
	on client nft -j list counter netdev victim met |
		jq '.nftables[] | .counter? // empty | .packets'
}

# reflected TO FROM SECONDS: prints "SENT MET MOST", the last as 1k/s of a prefix come to.
reflected() {
	local said before

	before=$(met)
	said=$(flood --to "$1" --from "$2" --type syn --port 80 --ports --rate 20k --seconds "${3}s")
	sleep 1.5
	echo "$(got sent "$said") $(($(met) - before))" \
		"$(awk -v s="$(got seconds "$said")" 'BEGIN { printf "%d", 1000 * s * 1.1 + 1000 }')"
}

# test_bounded WHAT TO VICTIM FROM: SYNs in the name of one prefix.
test_bounded() {
	local what=$1 to=$2 victim=$3 from=$4 sent met most

	limits --prefix-pps 1k
	flood --to "$to" --from "$from" --type syn --port 80 --ports --rate 20k --seconds 500ms \
		>/dev/null
	read -r sent met most <<<"$(reflected "$to" "$victim" 3)"
	echo "# $what: $sent SYNs, $met SYN-ACKs at the prefix that they name"
	between "$what: SYN-ACKs at the prefix" 500 "$most" "$met"
	limits --prefix-pps 0 --aggregate-pps 0
	read -r sent met most <<<"$(reflected "$to" "$victim" 1)"
	echo "# $what, no limit of prefixes: $sent SYNs, $met SYN-ACKs"
	between "$what: without limits of prefixes it is told what it was spared" $((2 * most)) \
		"$sent" "$met"
}

# told_of OPTION...: SYN-ACKs for so many SYNs in the victim's name.
told_of() {
	local before

	before=$(met)
	flood --count $SENT --rate 1k "$@" >/dev/null
	sleep 0.2
	echo $(($(met) - before))
}

# test_improper WHAT TO VICTIM FROM: while ALPHA is shielded; no limit drops the victim's SYNs.
test_improper() {
	local what=$1 syn=(--to "$2" --from "$3" --ports --type)

	limits --aggregate-pps 0
	flood_start "$work/flood" --type syn --port 80 --ports --to "$2" --from "$4" --rate 20k
	is "$what: shielded" shielded "$(state ALPHA)"
	between "$what: one SYN-ACK for a SYN, of $SENT" $((SENT * 9 / 10)) $SENT \
		"$(told_of "${syn[@]}" syn --port 80)"
	is "$what: none from a port where nobody listens" 0 "$(told_of "${syn[@]}" syn --port 443)"
	is "$what: none from a port that is not protected" 0 "$(told_of "${syn[@]}" syn --port 81)"
	is "$what: none for a wrong checksum" 0 "$(told_of "${syn[@]}" syn --port 80 --spoil)"
	is "$what: none for SYN and FIN" 0 "$(told_of "${syn[@]}" synfin --port 80)"
	is "$what: still shielded" shielded "$(state ALPHA)"
	flood_stop "$what"
}

# test_family WHAT TO VICTIM FROM MATCH
test_family() {
	victim "$5"
	test_bounded "$@"
	test_improper "$@"
	on client nft delete table netdev victim
}

shield_lab
does "look-ups find sockets" arm
on edge sysctl -qw net.ipv4.tcp_syncookies=2
test_family "IPv4" $edge_ip 198.18.7.0/24 198.18.128.0/17 "ip daddr 198.18.7.0/24"
test_family "IPv6" $edge_ip6 2001:db8:1700::/48 2001:db8:1800::/37 "ip6 daddr 2001:db8:1700::/48"
finish

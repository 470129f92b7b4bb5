#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# To be known lifts no limit: who forges an address that has connected before gets no more SYNs
# through than the region's limit, and no more packets than a prefix's, while the region is shielded
# and while it is limited.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/nginx.sh
source "$(dirname "$0")/nginx.sh"
# shellcheck source=tests/net/513.sh
source "$(dirname "$0")/513.sh"
# shellcheck source=tests/net/shield.sh
source "$(dirname "$0")/shield.sh"

# Packets/s or connections/s that may pass, and what is sent.
LIMIT=500
RATE=20k

shield_nginx() {
	nginx_conf nginx <<<'server { listen 80; listen [::]:80; return 200; }'
	nginx_start nginx
}

# What the guard lets through of the floods, which come by e2 alone.
count_passed() {
	on edge nft -f - <<-END
		table netdev passed {
			chain in {
				type filter hook ingress device e2 priority 0
				ip saddr { $old_ip, $new_ip } counter name sum
				ip6 saddr { $old_ip6, $new_ip6 } counter name sum
				ip saddr $old_ip counter name known
				ip6 saddr $old_ip6 counter name known
			}
			counter sum { }
			counter known { }
		}
	END
}

# passed NAME
passed() {
	on edge nft -j list counter netdev passed "$1" |
		jq '.nftables[] | .counter? // empty | .packets'
}

limits() {
	ecdn limit clear ALPHA
	ecdn limit set ALPHA --hold 1m "$@"
	ecdn release ALPHA
}

# limited: by real connections, to shield and limit alike what is forged.
limited() {
	surge_start
	wait_for 5 alpha_is limited
	surge_stop
}

# test_passed WHAT TYPE TO FROM...: of two seconds. The buckets are empty when they begin. All that
# was sent is $sent.
test_passed() {
	local what=$1 type=$2 to=$3 seconds most all known said from=()

	shift 3
	from=("${@/#/--from=}")
	sent=$(got sent "$(flood --type "$type" --port 80 --ports --to "$to" "${from[@]}" \
		--rate $RATE --seconds 300ms)")
	all=$(passed sum)
	known=$(passed known)
	said=$(flood --type "$type" --port 80 --ports --to "$to" "${from[@]}" --rate $RATE --seconds 2s)
	sent=$((sent + $(got sent "$said")))
	all=$(($(passed sum) - all))
	known=$(($(passed known) - known))
	seconds=$(got seconds "$said")
	most=$(awk -v s="$seconds" -v limit=$LIMIT 'BEGIN { printf "%d", limit * s * 1.1 + limit / 10 }')
	echo "# $what: of $(got sent "$said") in $seconds s passed $all, $known of who is known"
	between "$what: known or not, no more than the limit" $((LIMIT / 2)) "$most" "$all"
	between "$what: who is known comes first" $((all * 7 / 10)) "$all" "$known"
}

# test_state STATE TO OLD NEW
test_state() {
	local state=$1 to=$2 old=$3 new=$4 before

	limits --cps 100 --grace 0s --prefix-pps 0 --aggregate-pps 0 --answer-cps $LIMIT \
		--shield-cps $LIMIT
	[ "$state" = shielded ] || limited
	test_passed "$state, SYNs to $to" syn "$to" "$old" "$new"
	is "$state, SYNs to $to: ALPHA is" "$state" "$(state ALPHA)"
	limits --pps 1k --cps 100 --grace 0s --prefix-pps $LIMIT
	[ "$state" = shielded ] || limited
	before=$(dropped ALPHA prefix_pps)
	test_passed "$state, ACKs to $to" ack "$to" "$old"
	is "$state, ACKs to $to: ALPHA is" "$state" "$(state ALPHA)"
	between "$state, ACKs to $to: dropped by the prefix's limit" $((sent * 7 / 10)) "$sent" \
		$(($(dropped ALPHA prefix_pps) - before))
	test_passed "$state, SYNs of a prefix to $to" syn "$to" "$old"
}

shield_lab
strangers
surgers_make
count_passed
does "look-ups find sockets" arm
for state in shielded limited; do
	test_state $state $edge_ip $old_ip $new_ip
	test_state $state $edge_ip6 $old_ip6 $new_ip6
done
finish

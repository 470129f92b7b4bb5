#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# `stats --metrics`: clean to Prometheus' own linter; the families are those that the rows of
# user/show and the manual name; counters agree with `stats --json` and never go back.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/readers.sh
source "$(dirname "$0")/readers.sh"

metrics() {
	ecdn stats --metrics
}

# value SERIES TEXT
value() {
	grep -v '^#' <<<"$2" | grep -F -- "$1 " | sed 's/.* //'
}

families() {
	sed -n 's/^# HELP \([a-z0-9_]*\) .*/\1/p' | sort
}

linted() {
	promtool check metrics <<<"$1"
}

test_format() {
	local said

	said=$(metrics)
	does "promtool finds nothing" linted "$said"
	is "promtool says nothing" "" "$(linted "$said" 2>&1)"
	is "each family has a type before its series, and its series together" "" \
		"$(awk '/^# TYPE/ { type[$3] = 1; if (seen[$3]++) print $3; last = $3; next }
			/^#/ { next }
			{ name = $1; sub(/\{.*/, "", name); if (name != last) print name }' <<<"$said")"
	is "no series is there twice" "" "$(grep -v '^#' <<<"$said" | sed 's/ [^ ]*$//' | sort | uniq -d)"
	is "counters are called _total, and nothing else is" "" \
		"$(awk '/^# TYPE/ && ($3 ~ /_total$/) != ($4 == "counter") { print $3 }' <<<"$said")"
}

# Names that rows have in one piece: others are made of the counters' names.
names_in_rows() {
	grep -ohE '"ecdn_xdp_[a-z_]*[a-z]"' "$top"/user/show/*.[ch] | tr -d '"' | sort -u
}

test_families() {
	local said

	said=$(metrics)
	is "rows: all of their families are there" "" \
		"$(comm -23 <(names_in_rows) <(families <<<"$said"))"
	is "the manual lists these families, and no others" "$(families <<<"$said")" \
		"$(sed -n '/^\.SH METRICS/,/^\.S[HS] /{s/^\.B \(ecdn_xdp_[a-z_]*\).*/\1/p}' \
			"$top/user/ecdn-xdp.8" | sort)"
}

test_values() {
	local said

	said=$(metrics)
	is "a region's packets" "$(stats ALPHA .packets)" \
		"$(value 'ecdn_xdp_region_packets_total{region="ALPHA"}' "$said")"
	is "a region's drops, by reason" "$(stats ALPHA .dropped.no_socket.packets)" \
		"$(value 'ecdn_xdp_region_dropped_packets_total{region="ALPHA",reason="no_socket"}' "$said")"
	is "all regions' packets" "$(stats_all '[.regions[].packets] | add')" \
		"$(value 'ecdn_xdp_region_packets_total{region="_all"}' "$said")"
	is "a region that was never anything but normal has no series" "" \
		"$(grep '"GAMMA"' <<<"$said" || true)"
	is "states" "0 0 0 0 1" "$(for state in normal limited exempt blocked shielded; do
			value "ecdn_xdp_region_state{region=\"ALPHA\",state=\"$state\"}" "$said"
		done | xargs)"
	is "limits: own, none, in bytes" "100 +Inf +Inf" "$(for of in packets bytes connections; do
			value "ecdn_xdp_region_limit_${of}_per_second{region=\"ALPHA\"}" "$said"
		done | xargs)"
	between "the end of an exemption" $(($(date +%s) + 7000)) $(($(date +%s) + 7200)) \
		"$(value 'ecdn_xdp_region_exempt_until_timestamp_seconds{region="BETA"}' "$said")"
	is "no exemption, no end" "" \
		"$(value 'ecdn_xdp_region_exempt_until_timestamp_seconds{region="ALPHA"}' "$said")"
	ecdn exempt BETA
	is "an exemption without an end" +Inf \
		"$(value 'ecdn_xdp_region_exempt_until_timestamp_seconds{region="BETA"}' "$(metrics)")"
	is "interfaces" "1 1" "$(grep '^ecdn_xdp_interface_attached{interface="e0",' <<<"$said" |
		sed 's/.* //' | xargs)"
	is "nodes, those heard, prefixes allowed" "3 0 1" \
		"$(value ecdn_xdp_nodes "$said") $(value ecdn_xdp_nodes_heard "$said") $(
			value ecdn_xdp_allowed_prefixes "$said")"
	is "nodes of one name are one" 1 \
		"$(grep -c '^ecdn_xdp_node_ping_requests_total{node="ams-1"}' <<<"$said")"
	is "no prefix, address or path is a label" "" "$(grep -E '[0-9]\.[0-9]+\.|::|/' <<<"$said" |
		grep -v '^#\|build_info' || true)"
	is "the listener's sockets" 1 \
		"$(value 'ecdn_xdp_steer_sockets{port="80",protocol="tcp",family="ipv4"}' "$said")"
	stop "$listener"
	is "the listener is gone" 0 \
		"$(value 'ecdn_xdp_steer_sockets{port="80",protocol="tcp",family="ipv4"}' "$(metrics)")"
}

test_limit_in_bytes() {
	ecdn limit set ALPHA --bps 8M
	is "a limit in bytes" 1000000 \
		"$(value 'ecdn_xdp_region_limit_bytes_per_second{region="ALPHA"}' "$(metrics)")"
}

# What is counted stays exported and only grows: released, cleared, under more traffic.
test_growth() {
	local before after

	before=$(metrics)
	ecdn release ALPHA
	ecdn limit clear ALPHA
	ecdn release WIDE
	ecdn release BETA
	flood --from 198.51.100.0/24 --to $edge_here --count 1000 >/dev/null
	after=$(metrics)
	is "counters never go back, and none goes" "" "$(awk '
		/^#/ { next }
		{ name = $1; sub(/\{.*/, "", name); if (name !~ /_total$/) next }
		FNR == NR { was[$1] = $2; next }
		{ now[$1] = 1; if ($1 in was && $2 < was[$1]) print }
		END { for (series in was) if (!(series in now)) print series " is gone" }' \
		<(echo "$before") <(echo "$after"))"
	between "and they grow" 1000 1000000 \
		$(($(value 'ecdn_xdp_region_packets_total{region="ALPHA"}' "$after") -
		   $(value 'ecdn_xdp_region_packets_total{region="ALPHA"}' "$before")))
}

test_output() {
	local to=$work/text/ecdn-xdp.prom

	mkdir "$work/text"
	echo old >"$to"
	does "--output" bash -c "umask 077; nsenter --net=/run/netns/ecdn-$id-edge \
		$build/ecdn-xdp stats --metrics --output $to --pin-dir $pin"
	does "--output: what promtool takes" linted "$(<"$to")"
	is "--output: readable by all, and nothing beside it" "644 ecdn-xdp.prom" \
		"$(stat -c %a "$to") $(cd "$work/text"; echo *)"
	fails "--output: into a directory that is not there" 1 'none/x.prom' \
		ecdn stats --metrics --output "$work/none/x.prom"
	mkdir "$work/text/sub.prom"
	fails "--output: over a directory" 1 'sub.prom' ecdn stats --metrics --output "$work/text/sub.prom"
	is "--output: what failed leaves nothing" "ecdn-xdp.prom sub.prom" "$(cd "$work/text"; echo *)"
	fails "--output alone" 2 'goes with --metrics' ecdn stats --output "$to"
	fails "--metrics of a region" 2 'alone' ecdn stats --metrics ALPHA
	fails "--metrics --json" 2 'alone' ecdn stats --metrics --json
}

test_nothing_loaded() {
	ecdn unload --all
	is "nothing loaded: it says so" 0 "$(value ecdn_xdp_guard_loaded "$(metrics)")"
	does "nothing loaded: promtool" linted "$(metrics)"
	ecdn load --ping --nodes "$work/nodes" e0
	is "ping alone" "0 3" "$(value ecdn_xdp_guard_loaded "$(metrics)") $(value ecdn_xdp_nodes "$(metrics)")"
	does "ping alone: promtool" linted "$(metrics)"
}

everything_loaded
ecdn limit set BETA --auto >/dev/null
on edge "$build/tests/tools/learned" learned --pin-dir "$pin" BETA pps=900000 peak=450000
test_format
test_families
test_values
test_limit_in_bytes
test_growth
test_output
test_nothing_loaded
finish

#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# What the agent serves: clean to Prometheus' linter, the manual's families and no others, equal to
# `stats --json`, and never back.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/readers.sh
source "$(dirname "$0")/readers.sh"
# shellcheck source=tests/net/agent_metrics.sh
source "$(dirname "$0")/agent_metrics.sh"

families() {
	sed -n 's/^# HELP \([a-z0-9_]*\) .*/\1/p' | sort
}

test_nothing_loaded() {
	local said

	client_and_edge
	agent_start
	does "no guard: a page is served" wait_for 5 is_served
	said=$(get)
	is "no guard: it says so" 0 "$(value ecdn_xdp_guard_loaded "$said")"
	does "no guard: promtool" linted "$said"
	stop "$agent"
	hosts=()
	ip netns del "ecdn-$id-edge"
	ip netns del "ecdn-$id-client"
}

# Where it serves, as it was started, and as it was told later.
test_where() {
	local at=unix:$work/metrics.sock

	has "status says where" "^agent .*; metrics at 127\\.0\\.0\\.1:9513$" "$(ecdn status)"
	sed -i "s|^agent: .*|agent: {metrics: {listen: \"$at\", regions: 100}}|" "$work/config"
	kill -HUP "$agent"
	wait_for 5 test -S "${at#unix:}"
	is "status says where, after a reload" "$at" "$(ecdn status --json | jq -r .agent.metrics)"
	sed -i 's|listen: "[^"]*", ||' "$work/config"
	kill -HUP "$agent"
	does "and it is back where it was" wait_for 5 is_served
}

test_format() {
	local said=$1

	does "promtool finds nothing" linted "$said"
	is "promtool says nothing" "" "$(linted "$said" 2>&1)"
	is "no series is there twice" "" \
		"$(grep -v '^#' <<<"$said" | sed 's/ [^ ]*$//' | sort | uniq -d)"
	is "the manual lists these families, and no others" "$(families <<<"$said")" \
		"$(sed -n '/^\.SH METRICS/,/^\.SH /{s/^\.B \(ecdn_xdp_[a-z_]*\).*/\1/p}' \
			"$top/user/ecdn-xdp.8" | sort)"
	is "no prefix, address or path is a label" "" "$(grep -E '[0-9]\.[0-9]+\.|::|/' <<<"$said" |
		grep -v '^#\|build_info\|le="' | grep '{.*[0-9]\.[0-9]\+\..*}\|::\|/' || true)"
}

test_values() {
	local said=$1 region

	for region in ALPHA WIDE BETA; do
		is "$region: packets, connections, drops, as stats --json" \
			"$(stats "$region" '[.packets, .connections, .dropped.no_socket.packets] | @tsv')" \
			"$(value "ecdn_xdp_region_packets_total{region=\"$region\"}" "$said")	$(
			value "ecdn_xdp_region_connections_total{region=\"$region\"}" "$said")	$(
			value "ecdn_xdp_region_dropped_packets_total{region=\"$region\",reason=\"no_socket\"}" \
				"$said")"
	done
	is "states" "0 0 0 0 1" "$(for state in normal limited exempt blocked shielded; do
			value "ecdn_xdp_region_state{region=\"ALPHA\",state=\"$state\"}" "$said"
		done | xargs)"
	is "nodes, those heard, prefixes allowed" "3 0 1" \
		"$(value ecdn_xdp_nodes "$said") $(value ecdn_xdp_nodes_heard "$said") $(
			value ecdn_xdp_allowed_prefixes "$said")"
	is "an origin by its name" 1 \
		"$(value 'ecdn_xdp_origin_connections_total{origin="asked"}' "$said")"
	is "no host name that was asked for" "" "$(grep -i 'sni=' <<<"$said" || true)"
	is "the listener's sockets" 1 \
		"$(value 'ecdn_xdp_steer_sockets{port="80",protocol="tcp",family="ipv4"}' "$said")"
	is "what is learned" 450000 \
		"$(value 'ecdn_xdp_region_learned_peak_packets_per_second{region="BETA"}' "$said")"
	is "collectors did not fail" 0 "$(grep '^ecdn_xdp_scrape_errors_total' <<<"$said" |
		awk '{ n += $2 } END { print n + 0 }')"
}

test_growth() {
	local before after

	before=$(fresh)
	ecdn release ALPHA
	ecdn limit clear ALPHA
	ecdn release WIDE
	flood --from 198.51.100.128/25 --to $edge_here --count 1000 >/dev/null
	flood --from 192.0.2.0/24 --to $edge_here --count 100 >/dev/null
	after=$(fresh)
	is "counters never go back, and none goes" "" "$(never_back "$before" "$after")"
	between "and they grow" 1000 1000000 \
		$(($(value 'ecdn_xdp_region_packets_total{region="ALPHA"}' "$after") -
		   $(value 'ecdn_xdp_region_packets_total{region="ALPHA"}' "$before")))
	between "events were counted" 1 1000 "$(value 'ecdn_xdp_events_total{event="command"}' "$after")"
}

test_surges() {
	local said

	ecdn limit set GAMMA --pps 50
	sleep 1.5
	flood --from 192.0.2.128/25 --to $edge_here --rate 5k --seconds 500ms >/dev/null
	said=$(fresh)
	is "a surge is counted once" 1 "$(value 'ecdn_xdp_region_surges_total{region="GAMMA"}' "$said")"
	between "its event was seen" 1 4 "$(($(value 'ecdn_xdp_events_total{event="limited"}' "$said") +
		$(value 'ecdn_xdp_events_total{event="shielded"}' "$said")))"
	is "and nothing of it in _other" 0 \
		"$(value 'ecdn_xdp_region_surges_total{region="_other"}' "$said")"
}

test_unloaded() {
	ecdn unload --all
	sleep 1.2
	is "the guard is unloaded: the page says so" 0 "$(value ecdn_xdp_guard_loaded "$(fresh)")"
	does "the guard is unloaded: promtool" linted "$(get)"
	ecdn load --guard --regions "$regions" e0
	is "it is back" 1 "$(value ecdn_xdp_guard_loaded "$(fresh)")"
}

test_nothing_loaded
everything_loaded
cat >"$work/config" <<END
regions: $regions
agent: {metrics: {regions: 100}}
END
agent_start --config "$work/config"
wait_for 5 is_served || true
ecdn limit set ALPHA --pps 100 --hold 2m
ecdn limit set BETA --auto
on edge "$build/tests/tools/learned" learned --pin-dir "$pin" BETA pps=900000 peak=450000
page=$(fresh)
test_format "$page"
test_values "$page"
test_growth
test_surges
test_where
test_unloaded
stop "$agent"
finish

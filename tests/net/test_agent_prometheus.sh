#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The real Prometheus scrapes the agent; each expression of the dashboard gives a result there; each
# alert rule has a case that fires and one that does not. Series are bounded at 250 and at 4,096
# regions; eight clients ask each 10 ms while a flood comes.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/readers.sh
source "$(dirname "$0")/readers.sh"
# shellcheck source=tests/net/agent_metrics.sh
source "$(dirname "$0")/agent_metrics.sh"

rules=$top/user/prometheus/ecdn-xdp-alerts.yml
dashboard=$top/user/prometheus/ecdn-xdp-dashboard.json
prometheus=http://127.0.0.1:9090

test_rules() {
	local alert

	cp "$rules" "$top/tests/prometheus/alerts_test.yml" "$work"
	does "promtool: alert rules" promtool check rules "$work/ecdn-xdp-alerts.yml"
	does "promtool: each fires, or does not, as it should" \
		promtool test rules "$work/alerts_test.yml"
	while read -r alert; do
		is "$alert: a case that fires, and one that does not" "2 1 1" "$(awk -v alert="$alert" '
			$1 == "-" && $2 == "alertname:" { ours = $3 == alert; n += ours }
			ours && /exp_alerts: \[\]/ { quiet++ }
			ours && /exp_labels:/ { fires++ }
			END { print n + 0, fires + 0, quiet + 0 }' "$work/alerts_test.yml")"
	done < <(sed -n 's/^ *- alert: //p' "$rules")
}

# Metrics and labels of the rules and the dashboard, by their words.
test_names() {
	local known

	known=$(get | grep -o '^ecdn_xdp_[a-z_]*' | sort -u)
	is "metrics of rules and dashboard are all exported" "" "$(comm -23 \
		<(cat "$rules" "$dashboard" | grep -o 'ecdn_xdp_[a-z_]*' | sort -u) <(echo "$known"))"
}

test_dashboard() {
	is "dashboard: each panel has an id of its own" "" \
		"$(jq '.panels[].id' "$dashboard" | sort | uniq -d)"
	is "dashboard: no panels overlap, none is wider than the grid" "" "$(jq -r '
		[.panels[] | {id} + .gridPos] as $p | $p[] as $a |
		(if $a.x + $a.w > 24 then "\($a.id) is too wide" else empty end),
		($p[] as $b | select($a.id < $b.id and $a.x < $b.x + $b.w and $b.x < $a.x + $a.w and
			$a.y < $b.y + $b.h and $b.y < $a.y + $a.h) | "\($a.id) and \($b.id)")' "$dashboard")"
	is "dashboard: the data source is a variable, everywhere" '${datasource}' \
		"$(jq -r '.templating.list[] , .panels[] | select(.type != "row") | [., .targets[]?] | .[] |
			.datasource.uid // empty' "$dashboard" | sort -u)"
	is "dashboard: that variable is there" prometheus "$(jq -r \
		'.templating.list[] | select(.name == "datasource") | .query' "$dashboard")"
}

# results EXPRESSION: how many series it gives.
results() {
	on edge curl -s "$prometheus/api/v1/query" --data-urlencode "query=$1" |
		jq '.data.result | length'
}

test_expressions() {
	local expression asked

	while read -r expression; do
		asked=${expression//'$instance'/.*}
		asked=${asked//'$region'/.*}
		asked=${asked//'$__rate_interval'/30s}
		[ "$(results "$asked")" -gt 0 ] 2>/dev/null && ok "a result: $expression" ||
			not_ok "a result: $expression" "$(on edge curl -s "$prometheus/api/v1/query" \
				--data-urlencode "query=$asked" | head -c 300)"
	done < <(jq -r '.panels[].targets[]?.expr' "$dashboard")
}

start_prometheus() {
	cat >"$work/prometheus.yml" <<-END
		global: {scrape_interval: 1s, evaluation_interval: 1s}
		rule_files: [$work/ecdn-xdp-alerts.yml]
		scrape_configs:
		  - {job_name: ecdn, static_configs: [{targets: ["127.0.0.1:9513"]}]}
	END
	(exec nsenter --net="/run/netns/ecdn-$id-edge" prometheus --config.file="$work/prometheus.yml" \
		--storage.tsdb.path="$work/tsdb" --web.listen-address=127.0.0.1:9090 \
		--log.level=error >"$work/prometheus.said" 2>&1) &
	scraper=$!
}

is_scraped() {
	[ "$(results 'up == 1')" = 1 ] && [ "$(results 'ecdn_xdp_build_info')" = 1 ] &&
		[ "$(results 'rate(ecdn_xdp_region_packets_total[30s])')" -gt 0 ]
}

test_prometheus() {
	start_prometheus
	does "Prometheus scrapes it" wait_for 20 is_scraped
	sleep 3
	test_expressions
	is "Prometheus holds what the agent serves" \
		"$(value 'ecdn_xdp_region_packets_total{region="ALPHA"}' "$(get)")" \
		"$(on edge curl -s "$prometheus/api/v1/query" --data-urlencode \
			'query=ecdn_xdp_region_packets_total{region="ALPHA"}' | jq -r '.data.result[0].value[1]')"
	is "its rules are all healthy" "" "$(on edge curl -s "$prometheus/api/v1/rules" |
		jq -r '.data.groups[].rules[] | select(.health == "err") | .name')"
	stop "$scraper"
}

# clients COUNT SECONDS: each asks every 10 ms. Prints answers, those that are no whole page, and
# the longest time in ms.
clients() {
	on edge python3 - "$1" "$2" <<-'END'
		import http.client, sys, threading, time
		count, seconds = int(sys.argv[1]), float(sys.argv[2])
		good, bad, worst = [0], [0], [0]
		lock = threading.Lock()
		def ask():
		    end = time.time() + seconds
		    while time.time() < end:
		        begin = time.time()
		        try:
		            c = http.client.HTTPConnection("127.0.0.1", 9513, timeout=5)
		            c.request("GET", "/metrics"); r = c.getresponse(); body = r.read(); c.close()
		            ok = r.status == 200 and body.endswith(b"\n") and b"guard_loaded 1" in body
		        except Exception:
		            ok = False
		        took = (time.time() - begin) * 1000
		        with lock:
		            good[0] += ok; bad[0] += not ok; worst[0] = max(worst[0], took)
		        time.sleep(0.01)
		threads = [threading.Thread(target=ask) for _ in range(count)]
		[t.start() for t in threads]; [t.join() for t in threads]
		print(good[0], bad[0], int(worst[0]))
	END
}

cpu_ns() {
	cut -d ' ' -f 1 "/proc/$1/schedstat"
}

test_crowd() {
	local good bad worst before served

	flood_start "$work/flooded" --from 198.51.100.128/25 --to $edge_here --rate 100k
	before=$(value ecdn_xdp_scrape_duration_seconds "$(get)")
	read -r good bad worst < <(clients 8 4)
	flood_stop "eight clients each 10 ms"
	served=$(value ecdn_xdp_scrape_duration_seconds "$(get)")
	is "eight clients under a flood: each gets whole pages" 0 "$bad"
	between "there were many ($good answers, the longest took $worst ms)" 50 1000000 "$good"
	[ -n "$before$served" ] && ok "and the agent reads its maps meanwhile" ||
		not_ok "and the agent reads its maps meanwhile" "no duration"
}

# spent: CPU of the agent and its server so far, and the time, both in us.
spent() {
	echo $((($(cpu_ns "$agent") + $(cpu_ns "$(server)")) / 1000)) "$(now_us)"
}

# cost NAME: CPU of a scrape, without what passes in that time anyway; the name has it for the log.
cost() {
	local cpu at idle idle_at busy busy_at each

	read -r cpu at < <(spent)
	sleep 6
	read -r idle idle_at < <(spent)
	for _ in {1..6}; do
		get >/dev/null
		sleep 1.05
	done
	read -r busy busy_at < <(spent)
	each=$(((busy - idle - (idle - cpu) * (busy_at - idle_at) / (idle_at - at)) / 6))
	between "$1: CPU of a scrape: $each us, of a second without: $(((idle - cpu) / 6)) us" \
		-20000 20000 "$each"
}

# test_many COUNT PREFIX: that many regions, all in the prefix, that have all passed packets.
test_many() {
	local count=$1 said

	ecdn unload --all
	regions_of "$count" >"$work/many"
	ecdn load --regions "$work/many" e0
	for at in {1..4}; do
		flood --from "$2" --count $((count * 20)) >/dev/null
		sleep 1
	done
	said=$(fresh)
	does "$count regions: promtool" linted "$said"
	between "$count regions: series" 100 10000 "$(series "$said")"
	between "$count regions: regions by name" 100 251 "$(grep -c '^ecdn_xdp_region_packets_total' \
		<<<"$said")"
	cost "$count regions"
}

everything_loaded
printf 'regions: %s\n' "$regions" >"$work/config"
ecdn node add $client_ip client
on client ping -c 1 -W 2 $edge_here >"$work/pinged"
agent_start --config "$work/config"
does "it serves" wait_for 10 is_served
sleep 1.2
flood --from 198.51.100.128/25 --to $edge_here --count 1000 >/dev/null
test_rules
test_names
test_dashboard
test_prometheus
test_crowd
test_many 250 20.0.0.0/16
test_many 4090 20.0.0.0/12
stop "$agent"
finish

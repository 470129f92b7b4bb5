#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# What is proven limits: a surge of real connections turns its region to 513, by steering and by
# the nginx module, once it has stood for grace, and until hold after it; a burst of a moment turns
# nobody. With forged SYNs beside it each of the two has its own end.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/nginx.sh
source "$(dirname "$0")/nginx.sh"
# shellcheck source=tests/net/513.sh
source "$(dirname "$0")/513.sh"
# shellcheck source=tests/net/shield.sh
source "$(dirname "$0")/shield.sh"

HOLD_MS=1500

# Port 80 is steered; 443 asks the module.
shield_nginx() {
	{
		nginx_513
		cat <<-END
			log_format when '\$msec \$remote_addr';
			server {
				listen 80; listen [::]:80;
				access_log $proxies/when when;
				return 200;
			}
			server {
				access_log $proxies/when when;
				listen 443 ssl; listen [::]:443 ssl;
				ssl_certificate $certificate;
				ssl_certificate_key $certificate_key;
				ecdn_xdp on;
				ecdn_xdp_pins $pin;
				location / { try_files /index.html =404; }
			}
		END
	} | nginx_conf nginx "load_module $module;"
	echo hello >"$proxies/www/index.html"
	nginx_start nginx
}

# limits OPTION...: answers are not short, as it is their status that is asked.
limits() {
	ecdn limit clear ALPHA
	ecdn limit set ALPHA --cps 100 --hold ${HOLD_MS}ms --answer-cps 0 "$@"
	ecdn release ALPHA
}

# grown_ms: when the last of the surge's addresses had its first answer, by the wall clock.
grown_ms() {
	awk '$2 ~ /^(198\.18\.|2001:db8:10)/ && !($2 in first) { first[$2] = $1 }
		END { for (from in first) if (first[from] > last) last = first[from]
			printf "%.0f\n", last * 1000 }' "$proxies/when"
}

# wall_ms NS: of CLOCK_MONOTONIC.
wall_ms() {
	echo $(($(now_us) / 1000 - ($(monotonic_ns) - $1) / 1000000))
}

# test_surge WHAT URL GRACE-MS: real connections, from begin to end.
test_surge() {
	local what=$1 url=$2 grace=$3 began since grown ended

	limits --grace "${grace}ms"
	is "$what: before: ALPHA" 200 "$(answers alpha)"
	: >"$proxies/when"
	began=$(monotonic_ns)
	surge_start "$url"
	does "$what: limited" wait_for 4 alpha_is limited
	since=$(since_ns ALPHA)
	grown=$(($(wall_ms "$since") - $(grown_ms)))
	between "$what: not before grace, in ms" "$grace" 10000 $(((since - began) / 1000000))
	between "$what: within grace and 300 ms of its full rate, in ms" -10000 $((grace + 300)) \
		$grown
	sleep 0.5
	is "$what: meanwhile: ALPHA, steered and by the module" 513 "$(answers alpha)"
	ask alpha "${urls[0]}" 20/s 20 >"$work/asked"
	is "$what: meanwhile: every new connection gets 513" "20 513" "$(answers_in "$work/asked")"
	is "$what: meanwhile: BETA" 200 "$(answers beta)"
	echo "# $what: $(stats ALPHA .proven.cps) proven connections/s, limited after" \
		"$(((since - began) / 1000000)) ms, $grown ms after it was complete"
	surge_stop
	is "$what: no longer than hold after it: ALPHA" 513 "$(status alpha "${urls[0]}" -m 2)"
	ended=$(now_us)
	does "$what: it ends" wait_for 10 alpha_is normal
	between "$what: at hold and 2.2 s after the end, in ms" $HOLD_MS $((HOLD_MS + 2300)) \
		$((($(now_us) - ended) / 1000))
	is "$what: after it: ALPHA" 200 "$(answers alpha)"
	is "$what: the surge met 200 and 513" "200 513" \
		"$(sort -u "$work"/surger.* | grep -v 000 | paste -sd ' ')"
}

# burst WHAT: 120 connections in about 100 ms, more than ten times the limit.
burst() {
	local n began bursting=()

	began=$(now_us)
	for n in {0..3}; do
		on client curl -s --no-progress-meter --interface "198.18.$n.9" -Z --parallel-max 30 \
			--parallel-immediate -m 5 -H 'Connection: close' -o /dev/null \
			"${urls[0]}?[1-30]" &
		bursting+=($!)
	done
	wait "${bursting[@]}"
	echo "# $1: 120 connections in $((($(now_us) - began) / 1000)) ms, curl's own start included"
}

test_grace() {
	local asking before

	limits --grace 0s
	burst "without grace"
	is "a burst without grace: limited" limited "$(state ALPHA)"
	limits --grace 1s
	before=$(steered)
	verdicts_start
	ask alpha "${urls[0]}" 20/s 80 >"$work/asked" &
	asking=$!
	sleep 0.2
	burst "grace 1s"
	is "a burst and grace: shielded" shielded "$(state ALPHA)"
	wait $asking
	verdicts_stop "a burst and grace"
	is "a burst and grace: nobody gets 513" "80 200" "$(answers_in "$work/asked")"
	is "a burst and grace: nothing is steered" "$before" "$(steered)"
	does "a burst and grace: it ends" wait_for 10 alpha_is normal
}

# test_both WHAT URL TO FROM
test_both() {
	local what=$1 url=$2

	limits --grace 0s
	flood_start "$work/flood" --type syn --port 80 --ports --to "$3" --from "$4" --rate 20k
	is "$what: forged alone: shielded" shielded "$(state ALPHA)"
	is "$what: forged alone: ALPHA" 200 "$(status alpha "$url" -m 2)"
	surge_start "$url"
	does "$what: limited" wait_for 4 alpha_is limited
	is "$what: ALPHA" 513 "$(status alpha "$url" -m 2)"
	surge_stop
	does "$what: the proven one ends" wait_for 6 alpha_is shielded
	is "$what: the proven one has ended: ALPHA" 200 "$(status alpha "$url" -m 2)"
	sleep 2
	is "$what: the forged one goes on" "shielded 200" \
		"$(state ALPHA) $(status alpha "$url" -m 2)"
	flood_stop "$what"
	does "$what: both have ended" wait_for 6 alpha_is normal
	is "$what: both have ended: ALPHA" 200 "$(status alpha "$url" -m 2)"
}

shield_lab
ecdn steer add 80 127.0.0.1:8513
ecdn steer add 80 '[::1]:8513'
surgers_make
connect alpha beta
test_surge "proven" "${urls[0]}" 0
test_surge "proven, IPv6, grace 1s" "${urls[1]}" 1000
test_surge "proven, asks the module" "${urls[2]}" 0
test_grace
test_both "both" "${urls[0]}" $edge_ip 198.18.128.0/17
test_both "both, IPv6" "${urls[1]}" $edge_ip6 2001:db8:1800::/37
finish

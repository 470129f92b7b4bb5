#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# bench.sh - figures of the product beside those of others, in one run. One table
# at the end; build/bench.tsv has the same for machines. Everything happens in a
# network namespace and a pin directory of its own.
set -eu -o pipefail
cd "$(dirname "$0")/../.."

ns=ecdn-xdp-bench
pins=/sys/fs/bpf/ecdn-xdp-bench
tsv=build/bench.tsv
bench=build/tests/bench/bench
agent=build/ecdn-xdp
world=(--regions /usr/share/tor/geoip --regions /usr/share/tor/geoip6)
work=$(mktemp -d)

inside() {
	nsenter --net=/run/netns/$ns "$@"
}

cleanup() {
	set +e
	for dir in "$pins"-*; do
		[ -d "$dir" ] && $agent unload -q --all --pin-dir "$dir"
	done
	[ -s "$work/nginx.pid" ] && kill "$(cat "$work/nginx.pid")"
	[ -n "${filter_peer-}" ] && inside xdp-filter unload "$filter_peer"
	shield_end
	ip netns del $ns
	ip netns del $ns-origin
	[ -n "${agent_pid-}" ] && kill "$agent_pid"
	rmdir "$(findmnt -nt cgroup2 -o TARGET | head -n 1)/$ns"{/idle,}
	if [ -n "${cgroup-}" ]; then
		echo $$ > "${cgroup%/*}/cgroup.procs"
		rmdir "$cgroup"
	fi
	rmdir /sys/fs/bpf/xdp-filter /sys/fs/bpf/xdp # where nothing is left in them
	rm -rf "$work"
	return 0
} 2>/dev/null
# shellcheck source=tests/bench/shield.sh
source tests/bench/shield.sh
trap cleanup EXIT
trap 'exit 1' INT TERM HUP

# A veth whose near end gXX takes frames and whose far end pXX has what is measured.
# GRO makes the far end poll where no XDP program does.
pair() {
	inside ip link add "g$1" type veth peer name "p$1"
	inside sysctl -qw "net.ipv6.conf.g$1.disable_ipv6=1" "net.ipv6.conf.p$1.disable_ipv6=1"
	inside ethtool -K "p$1" gro on
	inside ip link set "g$1" up
	inside ip link set "p$1" up
}

# All regions blocked, and region "--" with them.
blocked_config() {
	echo "block:"
	$bench names | sed 's/.*/  - "&"/'
}

# What a table that fits any cache holds.
few_config() {
	printf 'block:\n  - "--"\n'
	cut -d, -f3 < "$work/few" | sort -u | sed 's/.*/  - "&"/'
}

# Blocked, and some addresses that are trusted.
refused_config() {
	blocked_config
	echo "allow:"
	$bench trusted
}

passing_config() {
	:
}

# Any traffic at all is a surge at once, of which next to nothing passes.
limited_config() {
	printf 'shield: off\nlimits:\n  default:\n    pps: 1\n    prefix_pps: 1\n'
	printf '    answer_cps: 1\n    grace: 0s\n'
}

# guard NUMBER NAME [FILE]: FILE has other regions than the world's.
guard() {
	local regions=("${world[@]}")

	[ $# -lt 3 ] || regions=(--regions "$3")
	pair "$1"
	"$2_config" > "$work/$2.yaml"
	inside $agent load -q -m native "${regions[@]}" --config "$work/$2.yaml" \
		--pin-dir "$pins-$2" "p$1"
}

nft_table() {
	pair "$1"
	{
		echo "table netdev t$1 {"
		if [ "$2" = set ]; then
			echo "set world { type ipv4_addr; flags interval; elements = {"
			$bench ranges
			echo "} }"
		fi
		echo "chain c { type filter hook ingress device p$1 priority 0;"
		[ "$2" = set ] && echo "ip saddr @world drop;"
		printf "drop;\n}\n}\n"
	} > "$work/nft"
	inside nft -f "$work/nft"
}

filter() {
	pair "$1"
	inside xdp-filter load -m native -f ipv4 -p allow "p$1"
	filter_peer=p$1
	inside xdp-filter ip -m src 192.0.2.1
}

live() {
	ip netns add $ns
	pair 0
	guard 1 blocked
	guard 2 limited
	filter 3
	nft_table 4 bare
	nft_table 5 set
	$bench few > "$work/few"
	guard 13 few "$work/few"
	inside $bench live \
		"empty XDP_DROP:g0:p0:real" \
		"empty XDP_DROP:g0:p0:spoofed" \
		"guard, all blocked:g1:p1:real:$pins-blocked" \
		"guard, all blocked:g1:p1:spoofed:$pins-blocked" \
		"guard, all blocked:g1:p1:hot:$pins-blocked" \
		"guard, 10 ranges, all blocked:g13:p13:real:$pins-few" \
		"guard, 10 ranges, all blocked:g13:p13:spoofed:$pins-few" \
		"guard, 10 ranges, all blocked:g13:p13:hot:$pins-few" \
		"guard, all limited:g2:p2:heavy:$pins-limited" \
		"xdp-filter, its 10k addresses:g3:p3:listed:/sys/fs/bpf/xdp-filter/filter_ipv4" \
		"nft, bare drop:g4:p4:real" \
		"nft, bare drop:g4:p4:spoofed" \
		"nft, set of the ranges:g5:p5:real" \
		"nft, set of the ranges:g5:p5:spoofed"
}

allowed_config() {
	echo "allow:"
	$bench trusted | sed -n 1,100p
}

# What stays in the kernel once commands have ended.
memory() {
	ip netns add $ns
	guard 9 passing
	$bench memory "memory: guard, the world" 24 "$pins-passing"
	guard 14 allowed
	$bench memory "memory: guard, the world, 100 allowed prefixes" 24 "$pins-allowed"
	pair 12
	inside $agent load -q --ping --pin-dir "$pins-ping" p12
	$bench nodes | sort -u | sed -n 1,100p > "$work/nodes"
	inside $agent node load "$work/nodes" --pin-dir "$pins-ping"
	$bench memory "memory: ping alone, 100 nodes" 4 "$pins-ping"
}

# Through the binary, as a log would go: a million addresses of both families.
lookups() {
	ip netns add $ns
	pair 6
	inside $agent load -q "${world[@]}" --pin-dir "$pins-lookup" p6
	$bench addresses > "$work/addresses"
	local lines start end
	lines=$(wc -l < "$work/addresses")
	start=$(date +%s%N)
	$agent region lookup - --pin-dir "$pins-lookup" < "$work/addresses" > "$work/found"
	end=$(date +%s%N)
	[ "$(wc -l < "$work/found")" = "$lines" ]
	awk -v n="$lines" -v ns=$((end - start)) 'BEGIN {
		printf "region lookup -\tecdn-xdp region lookup -\treal\t%.2f\tM lines/s\t\t\t\n",
			n * 1000 / ns }'
}

# CPU time in us of the agent, and of the program to which it gives its pages.
agent_us() {
	local pid ns sum=0

	for pid in "$agent_pid" $(pgrep -P "$agent_pid"); do
		read -r ns _ < "/proc/$pid/schedstat"
		sum=$((sum + ns / 1000))
	done
	echo $sum
}

# second FILE COMMAND...: appends what the agent takes in a second in which the command is run.
second() {
	local file=$1 before

	shift
	before=$(agent_us)
	"$@"
	sleep 1
	echo $(($(agent_us) - before)) >> "$file"
}

agent_row() {
	printf 'agent\t%s\t%s regions\t%s\t%s\t\t\t\n' "$@"
}

scrape() {
	curl -sf -m 5 -o "$work/page" --unix-socket "$work/metrics" http://localhost/metrics
}

# With as many regions, all of which are learned. In the end it has no work but that of each second.
agent_with() {
	local count=$1 number=$2 idle scraped

	awk -v count="$count" 'BEGIN { for (i = 0; i < count; i++)
		printf "%d.%d.%d.0/24 R%d\n", 20 + i / 65536, i / 256 % 256, i % 256, i }' \
		> "$work/regions"
	pair "$number"
	inside $agent load -q --regions "$work/regions" --pin-dir "$pins-agent" "p$number"
	inside $agent limit set default --auto -q --pin-dir "$pins-agent"
	printf 'agent: {learn: {state: %s}}\n' "$work/learned" > "$work/agent.yaml"
	nsenter --net=/run/netns/$ns $agent agent --config "$work/agent.yaml" --pin-dir "$pins-agent" \
		--listen "unix:$work/metrics" 2> "$work/agent.said" &
	agent_pid=$!
	for _ in {1..50}; do
		scrape && break
		sleep 0.1
	done
	[ -s "$work/page" ]
	sleep 1
	# In turn, so that what is done once a minute disturbs both.
	for _ in {1..5}; do
		second "$work/idle" true
		second "$work/scraped" scrape
	done
	idle=$(sort -n "$work/idle" | sed -n 3p)
	scraped=$(sort -n "$work/scraped" | sed -n 3p)
	agent_row "idle, CPU a second" "$count" "$(awk "BEGIN { printf \"%.2f\", $idle / 1000 }")" ms
	agent_row "a scrape, CPU" "$count" \
		"$(awk "BEGIN { printf \"%.2f\", ($scraped - $idle) / 1000 }")" ms
	agent_row "resident memory" "$count" "$(awk '/^VmRSS/ { printf "%.1f", $2 / 1024 }' \
		"/proc/$agent_pid/status")" MiB
	kill "$agent_pid"
	wait "$agent_pid" || true
	agent_pid=
	rm -f "$work"/{page,learned,idle,scraped}
	inside $agent unload -q --all --pin-dir "$pins-agent"
}

agents() {
	ip netns add $ns
	agent_with 250 15
	agent_with 4090 16
}

# A million lines of a log through the binary; time of this CPU, not of the clock.
xff() {
	local format took

	for format in "" json; do
		# shellcheck disable=SC2086 # "" is no word
		build/tests/tools/xff_log 1000000 100000 1 12 $format > "$work/log"
		took=$( (TIMEFORMAT='%U %S'; time $agent diagnose xff "$work/log" > /dev/null) 2>&1)
		awk -v took="$took" -v format="${format:-tabs}" 'BEGIN {
			split(took, second, " ")
			rate = 1 / (second[1] + second[2])
			printf "diagnose xff\t1M lines, %s\t100k users\t%.2f\tM lines/s\t%.2f\tof 1M lines/s\t%s\n",
				format, rate, rate, format == "tabs" ? ">= 0.3" : "" }'
	done
}

# All addresses are this namespace's own, so that clients may have any. Nobody else is
# there: what is kept of one connection is not to slow the next.
everywhere() {
	inside ip link set lo up
	inside ip route add local default dev lo
	inside ip -6 route add local default dev lo
	inside sysctl -qw net.ipv4.tcp_no_metrics_save=1 net.ipv4.ip_local_port_range="1024 65535"
}

proxies() {
	ip netns add $ns
	everywhere
	guard 7 passing
	guard 8 refused
	inside $bench client "$pins-passing" "$pins-refused"
	inside $bench steer "$pins-passing" "$pins-refused"
	nginx_with_module
	inside $bench requests "$(nginx_worker)" \
		"ecdn_xdp off:8080:200" \
		"ecdn_xdp on, region normal:8081:200:$pins-passing" \
		"ecdn_xdp on, refused with 513:8082:513:$pins-refused"
}

# What a proxy pays to say what its origins answered: by the library, by nginx's module, and by its
# log. The step is in the cgroup whose connections are observed.
said() {
	local root start end

	ip netns add $ns
	everywhere
	root=$(findmnt -n -t cgroup2 -o TARGET | head -n 1)
	cgroup=$root/ecdn-xdp-bench-said
	mkdir "$cgroup"
	echo $$ > "$cgroup/cgroup.procs"
	inside $agent load -q --origin --origin-cgroup "$cgroup" --origin-ports 80,8085 \
		--pin-dir "$pins-said"
	inside $bench said "$pins-said"
	nginx_with_origins
	inside $bench requests "$(nginx_worker)" \
		"proxied, ecdn_xdp_origins off:8083:200" "proxied, ecdn_xdp_origins on:8084:200"
	build/tests/tools/origin_said "$pins-said" | grep -q '^198.18.0.1:8085 answered'
	seq -f '198.51.0.%g:80 answered 200' 0 255 > "$work/some"
	for _ in {1..4096}; do cat "$work/some"; done > "$work/lines"
	start=$(date +%s%N)
	inside $agent origin count - -q --pin-dir "$pins-said" < "$work/lines"
	end=$(date +%s%N)
	awk -v ns=$((end - start)) 'BEGIN {
		printf "lines of a log\tecdn-xdp origin count -\t256 origins\t%.2f\tM lines/s\t\t\t\n",
			1048576 * 1000 / ns }'
}

nginx_with_origins() {
	{
		echo "load_module $PWD/build/nginx/ngx_http_ecdn_xdp_module.so;"
		nginx_begin "$work"
		cat <<-END
			ecdn_xdp_pins $pins-said;
			proxy_http_version 1.1;
			proxy_set_header Connection "";
			upstream origin {
				server 198.18.0.1:8085;
				keepalive 512;
				keepalive_requests 1000000000;
			}
			server { listen 198.18.0.1:8083; location / { proxy_pass http://origin; } }
			server {
				listen 198.18.0.1:8084;
				ecdn_xdp_origins on;
				location / { proxy_pass http://origin; }
			}
			server { listen 198.18.0.1:8085; location /empty { empty_gif; } }
		END
		echo "}"
	} > "$work/nginx.conf"
	inside nginx -p "$work" -c "$work/nginx.conf"
}

nginx_server() {
	echo "server { listen 198.18.0.1:$1; ecdn_xdp $2; ecdn_xdp_pins $pins-$3;" \
		"location /empty { empty_gif; } }"
}

# nginx_begin DIR: an nginx of one worker, on another CPU than bench, up to its servers. Connections
# stay for good.
nginx_begin() {
	cat <<-END
		pid $1/nginx.pid;
		error_log $1/nginx.error;
		worker_processes 1;
		worker_cpu_affinity $([ "$(nproc)" -gt 1 ] && echo 10 || echo 1);
		events { worker_connections 2048; }
		http {
		access_log off;
		keepalive_requests 1000000000;
		keepalive_timeout 1h;
		client_body_temp_path $work/body;
		proxy_temp_path $work/proxy;
		fastcgi_temp_path $work/fastcgi;
		uwsgi_temp_path $work/uwsgi;
		scgi_temp_path $work/scgi;
	END
}

nginx_with_module() {
	{
		echo "load_module $PWD/build/nginx/ngx_http_ecdn_xdp_module.so;"
		nginx_begin "$work"
		nginx_server 8080 off passing
		nginx_server 8081 on passing
		nginx_server 8082 on refused
		echo "}"
	} > "$work/nginx.conf"
	inside nginx -p "$work" -c "$work/nginx.conf"
}

# It may not be there at once.
nginx_worker() {
	for _ in {1..50}; do
		pgrep -P "$(cat "$work/nginx.pid")" 2>/dev/null && return
		sleep 0.1
	done
	return 1
}

# One pair whose far end the kernel answers, and one with ping, which come from nodes all
# alike. Replies go to a MAC that is nobody's: nothing is done with them.
pings() {
	ip netns add $ns
	inside ip link set lo up
	answering 10
	inside ip addr add 198.18.0.1/32 dev p10
	inside ip neigh add 198.18.0.2 lladdr 02:00:00:00:00:01 dev p10
	inside ip route add default via 198.18.0.2 dev p10 onlink
	answering 11
	inside $agent load -q --ping --ping-rate 1G --ping-burst 1G --pin-dir "$pins-ping" p11
	$bench nodes | sort -u > "$work/nodes"
	inside $agent node load "$work/nodes" --pin-dir "$pins-ping"
	inside $bench ping g10 g11 "$pins-ping"
}

answering() {
	pair "$1"
	inside ip link set "p$1" address 02:00:00:00:00:00
}

# An origin in a network namespace beside this one. The observer is attached to a cgroup that is
# empty, and by bench, in turn, to that which bench is in.
origins() {
	local cgroup

	cgroup=$(findmnt -nt cgroup2 -o TARGET | head -n 1)
	mkdir "$cgroup/$ns" "$cgroup/$ns/idle"
	ip netns add $ns
	ip netns add $ns-origin
	inside ip link set lo up
	inside ip link add n0 type veth peer name o0 netns $ns-origin
	ip -n $ns addr add 10.79.0.1/24 dev n0
	ip -n $ns-origin addr add 10.79.0.2/24 dev o0
	ip -n $ns link set n0 up
	ip -n $ns-origin link set o0 up
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
		-subj /CN=origin.test -keyout "$work/key" -out "$work/certificate" 2>/dev/null
	cat "$work/key" >>"$work/certificate"
	inside $agent load -q --origin --origin-cgroup "$cgroup/$ns/idle" --pin-dir "$pins-origin"
	(
		echo "$BASHPID" >"$cgroup/$ns/cgroup.procs"
		inside $bench origin "$cgroup/$ns" "$pins-origin" $ns $ns-origin \
			"$work/certificate"
	)
}

machine() {
	awk -F ': ' '/^model name/ { name = $2; n++ } END {
		printf "machine\t%s, %d CPUs\t\t\t\t\t\t\n", name, n }' /proc/cpuinfo
	printf 'machine\tLinux %s, BPF JIT %s\t\t\t\t\t\t\n' "$(uname -r)" \
		"$(cat /proc/sys/net/core/bpf_jit_enable)"
	printf 'machine\tcaches of a CPU: L1d %d KiB, L2 %d KiB\t\t\t\t\t\t\n' \
		"$(($(getconf LEVEL1_DCACHE_SIZE) / 1024))" \
		"$(($(getconf LEVEL2_CACHE_SIZE) / 1024))"
	printf 'machine\tload when it began: %s\t\t\t\t\t\t\n' "$(cut -d' ' -f1-3 /proc/loadavg)"
	printf 'machine\tonly the ratios carry over to others\t\t\t\t\t\t\n'
}

# Prints the table; fails if something could not be measured.
table() {
	awk -F '\t' '
	function verdict(ratio, aim) {
		if (aim == "") return ""
		bound = substr(aim, 3) + 0
		good = (aim ~ /^>=/) ? (ratio + 0 >= bound) : (ratio + 0 <= bound)
		missed += !good
		return sprintf("%s %s: %s", substr(aim, 1, 2), substr(aim, 3),
			good ? "reached" : "MISSED")
	}
	$1 != section {
		section = $1
		print (NR > 1 ? "\n" : "") section
	}
	$2 ~ /^not measured/ { missing++ }
	$5 == "" { printf "  %s\n", $2; next }
	{
		printf "  %-46s %-18s %9s %-9s", $2, $3, $4, $5
		if ($6 != "") printf " %7.2f x %-24s %s", $6, $7, verdict($6, $8)
		printf "\n"
	}
	END {
		printf "\n%d aims missed, %d parts not measured\n", missed, missing
		exit missing > 0
	}' "$tsv"
}

if [ $# -gt 0 ]; then
	"$@"
	exit
fi
for step in machine "$bench lookup" "$bench compile" "$bench verifier" memory "$bench steps" \
	    "$bench lines" "$bench packets" "$bench growth" "$bench scale" live lookups xff \
	    proxies said pings origins shield "$bench quiet" "$bench capture" agents; do
	echo "bench: ${step##*/}" >&2
	tests/bench/bench.sh $step >> "$work/tsv" ||
		printf '%s\tnot measured: it failed\t\t\t\t\t\t\n' "${step##*/}" >> "$work/tsv"
done
mv "$work/tsv" "$tsv"
table

# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2154
# agent_metrics.sh - an agent that serves metrics, and its page. Sourced after lib.sh.

url=http://127.0.0.1:9513/metrics

# agent_start [OPTION...]: starts an agent on the edge; what it says goes to $work/agent.said.
agent_start() {
	(exec nsenter --net="/run/netns/ecdn-$id-edge" "$build/ecdn-xdp" agent --pin-dir "$pin" \
		"$@" >"$work/agent.said" 2>&1) &
	agent=$!
}

# server: prints the pid of the program that serves.
server() {
	pgrep -P "$agent" -x ecdn-xdp-metric || true
}

# get [OPTION...]: asks for the page.
get() {
	on edge curl -sS -m 5 "$@" "$url"
}

# code OPTION...: prints the status of an answer.
code() {
	on edge curl -s -m 20 -o "$work/answer" -w '%{http_code}' "$@"
}

is_served() {
	get -f >/dev/null 2>&1
}

# The next page is a new one, with all that was counted a second ago.
fresh() {
	sleep 2.2
	get
}

# value SERIES TEXT
value() {
	grep -v '^#' <<<"$2" | grep -F -- "$1 " | sed 's/.* //'
}

series() {
	grep -vc '^#' <<<"$1"
}

linted() {
	promtool check metrics <<<"$1"
}

# Whether no counter of the first text is lower, or missing, in the second.
never_back() {
	awk '/^#/ { next }
		{ name = $1; sub(/\{.*/, "", name); if (name !~ /_total$/) next }
		FNR == NR { was[$1] = $2; next }
		{ now[$1] = 1; if ($1 in was && $2 < was[$1]) print $1, was[$1], "is", $2 }
		END { for (series in was) if (!(series in now)) print series " is gone" }' \
		<(echo "$1") <(echo "$2")
}

# regions_of COUNT: ranges of as many regions, 20.0.0.0/24 and on.
regions_of() {
	awk -v count="$1" 'BEGIN { for (i = 0; i < count; i++)
		printf "%d.%d.%d.0/24 R%d\n", 20 + i / 65536, i / 256 % 256, i % 256, i }'
}

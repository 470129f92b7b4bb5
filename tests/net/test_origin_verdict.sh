#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Many origins that reset: this node's egress, or one origin's, or nobody's. As connections end by
# chance, chance is the same in each run.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/origin.sh
source "$(dirname "$0")/origin.sh"

ORIGINS=42
CONNECTIONS=1000

# origins SHARE ADDRESS...: which reset so many of a hundred connections amid an answer.
origins() {
	local share=$1 at

	shift
	set -- "${@/%/:443}"
	(exec nsenter --net="/run/netns/ecdn-$id-origin" "$peer" --to "${backends[any]}" \
		--share "$share" --cut-after 60000 --by rst "$@" >"$work/server.$share" 2>&1 \
		</dev/null) &
	listening+=("$@")
}

# addresses NET FROM TO
addresses() {
	local n

	for ((n = $2; n <= $3; n++)); do
		echo "10.77.$1.$n"
	done
}

# visits NET: origin N is visited as 1/N, by the law of Zipf.
visits() {
	awk -v net="$1" -v origins=$ORIGINS -v connections=$CONNECTIONS 'BEGIN {
		srand(7)
		for (n = 1; n <= origins; n++)
			whole += 1 / n
		for (i = 0; i < connections; i++) {
			at = rand() * whole
			for (n = 1; n < origins && at > 1 / n; n++)
				at -= 1 / n
			printf "10.77.%d.%d:443\n", net, n
		}
	}'
}

# visit NET: prints how many failed, as the client sees it.
visit() {
	visits "$1" | node "$client" --path /answer - >"$work/said.$1" 2>&1 || true
	sed -nE 's/.* bad=([0-9]+) .*/\1/p' "$work/said.$1"
}

anew() {
	ecdn unload --all
	ecdn load --origin --origin-cgroup "$cgroup"
}

failures() {
	ecdn origin --json | jq '[.origins[]."564"] | add'
}

# Its findings.
diagnose() {
	ecdn diagnose 564 --json || true
}

test_nothing() {
	local bad

	bad=$(visit 1)
	is "nothing: nobody fails" 0 "$bad"
	is "nothing: no failure" 0 "$(failures)"
	is "nothing: no finding" "[]" "$(diagnose | jq -c .findings)"
}

test_node() {
	local bad

	bad=$(visit 2)
	between "node: connections fail" 150 400 "$bad"
	is "node: each is a failure" "$bad" "$(failures)"
	# Of origins with too few connections nothing is said but that.
	is "node: the verdict" '["node_egress"]' \
		"$(diagnose | jq -c '[.findings[].cause | select(. != "too_few")]')"
	is "node: the worst" node_egress "$(diagnose | jq -r '.findings[0].cause')"
}

test_origin() {
	local bad

	bad=$(visit 3)
	between "origin: connections fail" 50 200 "$bad"
	is "origin: each is a failure" "$bad" "$(failures)"
	is "origin: the verdict" '["origin_egress"]' "$(diagnose | jq -c '[.findings[].cause]')"
	has "origin: its address" '^10\.77\.3\.1:443' "$(diagnose | jq -r '.findings[].object')"
}

origin_lab
origin_nginx </dev/null
head -c 100000 /dev/urandom >"$www/answer"
mapfile -t all < <(addresses 1 1 $ORIGINS)
origins 0 "${all[@]}"
mapfile -t all < <(addresses 2 1 40)
origins 30 "${all[@]}"
mapfile -t all < <(addresses 2 41 $ORIGINS; addresses 3 2 $ORIGINS)
origins 0 "${all[@]}"
origins 50 10.77.3.1
served
test_nothing
does "load anew" anew
test_node
does "and anew" anew
test_origin
finish

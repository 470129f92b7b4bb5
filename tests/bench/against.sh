#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# against.sh OLD [STEP] - measures this tree beside another, built one, in turn: new, old, old,
# new, and again. STEP is a verb of bench, or a step of bench.sh as `live`. For each row it
# prints both medians of four runs, with the least and the greatest, and new / old.
set -eu -o pipefail

REPEATS=2                       # of new, old, old, new
BENCH=build/tests/bench/bench

new=$(readlink -f "$(dirname "$0")/../..")
old=$(readlink -f "${1:-/no/tree}" || true)
step=${2:-program}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM HUP

for tree in "$new" "$old"; do
	[ -x "$tree/$BENCH" ] && continue
	echo "usage: make bench-against OLD=TREE [STEP=...]; no $BENCH in '$tree'" >&2
	exit 2
done
# Trees from before `program` have its rows among those of `steps`.
usage=$("$old/$BENCH" 2>&1 || true)
if [ "$step" = program ] && ! grep -qw program <<<"$usage"; then
	step=steps
fi

# Appends what a tree's bench prints to FILE. Verbs need nothing of bench.sh.
run() {
	local tree=$1 file=$2

	echo "bench-against: $step of $tree" >&2
	case $step in
	live | lookups | proxies | pings | memory) "$tree/tests/bench/bench.sh" "$step" ;;
	*) (cd "$tree" && "./$BENCH" "$step") ;;
	esac >> "$file"
}

for ((i = 0; i < REPEATS; i++)); do
	run "$new" "$work/new"
	run "$old" "$work/old"
	run "$old" "$work/old"
	run "$new" "$work/new"
done

awk -F '\t' '
BEGIN {
	aim["IPv4, real"] = 0.5; aim["IPv4, spoofed"] = 0.75; aim["IPv4, hot"] = 0.7
	aim["IPv6, real"] = 0.9; aim["IPv6, spoofed"] = 0.65; aim["IPv6, hot"] = 0.75
}
# Keeps the values of a row in order.
function keep(tree, row, value,    at) {
	for (at = ++count[tree, row]; at > 1 && values[tree, row, at - 1] > value; at--)
		values[tree, row, at] = values[tree, row, at - 1]
	values[tree, row, at] = value
}
function median(tree, row,    n) {
	n = count[tree, row]
	return (values[tree, row, int((n + 1) / 2)] + values[tree, row, int(n / 2) + 1]) / 2
}
function shown(tree, row) {
	return sprintf("%8.2f (%.2f to %.2f)", median(tree, row), values[tree, row, 1],
		       values[tree, row, count[tree, row]])
}
function verdict(row, ratio,    part) {
	split(row, part, FS)
	if (part[1] != "guard\047s program, net" || part[2] != "normal" || !(part[3] in aim))
		return ""
	return sprintf("<= %s: %s", aim[part[3]], ratio <= aim[part[3]] ? "reached" : "MISSED")
}
FNR == 1 { tree++ }
$5 != "" {
	row = $1 FS $2 FS $3
	if (!(row in unit)) {
		order[++rows] = row
		unit[row] = $5
	}
	keep(tree, row, $4 + 0)
}
END {
	for (i = 1; i <= rows; i++) {
		row = order[i]
		if (!count[1, row] || !count[2, row])
			continue
		split(row, part, FS)
		if (part[1] != section)
			printf "%s%s\n", section != "" ? "\n" : "", part[1]
		section = part[1]
		ratio = median(2, row) ? median(1, row) / median(2, row) : 0
		printf "  %-40s %-18s new %-28s old %-28s %-9s %5.2f x  %s\n", part[2], part[3],
		       shown(1, row), shown(2, row), unit[row], ratio, verdict(row, ratio)
		compared++
	}
	if (!compared)
		print "no row is in both"
	exit !compared
}' "$work/new" "$work/old"

#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# tests/fuzz/fuzz.sh BUILD SECONDS - runs each of libFuzzer's targets for that long, from
# the seeds and from what earlier runs found, which is kept in BUILD/corpus. What makes
# one crash, hang or leak is kept in BUILD/crashes. The last line is N passed, N failed,
# of targets.
set -euo pipefail

build=$1
seconds=$2
here=$(dirname "$(readlink -f "$0")")
passed=0
failed=0
declare -A running=()           # by pid

export ASAN_OPTIONS=exitcode=99
export LSAN_OPTIONS=suppressions=$here/../lsan.supp:print_suppressions=0
export UBSAN_OPTIONS=print_stacktrace=1

# fuzz PROGRAM NAME: what the agent logs about its input is not of interest.
fuzz() {
	local log=$build/$2.log
	local -a options=(-max_total_time="$seconds" -timeout=20 -rss_limit_mb=2048 -max_len=4096
		-close_fd_mask=3 -print_final_stats=1 -artifact_prefix="$build/crashes/$2-")

	mkdir -p "$build/crashes" "$build/corpus/$2"
	"$1" "${options[@]}" "$build/corpus/$2" "$here/corpus/$2" >"$log" 2>&1
}

# judge NAME STATUS: with which its target has ended.
judge() {
	local log=$build/$1.log

	if [ "$2" = 0 ]; then
		echo "ok - $1: $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") inputs"
		passed=$((passed + 1))
	else
		echo "not ok - $1: see $log"
		grep -E '^(==|SUMMARY|artifact_prefix)|runtime error|^    #[0-9] ' "$log" |
			head -n 30 | sed 's/^/    /' || true
		failed=$((failed + 1))
	fi
}

# Judges the next target that ends.
collect() {
	local pid status=0

	wait -n -p pid || status=$?
	judge "${running[$pid]}" "$status"
	unset "running[$pid]"
}

for target in "$here"/fuzz_*.c; do
	name=$(basename "$target" .c)
	((${#running[@]} < $(nproc))) || collect
	fuzz "$build/tests/fuzz/$name" "${name#fuzz_}" &
	running[$!]=${name#fuzz_}
done
while ((${#running[@]})); do
	collect
done
echo "$passed passed, $failed failed"
((failed == 0))

#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Runs what is built: unit tests, packet tests, hosts in namespaces; or those
# tests that are named. Shows what fails; the last line is N passed, N failed,
# of single tests.
set -euo pipefail

LIMIT=400                       # seconds of one program; the longest takes 160

top=$(readlink -f "$(dirname "$0")/..")
export BUILD
BUILD=$(readlink -m "${BUILD:-$top/build}")
# Hosts in namespaces wait more than they work, so some of these tests run at a time.
JOBS=${JOBS:-$(($(nproc) < 4 ? $(nproc) : 4))}
logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT
trap 'kill $(jobs -p) 2>/dev/null; exit 1' INT TERM
passed=0
failed=0
again=()

name_of() {
	local name=${1#"$top"/}

	echo "${name#build/}"
}

# log_of PROGRAM SUFFIX
log_of() {
	local name

	name=$(name_of "$1")
	echo "$logs/${name//\//-}.$2"
}

# "PASSED FAILED" out of a program's output: cmocka's way of saying it, or ours.
# Nothing if it did not get so far.
counts() {
	sed -nE -e 's/^\[  PASSED  \] ([0-9]+) test\(s\).*/p \1/p' \
		-e 's/^\[  FAILED  \] ([0-9]+) test\(s\).*/f \1/p' \
		-e 's/^([0-9]+) passed, ([0-9]+) failed$/p \1\nf \2/p' "$1" |
		awk '{ n[$1] += $2 } END { if (NR) print n["p"] + 0, n["f"] + 0 }'
}

show_failures() {
	grep -E '^not ok|^\[  (ERROR|FAILED)|^\[ +LINE|: error: |^    ' "$1" | head -n 60 |
		sed 's/^/    /' || true
}

# execute PROGRAM [COMMAND...]: COMMAND runs it. Leaves its output, exit status and seconds.
execute() {
	local program=$1 start=$SECONDS status=0

	shift
	"$@" timeout -k 10 "$LIMIT" "$program" >"$(log_of "$program" log)" 2>&1 </dev/null ||
		status=$?
	echo "$status $((SECONDS - start))" >"$(log_of "$program" end)"
}

# With its own /run, where `ip netns` and locks are.
execute_apart() {
	execute "$1" unshare --mount sh -c 'mount -t tmpfs tmpfs /run &&
		mkdir -p /run/lock /run/netns && exec "$@"' sh
}

# Whether all tests of a program that has ended passed, and its end says so too.
is_good() {
	local status good bad

	read -r status _ <"$(log_of "$1" end)"
	read -r good bad <<<"$(counts "$(log_of "$1" log)")" || true
	[ "$status" = 0 ] && [ "${bad:-1}" = 0 ] && ((good > 0))
}

# Everything that a program can do wrong counts: tests that fail, and an end
# that its tests do not explain.
judge() {
	local log status seconds good bad name

	log=$(log_of "$1" log)
	name=$(name_of "$1")
	read -r status seconds <"$(log_of "$1" end)"
	read -r good bad <<<"$(counts "$log")" || true
	passed=$((passed + ${good:-0}))
	failed=$((failed + ${bad:-0}))
	printf '%-32s %3d passed, %d failed, %d s\n' "$name" "${good:-0}" "${bad:-0}" "$seconds"
	if [ -z "${good:-}" ] || ((status && bad == 0)); then
		failed=$((failed + 1))
		echo "    $name ended with status $status; its last lines:"
		tail -n 20 "$log" | sed 's/^/    /'
	fi
	((${bad:-0} == 0)) || show_failures "$log"
}

run() {
	execute "$1"
	judge "$1"
}

# Judges those tests of "$@" that have ended since the last time.
judge_ended() {
	local program

	for program in "$@"; do
		if [ -e "$(log_of "$program" end)" ] && [ ! -e "$(log_of "$program" judged)" ]; then
			: >"$(log_of "$program" judged)"
			if is_good "$program"; then
				judge "$program"
			else
				again+=("$program")
			fi
		fi
	done
}

# Runs tests beside each other. One that fails then is run again alone: some judge what happens
# within a time, and what counts is whether they pass with the machine for themselves.
run_beside() {
	local program started=0

	for program in "$@"; do
		if ((started++ >= JOBS)); then
			wait -n || true
			judge_ended "$@"
		fi
		execute_apart "$program" &
	done
	wait
	judge_ended "$@"
	for program in "${again[@]}"; do
		echo "$(name_of "$program") failed beside another; now alone:"
		show_failures "$(log_of "$program" log)"
		run "$program"
	done
}

main() {
	local program hosts=()

	for program in "$@"; do
		if [[ $program = */tests/net/*.sh ]]; then
			hosts+=("$program")
		# Objects stand beside the programs, and programs outlive their source.
		elif [[ $program = *.sh || -e $top/${program#"$BUILD"/}.c ]]; then
			run "$program"
		fi
	done
	((${#hosts[@]} == 0)) || run_beside "${hosts[@]}"
	echo "$passed passed, $failed failed"
	((failed == 0 && passed > 0))
}

if [ "$(id -u)" != 0 ]; then
	echo "the tests need root: sudo make check" >&2
	exit 1
fi
# A bpffs of the tests' own: systemd mounts the host's so that root alone may search it, and
# pins that are on it are not to be met.
if [ -z "${ECDN_XDP_TEST_MOUNTS:-}" ]; then
	exec env ECDN_XDP_TEST_MOUNTS=1 unshare --mount "$0" "$@"
fi
mount -t bpf -o mode=755 bpf /sys/fs/bpf
shopt -s nullglob
(($#)) || set -- "$top"/tests/house.sh "$BUILD"/tests/unit/test_* "$BUILD"/tests/run/test_* \
	"$top"/tests/net/test_*.sh
main "$@"

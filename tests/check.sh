#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Runs what is built: the rules of the house, unit tests, packet tests, hosts in namespaces; or
# those tests that are named, several at a time. What fails is run again alone. Shows what fails;
# the last line is N passed, N failed, of single tests.
set -euo pipefail

LIMIT=800                       # seconds of one program; the longest takes 210

top=$(readlink -f "$(dirname "$0")/..")
export BUILD
BUILD=$(readlink -m "${BUILD:-$top/build}")
# Tests wait more than they work, so twice as many run at a time as there are CPUs; of those that
# judge what happens within a time, one for each CPU.
CPUS=$(($(nproc) < 4 ? $(nproc) : 4))
JOBS=${JOBS:-$((2 * CPUS))}
JOBS_TIMED=${JOBS_TIMED:-$CPUS}
logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT
trap 'kill $(jobs -p) 2>/dev/null; exit 1' INT TERM
passed=0
failed=0
again=()
declare -A running=()           # by pid

# Whether a program floods, or judges rates and surges.
is_timed() {
	[[ $1 = */net/test_@(513*|ceiling|limits|shield*|states|stats_now|surge).sh ||
		$1 = */run/test_@(ceiling|limiter) ]]
}

# Whether a program takes minutes. These come first, so that none of them runs alone at the end.
is_long() {
	[[ $1 = */net/test_@(carry_sizes|client_build|damage|faults*|sizes).sh ]]
}

# of PROGRAM: its name, and the files of its output and of its end.
of() {
	name=${1#"$top"/}
	name=${name#build/}
	log=$logs/${name//\//-}.log
	end=$logs/${name//\//-}.end
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
	local program=$1 start=$SECONDS status=0 name log end

	of "$program"
	shift
	"$@" timeout -k 10 "$LIMIT" "$program" >"$log" 2>&1 </dev/null || status=$?
	echo "$status $((SECONDS - start))" >"$end"
}

# With its own /run, where `ip netns` and locks are.
execute_apart() {
	execute "$1" unshare --mount sh -c 'mount -t tmpfs tmpfs /run &&
		mkdir -p /run/lock /run/netns && exec "$@"' sh
}

# Whether all tests of a program that has ended passed, and its end says so too.
is_good() {
	local status good bad name log end

	of "$1"
	read -r status _ <"$end"
	read -r good bad <<<"$(counts "$log")" || true
	[ "$status" = 0 ] && [ "${bad:-1}" = 0 ] && ((good > 0))
}

# Everything that a program can do wrong counts: tests that fail, and an end
# that its tests do not explain.
judge() {
	local status seconds good bad name log end

	of "$1"
	read -r status seconds <"$end"
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

# Judges the next test that ends.
collect() {
	local pid program

	wait -n -p pid || true
	program=${running[$pid]}
	unset "running[$pid]"
	if is_good "$program"; then
		judge "$program"
	else
		again+=("$program")
	fi
}

# run_beside JOBS PROGRAM...: runs as many programs at a time as there are to be jobs.
run_beside() {
	local jobs=$1 program

	shift
	for program in "$@"; do
		((${#running[@]} < jobs)) || collect
		execute_apart "$program" &
		running[$!]=$program
	done
	while ((${#running[@]})); do
		collect
	done
}

# A test that fails beside others is run again alone: some judge what happens within a time, and
# what counts is whether they pass with the machine for themselves.
run_again() {
	local program name log end

	for program in "$@"; do
		of "$program"
		echo "$name failed beside another; now alone:"
		show_failures "$log"
		run "$program"
	done
}

main() {
	local program long=() others=() timed=()

	for program in "$@"; do
		# Objects stand beside the programs, and programs outlive their source.
		if [[ $program != *.sh && ! -e $top/${program#"$BUILD"/}.c ]]; then
			continue
		elif is_timed "$program"; then
			timed+=("$program")
		elif is_long "$program"; then
			long+=("$program")
		else
			others+=("$program")
		fi
	done
	run_beside "$JOBS" "${long[@]}" "${others[@]}"
	run_beside "$JOBS_TIMED" "${timed[@]}"
	run_again "${again[@]}"
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
shopt -s nullglob extglob
(($#)) || set -- "$top"/tests/net/test_*.sh "$top"/tests/house.sh "$BUILD"/tests/unit/test_* \
	"$BUILD"/tests/run/test_*
main "$@"

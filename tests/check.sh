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
log=$(mktemp)
trap 'rm -f "$log"' EXIT
trap 'exit 1' INT TERM
passed=0
failed=0

# "PASSED FAILED" out of a program's output: cmocka's way of saying it, or ours.
# Nothing if it did not get so far.
counts() {
	sed -nE -e 's/^\[  PASSED  \] ([0-9]+) test\(s\).*/p \1/p' \
		-e 's/^\[  FAILED  \] ([0-9]+) test\(s\).*/f \1/p' \
		-e 's/^([0-9]+) passed, ([0-9]+) failed$/p \1\nf \2/p' "$log" |
		awk '{ n[$1] += $2 } END { if (NR) print n["p"] + 0, n["f"] + 0 }'
}

show_failures() {
	grep -E '^not ok|^\[  (ERROR|FAILED)|^\[ +LINE|: error: |^    ' "$log" | head -n 60 |
		sed 's/^/    /' || true
}

# Everything that a program can do wrong counts: tests that fail, and an end
# that its tests do not explain.
run() {
	local program=$1 name=${1#"$top"/} status=0 start=$SECONDS good bad

	name=${name#build/}
	timeout -k 10 "$LIMIT" "$program" >"$log" 2>&1 </dev/null || status=$?
	read -r good bad <<<"$(counts)" || true
	passed=$((passed + ${good:-0}))
	failed=$((failed + ${bad:-0}))
	printf '%-32s %3d passed, %d failed, %d s\n' "$name" "${good:-0}" "${bad:-0}" \
		$((SECONDS - start))
	if [ -z "${good:-}" ] || ((status && bad == 0)); then
		failed=$((failed + 1))
		echo "    $name ended with status $status; its last lines:"
		tail -n 20 "$log" | sed 's/^/    /'
	fi
	((${bad:-0} == 0)) || show_failures
}

main() {
	local program

	for program in "$@"; do
		# Objects stand beside the programs, and programs outlive their source.
		if [[ $program = *.sh || -e $top/${program#"$BUILD"/}.c ]]; then
			run "$program"
		fi
	done
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

#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# check.sh [VERSION...]: boots Linux 5.10, 6.1, 6.12 and 7.3 (or those named), as
# Debian ships them, under qemu's software emulation, and runs there what was
# built here. Downloads, initramfs and the guests' logs are in build/kernels/.
set -euo pipefail

# Which suite has which kernel.
declare -A SUITE=(
	[5.10]=bullseye-security
	[6.1]=bookworm-security
	[6.12]=bookworm-backports
	[7.3]=trixie-backports
)
VERSIONS=(5.10 6.1 6.12 7.3)

# With cx16, qemu 7.2 crashes 6.12 now and then. Without it, 7.3 has no memory for what BPF programs
# keep of sockets, as no machine that it runs on lacks it.
declare -A CPU=(
	[bullseye-security]="max,-erms,-cx16"
	[bookworm-security]="max,-erms,-cx16"
	[bookworm-backports]="max,-erms,-cx16"
	[trixie-backports]="max,-erms"
)

# How many guests run at a time: each has one CPU.
PARALLEL=$(nproc)
FETCH_LIMIT=300                 # seconds
# Three times what the slowest takes with a CPU to itself.
BOOT_LIMIT=1500
# In a tenth of that the guest prints its first line.
START_LIMIT=200
# Two generations of the region table (60 MiB each), the tests, and the initramfs.
MEMORY=640M
# Complaints of a kernel that stays alive.
COMPLAINTS='BUG:|WARNING:|Oops|suspicious RCU|verifier bug'

here=$(readlink -f "$(dirname "$0")")
kernels=$(readlink -m "$here/../../build/kernels")
declare -A version_of=()        # by pid of its job
again=()
passed=0
failed=0

# Ends what is still running when this script ends, however it ends.
stop_jobs() {
	local pid

	for pid in "${!version_of[@]}"; do
		kill "$pid" 2>/dev/null || true
	done
	wait
}

fail() {
	echo "not ok - $*"
}

# The first serial port gets the kernel's messages, the second what the guest prints. -no-reboot with panic=-1
# ends qemu on a panic; its exit status does not tell, so the logs are judged.
# nowatchdog: a busy host would look like a lockup in the guest. An instruction that copies or
# clears many bytes costs the emulator a step for each of them, so the kernel is to take none:
# that is -erms above and clearcpuid=112, which is REP_GOOD. init_on_alloc=0: it clears less.
boot() {
	local dir=$1 qemu

	timeout -k 5 "$BOOT_LIMIT" qemu-system-x86_64 -nodefaults -no-user-config -display none \
		-no-reboot -accel tcg -cpu "${CPU[${dir##*/}]}" -smp 1 -m "$MEMORY" \
		-kernel "$dir/vmlinuz" -initrd "$dir/initramfs" \
		-append "console=ttyS0 panic=-1 oops=panic loglevel=5 nowatchdog \
			clearcpuid=112 init_on_alloc=0" \
		-serial "file:$dir/kernel.log" -serial "file:$dir/guest.log" &
	qemu=$!
	# shellcheck disable=SC2064
	trap "kill $qemu 2>/dev/null; exit 1" TERM
	starts "$dir" "$qemu" || kill "$qemu" 2>/dev/null || true
	wait "$qemu" || true
	trap - TERM
}

# False if nothing of ours runs in the guest in time: on a busy host the emulated kernel misses its
# first ticks now and then, and waits for them for ever.
starts() {
	local waited

	for ((waited = 0; waited < START_LIMIT; waited++)); do
		[ ! -s "$1/guest.log" ] && kill -0 "$2" 2>/dev/null || return 0
		sleep 1
	done
	return 1
}

judge() {
	local dir=$1 status

	grep -v '^guest ended: ' "$dir/guest.log" || true
	status=$(sed -n 's/^guest ended: //p' "$dir/guest.log")
	if [[ -z $status ]]; then
		fail "boot: no end after ${SECONDS}s (limit $BOOT_LIMIT s); the kernel's last lines:"
		tail -n 40 "$dir/kernel.log" | sed 's/^/    /'
		return
	fi
	if ((status)) && ! grep -q '^not ok' "$dir/guest.log"; then
		fail "guest.sh: ended with $status"
	fi
	if grep -Eq "$COMPLAINTS" "$dir/kernel.log"; then
		fail "kernel log: it complains"
		grep -E -A 20 "$COMPLAINTS" "$dir/kernel.log" | head -n 40 | sed 's/^/    /'
	fi
}

# One kernel, from download to verdict.
check_kernel() {
	local suite=$1 dir=$kernels/$1 what

	SECONDS=0
	rm -f "$dir/kernel.log" "$dir/guest.log"
	if ! what=$(timeout "$FETCH_LIMIT" "$here/fetch.sh" "$suite" "$dir" 2>&1); then
		fail "download: cannot get a kernel from $suite"
		echo "$what"
		return
	fi
	if ! what=$("$here/initramfs.sh" "$dir" "$dir/initramfs" 2>&1); then
		fail "initramfs: cannot be built"
		echo "$what"
		return
	fi
	echo "Linux $(< "$dir/release")"
	boot "$dir"
	if [ ! -s "$dir/guest.log" ]; then
		echo "booted again, as the kernel got no further than:"
		tail -n 3 "$dir/kernel.log" | sed 's/^/    /'
		boot "$dir"
	fi
	touch "$dir/kernel.log" "$dir/guest.log"
	judge "$dir"
	echo "took $SECONDS s"
}

start() {
	mkdir -p "$kernels/${SUITE[$1]}"
	check_kernel "${SUITE[$1]}" > "$kernels/${SUITE[$1]}/result" 2>&1 &
	version_of[$!]=$1
}

# Whether nothing failed but tests of the guest, which ended, and whose kernel had no complaint.
may_try_again() {
	grep -q '^not ok - ' "$1" &&
		! grep -Eq '^not ok - (boot|download|guest\.sh|initramfs|insmod|kernel log)[: ]' "$1"
}

# show VERSION: and counts what passed and failed there.
show() {
	local result=$kernels/${SUITE[$1]}/result

	sed "s/^/$1: /" "$result"
	passed=$((passed + $(grep -c '^ok - ' "$result" || true)))
	failed=$((failed + $(grep -c '^not ok - ' "$result" || true)))
}

# The next kernel that is done is shown and counted, or is to be tried again alone.
collect() {
	local pid version

	wait -n -p pid || true
	version=${version_of[$pid]}
	unset "version_of[$pid]"
	if ((beside)) && may_try_again "$kernels/${SUITE[$version]}/result"; then
		again+=("$version")
	else
		show "$version"
	fi
}

# A guest that fails beside others is booted again alone: some of what it tests is how fast
# things come. What failed first is shown.
run_again() {
	local version

	for version in "$@"; do
		echo "$version failed beside others; now alone:"
		grep -A 9 '^not ok - ' "$kernels/${SUITE[$version]}/result" | sed "s/^/    $version: /"
		start "$version"
		wait "$!" || true
		version_of=()
		show "$version"
	done
}

main() {
	local version beside=$(($# > 1))

	for version in "$@"; do
		[[ -n ${SUITE[$version]:-} ]] || { echo "check.sh: no kernel $version" >&2; exit 2; }
	done
	trap stop_jobs EXIT
	trap 'exit 1' INT TERM
	for version in "$@"; do
		((${#version_of[@]} < PARALLEL)) || collect
		start "$version"
	done
	while ((${#version_of[@]})); do
		collect
	done
	run_again "${again[@]}"
	echo "$passed passed, $failed failed"
	((failed == 0))
}

(($#)) || set -- "${VERSIONS[@]}"
main "$@"

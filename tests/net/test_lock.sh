#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# One command at a time in a pin directory, whatever path names it: who waits is told for whom, and
# waits no longer than it wants. Pin directories at odd places; umask; a /run that is none.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"

library=$build/tests/tools/faults.so
locks=/run/ecdn-xdp

at() {
	local dir=$1 verb=$2

	shift 2
	on edge "$build/ecdn-xdp" "$verb" --pin-dir "$dir" "$@"
}

is_stopped() {
	[ "$(ps -o stat= -p "$1" | cut -c1)" = T ]
}

# held WORD...: a command that is stopped when it is about to write the first value, in $holder.
held() {
	local verb=$1

	shift
	(exec nsenter --net="/run/netns/ecdn-$id-edge" env LD_PRELOAD="$library" FAULT_HOW=stop \
		FAULT_CLASS=bpf FAULT_AT=150 "$build/ecdn-xdp" "$verb" --pin-dir "$pin" "$@") &
	holder=$!
	wait_for 5 is_stopped "$holder"
}

let_go() {
	local status=0

	kill -CONT "$holder"
	wait "$holder" || status=$?
	is "who held the lock is done" 0 "$status"
}

test_holder() {
	local said

	held limit set ALPHA --pps 9k
	fails "lock: not waited for" 1 \
		"another ecdn-xdp is at work in $pin: process $holder, .limit set., for [0-9]+s; nothing was changed; --wait" \
		ecdn block --wait 0s BETA
	fails "lock: waited for as long as was said" 1 'waits for it longer than 1s$' \
		ecdn block --wait 1100ms BETA
	said=$(ecdn block --wait 2s BETA 2>&1 || true)
	has "lock: who waits for a second is told for whom" \
		"warning: waiting for another ecdn-xdp to finish in $pin: process $holder, .limit set." \
		"$said"
	is "lock: what did not wait has changed nothing" normal "$(state BETA)"
	does "lock: readers do not wait" timeout 5 nsenter --net="/run/netns/ecdn-$id-edge" \
		"$build/ecdn-xdp" stats --pin-dir "$pin"
	does "lock: another pin directory does not wait" at "$pin-other" block --wait 0s ALPHA
	let_go
	does "lock: and the next one works" ecdn block --wait 0s BETA
	is "lock: what the holder was to do is done" 9000 \
		"$(ecdn limit --json | jq '.regions[] | select(.region == "ALPHA").limits.pps')"
	fails "lock: a duration that is none" 2 'wait' ecdn block --wait soon BETA
}

# What a holder wrote is not printed raw; what is no note is not told.
test_note() {
	local file note

	file=$(find "$locks" -name "$(basename "$pin")-[0-9a-f]*")
	for note in $'1 5 ev\033[31mil' $'x y z' $'4194304000 5 gone'; do
		(flock 9; printf '%s' "$note" >&9; touch "$work/noted"; exec sleep 3) 9<>"$file" &
		holder=$!
		wait_for 5 test -e "$work/noted"
		lacks "a note: nothing raw" $'\033' "$(ecdn block --wait 0s BETA 2>&1 || true)"
		has "a note: the lock holds" 'another ecdn-xdp is at work' \
			"$(ecdn block --wait 0s BETA 2>&1 || true)"
		kill "$holder"
		wait "$holder" || true
		rm "$work/noted"
	done
}

# The same directory by other paths.
test_paths() {
	local path

	ln -s "$pin" "$pin-linked"
	mkdir "$pin-above"
	at "$pin-above/below" load --quiet --regions "$regions" e2
	ln -s "$pin-above" "$pin-up"
	held limit set ALPHA --pps 8k
	for path in "$pin/" "$pin//" "${pin%/*}//${pin##*/}" "$pin-linked"; do
		fails "lock: $path is the same directory" 1 "process $holder" \
			at "$path" block --wait 0s ALPHA
	done
	let_go
	does "a linked pin directory: change" at "$pin-linked" block ALPHA
	is "a linked pin directory: it is the same" blocked "$(state ALPHA)"
	does "below a link: change" at "$pin-up/below" block ALPHA
	does "a linked pin directory: load again" at "$pin-linked" load e0
	does "a linked pin directory: unload --all" at "$pin-linked" unload --all
	is "a linked pin directory: no pin is left" "" "$(ls -d "$pin" "$pin-next" 2>/dev/null)"
	is "a linked pin directory: the link stays" "$pin" "$(readlink "$pin-linked")"
	fails "a link to nothing" 1 "$pin-linked is a symbolic link to nothing" \
		at "$pin-linked" load e0
	rm "$pin-linked" "$pin-up"
	at "$pin-above/below" unload --all
	does "a directory above that others have made stays" rmdir "$pin-above"
}

test_parents() {
	does "directories above: made" at "$pin/one/two" load --regions "$regions" e0
	does "directories above: made for another" at "$pin/one/three" load --regions "$regions" e2
	fails "a pin directory inside another one" 1 "is inside $pin/one/two, which is a pin directory" \
		at "$pin/one/two/more" load e2
	at "$pin/one/two" unload --all
	is "directories above: they stay while one is used" "$pin/one/three" \
		"$(ls -d "$pin"/one/*)"
	at "$pin/one/three" unload --all
	is "directories above: they go with the last" "" "$(ls -d "$pin" 2>/dev/null)"
	fails "a load that fails, below directories that are not there" 1 nowhere0 \
		at "$pin/one/two" load --regions "$regions" nowhere0
	is "a load that fails leaves no directories above" "" "$(ls -d "$pin" 2>/dev/null)"
	is "locks of directories that are gone are gone" "" "$(find $locks -name 'two-*')"
}

test_names() {
	local name

	for name in "$pin-next" "$pin-last" "$pin-next/pins"; do
		fails "a name of half-made directories: $name" 2 \
			"--pin-dir $name: a name that ends in -(next|last) is that of a pin directory" \
			at "$name" load --regions "$regions" e0
	done
	fails "the mount point itself" 1 '/sys/fs/bpf is where a file system is mounted' \
		at /sys/fs/bpf load --regions "$regions" e0
	is "the mount point itself: nothing is made" "" \
		"$(find /sys/fs/bpf -maxdepth 1 -name link -o -maxdepth 1 -name prog)"
}

# In mounts of their own: a bpffs that is read-only or another's, and /run.
mounts() {
	unshare --mount nsenter --net="/run/netns/ecdn-$id-edge" bash -ec "$1"
}

test_mounts() {
	local load="'$build/ecdn-xdp' load --pin-dir /sys/fs/bpf/mine --regions '$regions' e0"

	fails "a read-only bpffs" 1 'is mounted read-only; mount it read-write: mount -o remount,rw' \
		mounts "mount -t bpf bpf /sys/fs/bpf -o ro; $load"
	fails "a bpffs of another owner" 1 \
		'/sys/fs/bpf belongs to user 1000, not to root: .*name a --pin-dir on a bpffs of root' \
		mounts "mount -t bpf bpf /sys/fs/bpf -o uid=1000; $load"
	lacks "a bpffs of another owner: nothing is to be removed" 'rm ' "$(mounts \
		"mount -t bpf bpf /sys/fs/bpf -o uid=1000; $load" 2>&1)"
	# What hides /run hides the namespaces' names, too.
	fails "a read-only /run" 1 'cannot make or open /run/ecdn-xdp.*: Read-only .*mount a tmpfs' \
		mounts "mount -t tmpfs -o ro none /run; $load"
	fails "a directory of locks that others may change" 1 \
		'/run/ecdn-xdp can be changed by users other than root' \
		mounts "mount -t tmpfs none /run; mkdir -m 777 /run/ecdn-xdp; $load"
	fails "a link in the place of the directory of locks" 1 \
		'cannot make or open /run/ecdn-xdp' \
		mounts "mount -t tmpfs none /run; ln -s /tmp /run/ecdn-xdp; $load"
	is "odd mounts: nothing is attached" null "$(on edge ip -j link show dev e0 | jq '.[0].xdp')"
}

# Proxies find the maps that are open to all, whatever umask root has.
test_umask() {
	local mask

	for mask in 077 777 000; do
		(umask $mask; at "$pin/deep/er" load --quiet --regions "$regions" e0)
		(umask $mask; at "$pin/deep/er" region load "$regions")
		does "umask $mask: a proxy finds its maps" setpriv --reuid 33 --regid 33 --clear-groups \
			test -r "$pin/deep/er/region_state" -a -r "$pin/deep/er/region_lines"
		is "umask $mask: it writes nothing that it may not" "755 755 600 600" \
			"$(stat -c %a "$pin/deep/er" "$pin/deep/er/prog" "$pin/deep/er/config" \
				"$pin/deep/er/region_limits" | xargs)"
		at "$pin/deep/er" unload --all
	done
}

client_and_edge
wire client c1 edge e1
wire client c2 edge e2
ecdn load --quiet --regions "$regions" e0
at "$pin-other" load --quiet --regions "$regions" e1
test_holder
test_note
test_paths
at "$pin-other" unload --all
test_parents
test_names
test_mounts
test_umask
finish

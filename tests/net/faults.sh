# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2154
# faults.sh - commands one of whose calls fails (tests/tools/faults.c), for each call that they
# make: an allocation, bpf(2), what is done to a file. Then pins, maps and links are what they were
# before, or the command has done all of what it was to do and says so. Sourced after lib.sh, in a
# network namespace of the test's own, so that nothing is started but what is tested.

library=$build/tests/tools/faults.so
run_by=$build/ecdn-xdp

# How many calls of one class fail in one command, at the most: of more of them these are taken
# at even distances, the last one among them. FAULTS_ALL=1 strikes every call, FAULTS_ONLY=NAME
# those of one test.
STRIKES=${STRIKES:-40}

waits() {
	: >"$work/waits-$2"
	"$build/tests/tools/waiter" "$1" 513 >"$work/waits-$2" &
	wait_for 5 grep -q ready "$work/waits-$2"
}

# An interface that gets no packet, two listeners, and files that differ.
faults_prepare() {
	sysctl -qw net.ipv6.conf.{all,default}.disable_ipv6=1
	ip link set lo up
	ip link add e0 type veth peer name c0
	ip link set e0 up
	waits 127.0.0.1:8513 one
	waits 127.0.0.1:8514 two
	printf '%s\n' ready 'verdict 198.51.100.1' 'verdict 203.0.113.1' 'node 192.0.2.1' \
		'node 192.0.2.9' >"$work/questions"
	printf '192.0.2.1 ams-1\n192.0.2.2 ams-2\n' >"$work/nodes"
	printf '192.0.2.2 ams-2\n192.0.2.9 fra-1\n192.0.2.10 fra-2\n' >"$work/nodes2"
	{
		cat "$regions"
		echo '198.51.100.128/25 OMEGA'
		echo '203.0.113.128/25 PSI'
	} >"$work/regions2"
}

# here VERB [WORD...]: in this network namespace.
here() {
	local verb=$1

	shift
	"$run_by" "$verb" --pin-dir "$pin" "$@"
}

# All that a command could have changed, with ids and generations.
everything() {
	"$build/tests/tools/pinned" "$pin" "$pin-next" "$pin-last" e0 | sort
	"$build/tests/tools/client" --pin-dir "$pin" <"$work/questions" 2>&1 || true
}

# What of a reader's document does not change by itself: all of them, by one process.
settled='if has("mode") then [.mode, .protect, .trusted, .ceilings, .steer, .interfaces, .ping.mode,
		.ping.only_nodes, .ping.rate, .ping.interfaces, {proven: .proven.on}]
	elif has("allow") then .allow
	elif has("nodes") then [.nodes[] | [.prefix, .name]]
	elif has("steer") then [.steer[] | [.port, .protocol, .listener, .sockets]]
	else del(.regions[].learned.age) end'

# The same as readers tell it, without ids, generations and times.
meaning() {
	local documents

	documents=$(
		here limit --json
		here allow --json
		here node --json
		here steer --json
		here status --json
	) || true
	sift -c "$settled" <<<"$documents"
	here region lookup 198.51.100.1 198.51.100.129 203.0.113.1 203.0.113.129 2001:db8:b::1
	grep -v ready "$work/questions" | "$build/tests/tools/client" --pin-dir "$pin"
} 2>&1

# struck CLASS N COMMAND...: its Nth call of the class fails. Its exit status is in $status, what it
# said in $said.
struck() {
	local class=$1 at=$2

	shift 2
	status=0
	said=$(FAULT_CLASS=$class FAULT_AT=$at LD_PRELOAD=$library "$run_by" "$@" --pin-dir "$pin" \
		2>&1 >/dev/null) || status=$?
}

calls_of() {
	local class=$1

	shift
	FAULT_CLASS=$class FAULT_COUNT=$work/calls LD_PRELOAD=$library "$run_by" "$@" \
		--pin-dir "$pin" >/dev/null 2>&1
	cat "$work/calls"
}

# Which of N calls are struck.
chosen() {
	local step

	if [ -n "${FAULTS_ALL:-}" ] || (($1 <= STRIKES)); then
		seq "$1"
	else
		for ((step = 1; step <= STRIKES; step++)); do
			echo $(($1 - ($1 * (STRIKES - step)) / STRIKES))
		done
	fi
}

wrong() {
	echo "    call $at of $class, status $status: $1${said:+; it said: $said}"
	wrongs=$((wrongs + 1))
}

# differs WHAT BEFORE AFTER
differs() {
	wrong "$1"
	diff -U 0 <(echo "$2") <(echo "$3") | sed '1,2d; s/^/        /' | head -n 20 || true
}

# Whether all that was wanted is there, but for what a host need not have, and what a warning says
# is missing: programs, and listeners.
done_without() {
	local done_without=$1

	[[ $said != *'warning: '*', so '* ]] ||
		done_without=${done_without//finds_listeners\":false/finds_listeners\":true}
	[[ $said != *'warning: cannot '*', so regions are limited by what arrives'* ]] ||
		done_without=${done_without//proven\":false/proven\":true}
	[[ $said != *'warning: '*'; falling back to skb mode'* ]] ||
		done_without=${done_without//state\":\"native/state\":\"skb}
	[[ $said != *'warning: loaded all the same'* ]] ||
		done_without=$(sed -E 's/(:85[0-9]+",)0\]/\11]/g' <<<"$done_without")
	[ "$done_without" = "$wanted" ]
}

# One call fails: judges what came of it. The caller's before, wanted, back and words.
strike() {
	local after

	struck "$class" "$at" "${words[@]}"
	struck_calls=$((struck_calls + 1))
	case $status in
	0)
		after=$(meaning)
		done_without "$after" || differs "not all is done" "$wanted" "$after"
		$back || true
		before=$(everything)
		;;
	1)
		[ -n "$said" ] || wrong "fails without a word"
		after=$(everything)
		[ "$after" = "$before" ] && return
		# The kernel may take its time to release the links of a process that has ended.
		sleep 0.3
		after=$(everything)
		[ "$after" = "$before" ] && return
		differs "something is changed" "$before" "$after"
		# Each call is judged by itself.
		$back || true
		before=$(everything)
		;;
	*)
		wrong "ends"
		$back || true
		before=$(everything)
		;;
	esac
}

# each_fault NAME BACK COMMAND...: BACK is a function that takes back what the command does.
each_fault() {
	local what=$1 back=$2 before wanted class at status said wrongs struck_calls number
	local words

	shift 2
	[[ -z ${FAULTS_ONLY:-} || $what = *"$FAULTS_ONLY"* ]] || return 0
	words=("$@")
	before=$(meaning)
	here "${words[@]}" 2>/dev/null
	wanted=$(meaning)
	is "$what: it changes something" different \
		"$([ "$before" = "$wanted" ] && echo nothing || echo different)"
	$back || true
	is "$what: and that can be taken back" "$before" "$(meaning)"
	for class in memory bpf file; do
		wrongs=0
		struck_calls=0
		number=$(calls_of "$class" "${words[@]}")
		$back || true
		before=$(everything)
		for at in $(chosen "$number"); do
			strike
		done
		is "$what: a call of $class fails, $struck_calls of $number: none leaves half a change" \
			0 "$wrongs"
	done
}

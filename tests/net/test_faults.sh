#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Commands that change what is loaded, one of whose calls fails: they change nothing, or all.
# shellcheck source=tests/net/own_net.sh
source "$(dirname "$0")/own_net.sh"
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/faults.sh
source "$(dirname "$0")/faults.sh"

base() {
	here load --quiet --regions "$regions" --max-regions 64 e0
	here load --quiet --ping --nodes "$work/nodes" e0
	here limit set ALPHA --pps 5k
	here allow add 203.0.113.7
	here steer add 443 127.0.0.1:8513
}

back_region_load() {
	here region load "$regions"
}

back_limit_set() {
	here limit clear ALPHA
	here limit set ALPHA --pps 5k
}

back_limit_default() {
	here limit clear default
}

back_block() {
	here release BETA
}

back_allow_add() {
	here allow del 198.51.100.0/24 203.0.113.128/25
}

back_allow_del() {
	here allow add 203.0.113.7
}

back_node_load() {
	here node load "$work/nodes"
}

back_steer_add() {
	here steer del 8443
}

back_steer_again() {
	here steer add 443 127.0.0.1:8513
}

# unread LINK WORDS...: that a link is gone is no error; that it cannot be opened, or looked at, does
# not say that it is gone.
unread() {
	local class=bpf what="$2 $3, while the link $1 cannot be read" calls at was said status

	export FAULT_PIN=$pin/$1
	shift
	calls=$(calls_of $class "$@")
	between "$what: it reads that" 2 40 "$calls"
	for ((at = 1; at <= calls; at++)); do
		was=$(everything; meaning)
		struck $class $at "$@"
		is "$what, call $at: it fails, and says why" "1 $FAULT_PIN" \
			"$status $(grep -o "$FAULT_PIN" <<<"$said")"
		is "$what, call $at: it has changed nothing" "$was" "$(everything; meaning)"
	done
	unset FAULT_PIN
}

# unasked PIN ERRNO: nor does it say that somebody has replaced the pin, which would have all
# removed. What is asked to tell more than what the pin is may go without.
unasked() {
	local class=bpf what="a pin that the kernel does not tell of, $1, error $2" calls at
	local advised='' silent='' refused=0 status said

	export FAULT_PIN=$pin/$1 FAULT_ERRNO=$2
	calls=$(calls_of $class status)
	for ((at = 1; at <= calls; at++)); do
		struck $class $at status
		! grep -qE 'unload --all|somebody has' <<<"$said" || advised+=" $at: $said"
		[ "$status" = 0 ] || refused=$((refused + 1))
		[ "$status" = 0 ] || [ -n "$said" ] || silent+=" $at"
	done
	unset FAULT_PIN FAULT_ERRNO
	between "$what: status fails" 2 40 "$refused"
	is "$what: and says why" "" "$silent"
	is "$what: nobody is told to remove all" "" "$advised"
}

EPERM=1 ENOMEM=12

faults_prepare
base
unasked config $ENOMEM
unasked prog/guard $EPERM
unasked link/e0 $ENOMEM
unread proven limit set ALPHA --pps 5k
unread listen steer refresh
each_fault "region load" back_region_load region load "$work/regions2"
each_fault "limit set" back_limit_set limit set ALPHA --pps 7k --cps 9k
each_fault "limit set default" back_limit_default limit set default --pps 100k
each_fault "block" back_block block BETA
each_fault "allow add" back_allow_add allow add 198.51.100.0/24 203.0.113.128/25 --pps 5k
each_fault "allow del" back_allow_del allow del 203.0.113.7
each_fault "node load" back_node_load node load "$work/nodes2"
each_fault "steer add, a port" back_steer_add steer add 8443 127.0.0.1:8514
each_fault "steer add, another listener" back_steer_again steer add 443 127.0.0.1:8514
each_fault "steer del" back_steer_again steer del 443
here unload --all
finish

# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2154
# asking.sh - processes that answer a line with a line, as tests/tools/client does. Sourced after
# lib.sh.

declare -A asked answers job

# asking NAME COMMAND...: starts one, which ends by itself once it is asked no more; what it logs
# is in $work/NAME.said.
asking() {
	local name=$1 fd

	shift
	mkfifo "$work/$name.in" "$work/$name.out"
	"$@" <"$work/$name.in" >"$work/$name.out" 2>"$work/$name.said" &
	job[$name]=$!
	exec {fd}>"$work/$name.in"
	asked[$name]=$fd
	exec {fd}<"$work/$name.out"
	answers[$name]=$fd
}

# ask NAME QUESTION...: prints the answer.
ask() {
	local name=$1 answer=

	shift
	echo "$*" >&"${asked[$name]}"
	read -r -t 10 answer <&"${answers[$name]}" || true
	echo "$answer"
}

# asks NAME QUESTION ANSWER
asks() {
	[ "$(ask "$1" "$2")" = "$3" ]
}

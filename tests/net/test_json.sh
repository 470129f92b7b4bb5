#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Every JSON document has its schema's number, and the keys that ecdn-xdp-json(5) lists, no more and
# no fewer. What is no UTF-8 or would command a terminal is escaped, wherever it is printed.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/readers.sh
source "$(dirname "$0")/readers.sh"

manual=$top/user/ecdn-xdp-json.5
"$build/tests/tools/xff_log" 3000 2000 1 8 >"$work/xff.log"

DOCUMENTS=(
	"status --json"
	"explain --json 198.51.100.9"
	"explain --json 192.88.99.9"
	"explain --json 198.18.0.9"
	"check --json"
	"stats --json --all --interval 200ms"
	"prefix --json --interval 200ms"
	"region --json"
	"region lookup --json 198.51.100.9 nonsense 1.1.1.1"
	"limit --json"
	"limit ALPHA --json"
	"allow --json"
	"node --json"
	"node check --json"
	"steer --json"
	"diagnose --json"
	"diagnose --json 529 --config-revision"
	"diagnose xff --json $work/xff.log"
	"origin --json"
	"origin failures --json"
	"exempt --json"
	"block --json"
	"events --json"
	"check --json"
	"explain --json 198.51.100.9"
	"explain --json --port 80 198.51.100.9"
	"explain --json 198.18.0.1"
	"explain --json 192.88.99.1"
)

TABLES=(status "explain 198.51.100.9" "explain 198.51.96.0/20" check stats "stats --total" "stats --all" prefix "prefix --total" region
	"region lookup -v 198.51.100.9" limit "limit ALPHA" allow node "node check" steer origin "limit BETA"
	"origin --failing" "origin failures" diagnose "diagnose 513" "diagnose 529"
	"stats --metrics")

# What else names files, interfaces or commands.
TELLS=("explain 198.51.100.9" "explain --json 198.51.100.9" check "check --json" "events --since 1h"
	"events --json --since 1h" block "block --json")

# keys_of: the paths of the values of documents on standard input, a line each. Members of a list
# are "[]"; of features, each is NAME. What is null in one document and an object in another has the
# keys of the object.
keys_of() {
	jq -r '[paths(if type == "object" or type == "array" then length == 0 else true end)] |
		.[] | map(if type == "number" then "[]" else . end) |
		if .[-1] == "[]" then .[:-1] else . end |
		if .[0] == "features" then ["features", "NAME"] else . end |
		if .[2] == "details" then .[:3] + ["NAME"] else . end |
		join(".") | gsub("\\.\\[\\]"; "[]")' | sort -u |
		awk '{ key[NR] = $0 }
			END { for (i = 1; i <= NR; i++) {
				inner = 0
				for (j = 1; j <= NR; j++)
					inner += index(key[j], key[i] ".") == 1 ||
						 index(key[j], key[i] "[]") == 1
				if (!inner)
					print key[i]
			} }'
}

# documented VERB: the keys of its table in the manual.
documented() {
	sed -n "/^\.SS $1\$/,/^\.fi/p" "$manual" | sed '/^\./d; s/ .*//; s/\\-/-/g' | sort -u
}

# printed VERB: the keys of all of its documents.
printed() {
	local document

	for document in "${DOCUMENTS[@]}"; do
		case ${document%% --json*} in
		"$1" | "$1 ALPHA")
			# shellcheck disable=SC2086
			ecdn $document 2>/dev/null || true ;;
		esac
	done | keys_of
}

test_keys() {
	local verb

	while read -r verb; do
		is "$verb: the keys that the manual lists" "$(documented "$verb")" "$(printed "$verb")"
	done < <(sed -n 's/^\.SS //p' "$manual")
}

test_schema() {
	local document said

	for document in "${DOCUMENTS[@]}"; do
		# shellcheck disable=SC2086
		said=$(ecdn $document 2>/dev/null || true)
		is "$document: schema" 1 "$(jq .schema <<<"$said")"
		has "$document: the manual has its keys" "^\.SS ${document%% --json*}$|^\.SS ${document%% *}$" \
			"$(<"$manual")"
	done
	for document in 'stats --json --watch=200ms --count 2' 'prefix --json --watch=200ms --count 2'; do
		# shellcheck disable=SC2086
		is "$document: two documents" "1 1" "$(ecdn $document | jq .schema | xargs)"
	done
}

# raw TEXT: passes its lines that have bytes which no terminal should get.
raw() {
	LC_ALL=C grep -aP '[\x00-\x08\x0b-\x1f\x7f-\xff]' || true
}

test_escaped() {
	local command

	for command in "${TABLES[@]}" "${DOCUMENTS[@]}" "${TELLS[@]}"; do
		# shellcheck disable=SC2086
		is "$command: nothing raw" "" "$({ LC_ALL=C ecdn $command || true; } 2>&1 | raw)"
	done
	is "a path in JSON" "$work/"'odd\xff\x1b[31m\x0aname' "$(ecdn status --json | jq -r '.table.sources[0]')"
	is "a process in JSON" 'w\x1b[1m\xff' "$(ecdn steer --json | jq -r '.steer[0].processes[0].name')"
	has "a path in text" '^source .*/odd\\xff\\x1b\[31m\\x0aname$' "$(ecdn status)"
	has "a process in text" ' w\\x1b\[1m\\xff\[[0-9]+\] ' "$(ecdn steer)"
}

# message_of COMMAND...: fails, with a message that has nothing raw and names the odd thing.
message_of() {
	local what=$1 said

	shift
	said=$("$@" 2>&1) && not_ok "$what" "it did not fail"
	is "$what: nothing raw" "" "$(raw <<<"$said")"
	has "$what: it is named" '\\x1b\[31m' "$said"
}

test_messages() {
	printf 'block: ["A\\e[31mB"]\n' >"$work/odd.yaml"
	printf 'mode: "\\e[31m"\n"\\e[31m": 1\n' >"$work/odder.yaml"
	printf '192.0.2.0/24 A\e[31m\n' >"$work/lines"
	message_of "a region that is not there" ecdn block $'A\e[31m'
	message_of "a file that is not there" ecdn region load "$odd.none"
	message_of "a name in a file" ecdn region load "$work/lines"
	message_of "YAML: a region" ecdn load --config "$work/odd.yaml"
	message_of "YAML: a key" ecdn load --config "$work/odder.yaml"
	message_of "an option" ecdn stats $'--\e[31m'
	message_of "a verb" "$build/ecdn-xdp" $'\e[31m'
	message_of "an address" ecdn region lookup $'\e[31m'
}

test_lookups() {
	local said

	said=$(ecdn region lookup --json 198.51.100.9 nonsense 203.0.113.9 2>/dev/null || true)
	is "lookup: one that fails has its place" "ALPHA null BETA" \
		"$(jq -r '[.lookups[].region | tostring] | join(" ")' <<<"$said")"
	is "lookup: and its reason" "nonsense: not an IP address" \
		"$(jq -r '.lookups[1] | "\(.address): \(.error)"' <<<"$said")"
	is "lookup: other answers have none" 1 "$(jq '[.lookups[] | select(has("error"))] | length' <<<"$said")"
	is "lookup: on standard input too" "null ALPHA" "$(printf '%s\n' $'a\xff' 198.51.100.9 |
		ecdn region lookup --json - 2>/dev/null | jq -r '[.lookups[].region | tostring] | join(" ")')"
}

test_writing() {
	local before command

	before=$(ecdn limit --json; ecdn allow --json | jq .allow; ecdn node --json | jq '[.nodes[].prefix]')
	for command in "limit set ALPHA --pps 1" "limit clear ALPHA" "region load $regions" \
		"allow add 192.0.2.9" "allow del 192.88.99.0/24" "node add 192.0.2.9" "node del 192.0.2.7" \
		"node load $work/nodes" "steer add 443 127.0.0.1:513" "steer del 80" "steer refresh" \
		"origin add shop 203.0.113.8" "origin del shop" \
		"block ALPHA" "unload e0" "load e0"; do
		# shellcheck disable=SC2086
		fails "$command --json" 2 'json|JSON' ecdn $command --json
	done
	is "--json of writing verbs: nothing was changed" "$before" \
		"$(ecdn limit --json; ecdn allow --json | jq .allow; ecdn node --json | jq '[.nodes[].prefix]')"
}

everything_loaded
ecdn limit set BETA --auto >/dev/null
on edge "$build/tests/tools/learned" learned --pin-dir "$pin" BETA pps=900000 peak=450000
(exec nsenter --net="/run/netns/ecdn-$id-edge" "$build/ecdn-xdp" agent --pin-dir "$pin" --listen off \
	>/dev/null 2>&1) &
agent=$!
has_agent() {
	ecdn status --json | jq -e .agent.pid >/dev/null
}
does "an agent runs" wait_for 5 has_agent
(exec nsenter --net="/run/netns/ecdn-$id-edge" "$build/ecdn-xdp" capture --pin-dir "$pin" -w "$work/drops" \
	2>/dev/null) &
capture=$!
does "somebody captures" wait_for 5 test -s "$work/drops"
test_keys
stop $capture
test_schema
test_escaped
test_messages
test_lookups
# What is learned changes with time.
ecdn limit clear BETA >/dev/null
test_writing
stop $agent
finish

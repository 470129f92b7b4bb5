#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Wrong words: whatever is wrong on the command line ends with 2, one line that says what,
# nothing on standard output and nothing changed; and what may have been meant is named.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"

# Nothing is loaded there: wrong words are told before that is.
nowhere=/sys/fs/bpf/ecdn-test-none-$$

# Of each verb: what is wrong by itself, as VERB WORDS... | what the line must say.
wrong_words() {
	cat <<-'END'
		load --pin-dir pins | absolute
		load -m fast e0 | not a mode
		load --protect 99999 e0 | must be PORT
		load --max-regions 1 e0 | from 2
		load --max-regions many e0 | whole number
		load --proxy-group nobody-has-this e0 | no such group
		load --shield maybe e0 | on or off
		load --monitor --enforce e0 | exclude
		load --node-pps fast e0 | node-pps fast: not a number
		load --ping=never e0 | not a mode
		load --ping --tc how e0 | tcx
		load --ping-rate 5 e0 | name --ping
		load | name an interface
		load --origin=deep | content or sockets
		load --origin --no-origin | exclude
		load --origin-ports 443 | name --origin
		load --origin --origin-ports https | must be PORT
		unload | name interfaces
		unload --all e0 | usage
		status now | takes no words
		prefix A B | one region
		prefix --top few | whole number
		prefix -n -5 | whole number
		region lod x | did you mean load\?
		region load | usage
		region lookup | usage
		region lookup --mmdb-field x 192.0.2.1 | region load
		limit st A --pps 1 | did you mean set\?
		limit set | usage
		limit set A | at least one
		limit set A B --pps 1 | usage
		limit set A --pps 1.5 | pps 1.5: not a number
		limit set A --hold 10 | hold 10: not a duration
		limit set A --aggregate-pps 1,2,3 | not a number, or two
		limit clear | usage
		limit clear A --pps 1 | usage
		limit --pps 1 | usage
		exempt --for 1h | name one region
		exempt A B | name one region
		exempt A --for soon | for soon: not a duration
		exempt default | no region
		block A B | name one region
		release | name one region
		release default | no region
		allow ad 192.0.2.1 | did you mean add\?
		allow add | usage
		allow add 192.0.2.1/24 | bits set
		allow add 192.0.2.1 there | not an address
		allow add 192.0.2.1 --pps fast | pps fast
		allow del 192.0.2 | not an address
		allow --pps 5 | allow add
		node ad 192.0.2.1 | did you mean add\?
		node add | usage
		node add 192.0.2.1 192.0.2.300 | not an address
		node add 192.0.2.1 --name a,b | not a node's name
		node del 2001:db8::/300 | not an address
		node load | usage
		node list --format xml | format
		node rule --format xml | format
		node check --format nft | format
		node --exit-code | exit-code
		node list more | usage
		steer ad 443 127.0.0.1:543 | did you mean add\?
		steer add 443 | usage
		steer add https 127.0.0.1:543 | not a port
		steer add 443 localhost:543 | not a listener
		steer add 443 127.0.0.1:543 --user nobody-has-this | no such user
		steer del 70000 | not a port
		steer refresh now | usage
		origin ad shop 192.0.2.1 | did you mean add\?
		origin add shop | takes a name and addresses
		origin add a,b 192.0.2.1 | a name has
		origin add shop 192.0.2.300 | no address
		origin add shop 192.0.2.1 --sni a/b | a host name has
		origin del | takes a name
		origin del shop --sni a | does not take --sni
		statsu | did you mean status or stats\?
		STATS | did you mean stats\?
		limits set A | did you mean limit\?
		fly | --help
		--all unload | behind the verb
		--josn status | did you mean --json\?
		-x status | unknown option -x
		--pin-dir | needs a value
		--verbose=2 status | takes no value
	END
}

# refused SAYS WORD...: what is wrong, all said in one line.
refused() {
	local says=$1 status=0 said whole

	shift
	"$build/ecdn-xdp" "$@" >"$work/out" 2>"$work/err" || status=$?
	# Up to a zero byte, of which there is none: with the newline that ends it.
	IFS= read -r -d '' whole <"$work/err" || true
	said=${whole%$'\n'}
	if [ "$status" = 2 ] && [ ! -s "$work/out" ] && [ "$whole" = "$said"$'\n' ] &&
		[[ $said = ecdn-xdp:\ * && $said != *$'\n'* ]] && [[ $said =~ $says ]]; then
		return 0
	fi
	wrong+="
	$*: $status, $(wc -c <"$work/out") bytes printed: $said"
}

verbs() {
	"$build/ecdn-xdp" --help | awk '/^  [a-z]/ { print $1 }'
}

# The options of a verb, of which "=" takes a value, "[" may take one and "-" takes none.
options() {
	"$build/ecdn-xdp" "$1" --help | sed -nE 's/^  (-.,|   ) --([a-z-]+)( [^ ]|\[|  ).*/\2\3/p' |
		sed -E 's/  $/ -/; s/\[$/ [/; s/ [^-[ ]$/ =/'
}

test_table() {
	local wrong='' line words says count=0

	while IFS= read -r line; do
		words=${line%% | *}
		says=${line#* | }
		# shellcheck disable=SC2086
		set -- $words
		case $words in *--pin-dir*) ;; -* | statsu* | STATS | fly | limits*) ;;
			*) set -- "$1" --pin-dir "$nowhere" "${@:2}" ;;
		esac
		refused "$says" "$@"
		count=$((count + 1))
	done < <(wrong_words)
	is "words that are wrong by themselves" "" "$wrong"
	between "words: they were tried" 70 1000 "$count"
}

# What is wrong for every verb, whichever there are.
test_options() {
	local verb name kind wrong count=0

	for verb in $(verbs); do
		wrong=
		refused 'unknown option --nonsense;' "$verb" --nonsense
		refused 'unknown option -%' "$verb" -v%
		refused '' "$verb" --pin-dir "$nowhere" one two three four five
		while read -r name kind; do
			count=$((count + 1))
			refused "unknown option --${name}x; did you mean .*--$name" "$verb" "--${name}x"
			case $kind in
			=) refused "--$name needs a value" "$verb" "--$name" ;;
			-) refused "--$name takes no value" "$verb" "--$name=1" ;;
			esac
		done < <(options "$verb")
		# A load takes as many words as there may be interfaces, stats as many regions.
		case $verb in load | unload | stats | events) wrong=$(sed '/ five: 1, 0 bytes/d' <<<"$wrong") ;; esac
		is "options: $verb" "" "${wrong#$'\n'}"
	done
	between "options: they were tried" 100 1000 "$count"
}

# What getopt_long(3) takes.
test_forms() {
	local usage

	usage=$("$build/ecdn-xdp" prefix --help)
	is "forms: help before the verb" "$usage" "$("$build/ecdn-xdp" --help prefix)"
	ecdn load -q --regions "$regions" e0
	flood --from 198.51.100.0/24 --count 100 >/dev/null
	flood --from 203.0.113.0/24 --count 100 >/dev/null
	is "forms: options before the verb" "$(ecdn limit --json)" \
		"$(on edge "$build/ecdn-xdp" -q --json --pin-dir "$pin" limit)"
	for usage in "prefix -n1 --json" "prefix -jn1" "prefix --json --top=1" "prefix -n 1 -j" \
		"-j prefix ALPHA" "prefix ALPHA -j" "prefix -j -- ALPHA" "prefix --top 9 -n1 -j"; do
		# shellcheck disable=SC2086
		is "forms: $usage" 1 \
			"$(on edge "$build/ecdn-xdp" --pin-dir "$pin" $usage | jq '.prefixes | length')"
	done
	has "forms: -vv" 'libbpf:' "$(ecdn load -vv e0 2>&1)"
	is "forms: -v -v" "$(ecdn region lookup -v -v 192.0.2.1)" \
		"$(ecdn region lookup 192.0.2.1 -vv)"
	has "forms: an option of the verb behind its words" '^198.51.100.9 ALPHA id ' \
		"$(ecdn region lookup 198.51.100.9 --verbose)"
	has "forms: what looks like an option may be a word" 'region "--nope"' \
		"$(ecdn block -- --nope 2>&1)"
}

# unknown VERB WORD...: as to regions, a word is wrong too.
unknown() {
	fails "region: $*" 2 'region "(ALPA|alpha)": not in the table; did you mean ALPHA\?' ecdn "$@"
}

test_regions() {
	unknown limit set ALPA --pps 5
	unknown limit clear alpha
	unknown exempt alpha --for 2h
	unknown block ALPA
	unknown release ALPA
	unknown stats ALPHA ALPA
	unknown prefix alpha
	fails "region lookup: no address" 2 '"192.0.2.300" is not an IP address' \
		ecdn region lookup 192.0.2.300
	fails "region lookup: a prefix among addresses" 2 '^198.51.100.9 ALPHA$' \
		ecdn region lookup 192.0.2.0/24 198.51.100.9
	fails "region lookup: what is no address in a file is no wrong word" 1 'not an IP address' \
		ecdn region lookup - <<<'192.0.2.300'
	fails "region: nothing is near" 2 'region "XX": not in the table; .ecdn-xdp region. lists' \
		ecdn block XX
	fails "region: too long" 2 'region "ALPHAALPHAALPHAALPHA": not in' \
		ecdn block ALPHAALPHAALPHAALPHA
	fails "region: for no time" 2 '0s' ecdn exempt ALPHA --for 0s
	is "region: nothing of that changes one" normal "$(state ALPHA)"
	fails "what was given is no wrong word: an interface" 1 'e9' ecdn unload e9
	fails "what was given is no wrong word: a file" 1 '/none' ecdn region load /none
	fails "what was given is no wrong word: a prefix" 1 'not on the list' ecdn allow del 192.0.2.1
}

test_table
test_options
client_and_edge
test_forms
test_regions
finish

#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Each pin is damaged in each way, and each command run on that: it says which pin is damaged, and
# what to do, changes nothing and ends as commands end; the programs stay attached.
# shellcheck source=tests/net/own_net.sh
source "$(dirname "$0")/own_net.sh"
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/damage.sh
source "$(dirname "$0")/damage.sh"

readers=(status stats "prefix ALPHA" limit allow node "node check" region
	"region lookup 192.0.2.1" steer)
verbs=("${readers[@]}" "load e0" "limit set ALPHA --pps 1k" "block ALPHA" "allow add 203.0.113.9"
	"node add 192.0.2.9" "region load $regions" "steer refresh" "unload e0")

back_owner() {
	chown 0 "$1"
	mv "$1" "$aside"
}

everything() {
	"$build/tests/tools/pinned" "$pin" e0 "$cgroup" 2>&1 | sort
}

wrong() {
	echo "    $1"
	wrongs=$((wrongs + 1))
}

# What an earlier version, or another kernel, has not: commands do without, and a load makes it.
optional=' capture_cpu capture_packets capture_rule change_head changes region_history region_learned region_notes region_until region_sources verbs regions known armed
	trusted_rates trusted_cpu trusted_ceilings shield_ifaces fast_opens proven
	trusted_lines steer_rules steer_marks listen steer link/e0 ping/e0 prog/proven prog/listen
	origin origin_in origin_out origin_error prog/origin_in prog/origin_out prog/origin_error '

is_optional() {
	[[ $way = missing && $optional = *[[:space:]]"$damaged"[[:space:]]* ]]
}

# One command on one damage.
try() {
	local status=0 said

	# shellcheck disable=SC2086
	said=$(here $1 2>&1 >/dev/null) || status=$?
	tried=$((tried + 1))
	case $status in
	0) is_optional || wrong "$damaged, $way: \`$1\` notices nothing" ;;
	1)
		[[ $said = *"$pin/$damaged"* ]] || is_optional ||
			wrong "$damaged, $way: \`$1\` does not name it: $said"
		;;
	*) wrong "$damaged, $way: \`$1\` ends with $status: $said" ;;
	esac
}

damage() {
	local before after verb

	mv "$pin/$damaged" "$aside"
	if "way_$way" "$pin/$damaged" 2>/dev/null; then
		before=$(everything)
		for verb in "${verbs[@]}"; do
			is_optional && [[ " ${readers[*]} " != *" $verb "* ]] || try "$verb"
		done
		after=$(everything)
		[ "$before" = "$after" ] || wrong "$damaged, $way: something is changed: $(diff \
			<(echo "$before") <(echo "$after"))"
	fi
	if [ "$(type -t "back_$way")" ]; then
		"back_$way" "$pin/$damaged"
	else
		[ ! -e "$pin/$damaged" ] || rm -r "${pin:?}/$damaged"
	fi
	mv "$aside" "$pin/$damaged"
}

damage_prepare
for way in missing directory program map type key value entries owner; do
	wrongs=0
	tried=0
	for damaged in "${names[@]}"; do
		damage
	done
	is "$way: ${#names[@]} pins, $tried commands: all say what is damaged and change nothing" \
		0 "$wrongs"
done
here unload --all
finish

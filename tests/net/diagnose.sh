# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2154
# diagnose.sh - what `ecdn-xdp diagnose` finds, for tests of it. Sourced after lib.sh.

: >"$work/details"

# found FILTER [WORD...]: of the findings as JSON. Members of `details` are kept for `described`.
found() {
	local filter=$1 said

	shift
	said=$(ecdn diagnose --json "$@")
	jq -r '.findings[].details | keys[]' <<<"$said" >>"$work/details"
	jq -c "$filter" <<<"$said"
}

# causes [WORD...]: of all findings, "CODE CAUSE GRADE", in their order.
causes() {
	found '.findings[] | "\(.row) \(.cause) \(.grade)"' "$@" | tr -d '"' | paste -sd,
}

# described: ecdn-xdp-json(5) has each member of `details` that was found so far.
described() {
	local known

	known=$(sed -n '/^\.SS diagnose$/,/^\.S[SH] /p' "$top/user/ecdn-xdp-json.5" |
		sed -n 's/^details\.\([a-z0-9_]*\) .*/\1/p' | sort -u)
	is "the manual has all members of details" "" \
		"$(comm -23 <(sort -u "$work/details") <(echo "$known"))"
}

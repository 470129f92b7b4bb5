#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# What is told of a surge of real connections: that it is what is proven which limits the region,
# and by what rate; and how it ends, by itself.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/nginx.sh
source "$(dirname "$0")/nginx.sh"
# shellcheck source=tests/net/513.sh
source "$(dirname "$0")/513.sh"
# shellcheck source=tests/net/shield.sh
source "$(dirname "$0")/shield.sh"

# told FILTER: applies the filter to the changes of ALPHA, one after the other.
told() {
	ecdn events ALPHA --json | jq -c ".events[] | select(.kind == \"change\") | $1"
}

ended() {
	[ "$(told .to | tail -n 1)" = '"normal"' ]
}

shield_lab
surgers_make
ecdn limit set ALPHA --cps 100 --grace 500ms --hold 1500ms --answer-cps 0
surge_start
does "a surge of connections: limited" wait_for 8 alpha_is limited
surge_stop
is "it is shielded first" '["normal","shielded","cps",100]' \
	"$(told 'select(.to == "shielded" and .from == "normal") |
		[.from, .to, .measure, .limit]' | head -n 1)"
is "then limited by what is proven" '["shielded","limited","cps",100,"proven"]' \
	"$(told 'select(.to == "limited") | [.from, .to, .measure, .limit, .basis]')"
between "the rate of connections" 81 10000 "$(told 'select(.to == "limited") | .rate')"
has "a source is one of the surge's" '^"(198\.18\.[0-9]+\.9|2001:db8:10.*)"$' \
	"$(told 'select(.to == "limited") | .source')"
has "as text" 'ALPHA +shielded -> limited +cps [0-9.]+k? of 100, proven; from ' "$(ecdn events ALPHA)"
does "it ends, without a command" wait_for 15 ended
has "and not by a command" '^"(fell|silence)"$' "$(told 'select(.to == "normal") | .why' | tail -n 1)"
finish

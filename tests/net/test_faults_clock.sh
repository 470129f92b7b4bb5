#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# One call fails of what has the ends of blocks and exemptions follow a clock that was set, and of
# what gives them such an end: all ends are moved, or none.
# shellcheck source=tests/net/own_net.sh
source "$(dirname "$0")/own_net.sh"
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/faults.sh
source "$(dirname "$0")/faults.sh"
export BUILD=$build
run_by=$build/tests/tools/clock_step
STRIKES=${FAULTS_STRIKES:-8}

# An end is so far off a whole second as its clock, so that it is the same second for each reader.
back_clock() {
	here clock 1000.3
}

back_until() {
	here exempt ALPHA --for 90m --quiet
	here release ALPHA --quiet
}

faults_prepare
here load --quiet --shield off --regions "$regions" --max-regions 64 e0
here exempt BETA --until "$(date -d '+2 hours' '+%F %T')" --quiet
here block BETA --until "$(date -d '+3 hours' '+%F %T')" --quiet
here block GAMMA --until "$(date -d '+4 hours' '+%F %T')" --quiet
back_clock 2>/dev/null
each_fault "the clock is set" back_clock clock 3600.3

# A reader that makes a time of day of the kernel's may come out a second below.
meaning() {
	here limit --json | jq 'del(.regions[].exempt_until)'
	bpftool -j map dump pinned "$pin/region_until" |
		jq -c '[.[].formatted | [.key.region, .key.kind, .value.until_ns]] | sort'
}

back_clock 2>/dev/null
each_fault "an end as a time of day" back_until exempt ALPHA --until '2099-01-01 12:00:00'
here unload --all
finish

#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# One call fails of what has limits learned, and of what the agent writes once a minute: limits and
# what they follow from change together, or not at all.
# shellcheck source=tests/net/own_net.sh
source "$(dirname "$0")/own_net.sh"
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/faults.sh
source "$(dirname "$0")/faults.sh"
export BUILD=$build
run_by=$build/tests/tools/learned
STRIKES=${FAULTS_STRIKES:-8}

back_auto() {
	here limit set ALPHA --no-auto
}

back_default() {
	here limit clear default
}

back_clear() {
	here limit set BETA --auto --pps 5k
	here learned BETA pps=3000 bps=8000
}

back_learned() {
	here learned ALPHA BETA pps=3000 bps=8000
}

faults_prepare
here load --quiet --shield off --regions "$regions" --max-regions 64 e0
here limit set ALPHA --pps 7k
here limit set BETA --auto --pps 5k
here learned BETA pps=3000 bps=8000
each_fault "limit set --auto" back_auto limit set ALPHA --auto
each_fault "limit set default --auto" back_default limit set default --auto --cps 9
each_fault "limit clear" back_clear limit clear BETA
here limit set ALPHA --auto
back_learned
each_fault "what the agent writes" back_learned learned ALPHA pps=6000 cps=40 BETA pps=2000 bps=9000
here unload --all
finish

#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# `load --config`, one of whose calls fails: where nothing is loaded nothing is, and where
# something is loaded that stays as it was, or all is done.
# shellcheck source=tests/net/own_net.sh
source "$(dirname "$0")/own_net.sh"
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"
# A load takes a while, and most of its calls are libbpf's, of programs that nobody uses yet.
STRIKES=${STRIKES:-25}
# shellcheck source=tests/net/faults.sh
source "$(dirname "$0")/faults.sh"

configurations() {
	cat >"$work/one.yaml" <<-END
		regions: [$regions]
		max_regions: 64
		interfaces: [e0]
		protect: [80, 443]
		monitor: false
		limits: {default: {pps: 100k}, ALPHA: {pps: 5k}}
		nodes: $work/nodes
		ping: {mode: answer, rate: 10}
		steer: {443: 127.0.0.1:8513}
	END
	cat >"$work/two.yaml" <<-END
		regions: [$work/regions2]
		max_regions: 64
		interfaces: [e0]
		protect: [443, 8443]
		monitor: true
		limits: {default: {pps: 200k}, ALPHA: {pps: 7k}, BETA: {cps: 9k}}
		block: [WIDE]
		allow: [198.51.100.0/24]
		nodes: $work/nodes2
		ping: {mode: answer, rate: 20}
		steer: {443: 127.0.0.1:8514, 8443: 127.0.0.1:8514}
	END
}

back_to_one() {
	here load --quiet --config "$work/one.yaml"
	here release WIDE
	here limit clear BETA
	here allow del 198.51.100.0/24
	here steer del 8443
} 2>/dev/null

back_to_nothing() {
	here unload --all
} 2>/dev/null

faults_prepare
configurations
each_fault "first load" back_to_nothing load --config "$work/one.yaml"
back_to_one || true
each_fault "load over another" back_to_one load --config "$work/two.yaml"
here unload --all
finish

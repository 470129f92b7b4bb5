#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# What takes which capabilities: CAP_BPF alone reads and changes, CAP_BPF, CAP_NET_ADMIN and
# CAP_PERFMON load, and who lacks one is told which. And what the group of --stats-group may read
# without any.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/killer.sh
source "$(dirname "$0")/killer.sh"
# shellcheck source=tests/net/cgroup.sh
source "$(dirname "$0")/cgroup.sh"

LOADS=bpf,net_admin,perfmon
STATS=4300
PROXY=4200

# as CAPABILITIES COMMAND...: runs it as root with these capabilities alone.
as() {
	local only=-all

	[ -z "$1" ] || only+=",+${1//,/,+}"
	on edge setpriv --bounding-set "$only" --no-new-privs "${@:2}"
}

# with CAPABILITIES VERB WORD...
with() {
	as "$1" "$build/ecdn-xdp" "${@:2}" --pin-dir "$pin"
}

# effective CAPABILITIES: what is in effect then.
effective() {
	as "$1" sed -n 's/^CapEff:\t0*//p' /proc/self/status
}

test_capabilities() {
	is "no capability" "" "$(effective '')"
	is "CAP_BPF alone" 8000000000 "$(effective bpf)"
	is "CAP_BPF, CAP_NET_ADMIN, CAP_PERFMON" c000001000 "$(effective $LOADS)"
}

# Each verb is here.
readers() {
	cat <<-END
		status
		status --json
		stats --all
		top --batch -d 100ms
		prefix
		region
		region lookup 198.51.100.9
		limit
		allow
		node
		node check
		steer
		events --since 1h
		events --json
		origin
		origin failures
		diagnose
	END
}

writers() {
	cat <<-END
		limit set ALPHA --pps 5k
		limit clear ALPHA
		limit set default --cps 5k
		exempt ALPHA --for 1h
		block ALPHA
		release ALPHA
		allow add 203.0.113.0/24
		allow del 203.0.113.0/24
		node add 192.0.2.77 --name one
		node del 192.0.2.77
		node load $work/nodes
		region load $regions
		origin add shop 203.0.113.7:443
		origin del shop
		off
		on
		unload e1
	END
}

loads() {
	cat <<-END
		load --regions $regions e0 e1
		load
		load --ping --nodes $work/nodes e0
		load --shield off
		load --origin=sockets --origin-cgroup $cgroup
		load --config $work/config.yaml
		explain 198.51.100.9
	END
}

captures() {
	cat <<-END
		capture --for 100ms --quiet -w $work/drops
	END
}

# all CAPABILITIES WHAT: each of the lines of WHAT works.
all() {
	local line said wrong=''

	while read -r line; do
		# shellcheck disable=SC2086
		said=$(with "$1" $line 2>&1 >/dev/null) || wrong+="
	$line: $said"
		! grep -Eq 'cannot|permitted|lacks' <<<"$said" || wrong+="
	$line said: $said"
	done < <("$2")
	is "$2 with ${1:-none}" "" "$wrong"
}

# lacks_one CAPABILITIES MISSING WORD...: fails, and tells that.
lacks_one() {
	fails "${*:3}: with ${1:-none}" 1 "this process lacks $2;" with "$1" "${@:3}"
}

test_loads() {
	all $LOADS loads
	lacks_one '' 'CAP_NET_ADMIN, CAP_BPF, CAP_PERFMON' load
	lacks_one bpf 'CAP_NET_ADMIN, CAP_PERFMON' load
	lacks_one bpf,net_admin 'CAP_PERFMON' load
	lacks_one bpf,perfmon 'CAP_NET_ADMIN' load
	lacks_one net_admin,perfmon 'CAP_BPF' load
	does "load with CAP_SYS_ADMIN, as before CAP_BPF came" with sys_admin,net_admin load
}

test_verbs() {
	all bpf readers
	all bpf writers
	ecdn load -q --regions "$regions" e1
	all bpf,perfmon captures
	lacks_one bpf CAP_PERFMON capture -w "$work/drops"
}

# What opens pins alone takes nothing from Linux 5.19 on; what makes a table takes CAP_BPF.
test_without() {
	if with '' stats >/dev/null 2>&1; then
		all '' readers
	else
		lacks_one '' CAP_BPF stats
	fi
	lacks_one '' CAP_BPF allow add 203.0.113.0/24
	lacks_one '' CAP_BPF node add 203.0.113.7
	lacks_one '' CAP_BPF region load "$regions"
	is "without: nothing was changed" "0 $generation" \
		"$(ecdn allow --json | jq '.allow | length') $(stats_all .generation)"
}

verbs() {
	"$build/ecdn-xdp" --help | awk '/^  [a-z]/ { print $1 }'
}

# The agent is tried in test_agent_sandbox.sh.
test_every_verb() {
	is "every verb is tried" "" "$(comm -23 <(verbs | sort) <({
		readers
		writers
		loads
		captures
		echo agent
		echo check
	} | cut -d ' ' -f 1 | sort -u) | xargs)"
}

# A table that outgrows its maps has the programs loaded again, with locks in new maps.
test_outgrown() {
	many_regions 20000 >"$work/many"
	seq 1 3000 | awk '{ print "10." int($1 / 250) "." $1 % 250 ".1" }' >"$work/more"
	fails "outgrown: with CAP_BPF" 1 'this command lacks CAP_NET_ADMIN, CAP_PERFMON' \
		with bpf region load --shrink "$work/many"
	does "outgrown: with what a load takes" with $LOADS region load --shrink "$work/many"
	does "outgrown: nodes" with $LOADS node load "$work/more"
	is "outgrown: CAP_BPF reads them" 3000 "$(with bpf node --json | jq '.nodes | length')"
	ecdn node load "$work/nodes"
	does "outgrown: and back" with $LOADS load --shrink --regions "$regions"
}

# Killed between the slot and its pin, which is one table behind then.
test_behind() {
	local call

	echo '198.51.100.0/24 OMEGA' >"$work/omega"
	ecdn region load -q --shrink "$regions"
	for call in 1 2 3 4 5; do
		(LD_PRELOAD=$work/killer.so KILL_AT=rename KILL_CALL=$call ecdn region load --shrink \
			"$work/omega") >/dev/null 2>&1 || true
		[ ! -e "$pin/region_lines-next" ] || break
	done
	is "behind: CAP_BPF finds the table in use" '198.51.100.9 OMEGA' \
		"$(with bpf region lookup 198.51.100.9)"
	does "behind: it is pinned beside the one before it" [ -e "$pin/region_lines-next" ]
	does "behind: the next command" with bpf limit set default --pps 0
	is "behind: has pinned it" '198.51.100.9 OMEGA' "$(with bpf region lookup 198.51.100.9)"
	fails "behind: in its place" 2 'No such file' ls "$pin/region_lines-next"
	for call in 1 2 3; do
		(LD_PRELOAD=$work/killer.so KILL_AT=bpf_map_update_elem KILL_CALL=$call ecdn region \
			load --shrink "$regions") >/dev/null 2>&1 || true
		has "killed at a map's update $call: CAP_BPF finds a table" '^198.51.100.9 (OMEGA|ALPHA)$' \
			"$(with bpf region lookup 198.51.100.9)"
	done
	rm "$pin/region_lines"
	fails "removed by hand" 1 'region_lines is missing' with bpf region lookup 198.51.100.9
	ecdn unload --all
}

# The socket of another process is put into the map by an iterator, or by an fd of it, which takes
# CAP_SYS_PTRACE.
test_steer() {
	waiting edge "$build/tests/tools/waiter" 127.0.0.1:8513 hello
	does "steer: with what a load takes" with $LOADS steer add 443 127.0.0.1:8513
	is "steer: CAP_BPF reads it" ready "$(with bpf steer --json | jq -r '.steer[0].state')"
	fails "steer: with CAP_BPF alone" 1 'takes CAP_SYS_PTRACE, which this process lacks' \
		with bpf steer add 80 127.0.0.1:8513
	does "steer: with CAP_SYS_PTRACE, too" with bpf,sys_ptrace steer add 80 127.0.0.1:8513
	does "steer: which is no more" with bpf steer del 80
	does "steer: and ends it" with bpf steer del 443
	stop "$waiter"
}

# member GROUP VERB WORD...: without any capability, as nobody in that group.
member() {
	on edge setpriv --reuid 65534 --regid "$1" --clear-groups --bounding-set -all \
		--no-new-privs "$work/ecdn-xdp" "${@:2}" --pin-dir "$pin"
}

modes() {
	(cd "$pin" && stat -c '%n %a %g' "$@" | sed 's/ /=/; s/ /:/' | xargs)
}

# Times differ between two reads.
same() {
	is "stats group: $*" "$(ecdn "$@" | sed -E 's/[0-9]+s ago/ago/')" \
		"$(member $STATS "$@" | sed -E 's/[0-9]+s ago/ago/')"
}

# So do rates while they decay.
is_quiet() {
	[ "$(ecdn stats --json | jq '[.regions[] | .pps, .proven.pps] | add')" = 0 ]
}

test_group() {
	local verb

	wait_for 10 is_quiet
	same stats --json
	same stats ALPHA
	same prefix --json --top 0
	same events --json
	same limit ALPHA
	is "stats group: region, without ranges" "$(ecdn region --json | jq -c 'del(.regions[].ranges)')" \
		"$(member $STATS region --json | jq -c .)"
	is "stats group: status" "true enforce 1 e0 ecdn" "$(member $STATS status --json |
		jq -r '"\(.partial) \(.mode) \(.table.generation) \(.interfaces[0].interface) ecdn"')"
	has "stats group: status says what it leaves out" '^left out ' "$(member $STATS status)"
	has "stats group: limit says what it leaves out" 'left out' "$(member $STATS limit 2>&1)"
	fails "stats group: a region that is not there" 2 'did you mean ALPHA' member $STATS stats alpha
	for verb in node allow steer check "region lookup 192.0.2.1" "block ALPHA" "limit set ALPHA --pps 1" \
		"allow add 192.0.2.1" "load e0" "unload e0" "unload --all"; do
		# shellcheck disable=SC2086
		fails "stats group: not $verb" 1 'run as root' member $STATS $verb
	done
	has "stats group: top" '^ ALPHA +' "$(member $STATS top --batch -d 100ms)"
	for verb in stats prefix events status; do
		fails "another group: not $verb" 1 'run as root' member 65534 $verb
	done
	is "stats group: it wrote nothing" normal "$(state ALPHA)"
}

# No pin that can be opened holds a secret, or lets anybody write.
test_pins() {
	local name said opened=''

	for name in $(cd "$pin" && find . -type f | sed 's|^\./||' | sort); do
		said=$(setpriv --reuid 65534 --regid $STATS --clear-groups \
			"$work/client_attack" "$pin" "$name" 2>/dev/null |
			sed -n 's/: done$//p' | xargs || true)
		[ -z "$said" ] || opened+=" $name:$said"
	done
	is "stats group: of what it can open to write, nothing can be written" \
		" public_config:open map region_lines:open map region_state:open map" "$opened"
	is "stats group: modes" "config=600:0 cpu_events=640:$STATS known=600:0 prefix_buckets=600:0 prefixes=640:$STATS region_cpu=640:$STATS region_limits=640:$STATS region_lines=666:0 region_name=640:$STATS region_rate=640:$STATS request_stats=640:$STATS" \
		"$(modes config cpu_events known prefix_buckets prefixes region_cpu region_limits \
			region_lines region_name region_rate request_stats)"
	is "stats group: no program and no link" "600" \
		"$(find "$pin/prog" "$pin/link" -type f -printf '%m\n' | sort -u)"
}

test_both_groups() {
	ecdn load --proxy-group $PROXY e0
	is "both groups: modes" "public_config=666:$PROXY region_cpu=640:$STATS region_lines=660:$PROXY region_state=666:$PROXY request_stats=664:$PROXY" \
		"$(modes public_config region_cpu region_lines region_state request_stats)"
	same stats --json
	same prefix --json --top 0
	does "both groups: status" member $STATS status
	fails "both groups: proxies have no statistics" 1 'run as root' member $PROXY stats
	many_regions 20000 >"$work/many"
	ecdn region load -q "$regions" "$work/many"
	is "both groups: larger maps" "region_cpu=640:$STATS region_lines=660:$PROXY request_stats=664:$PROXY" \
		"$(modes region_cpu region_lines request_stats)"
	same stats ALPHA
	does "both groups: a new table with CAP_BPF alone" with bpf region load --shrink "$regions"
	is "both groups: it is the proxies'" "region_lines=660:$PROXY" "$(modes region_lines)"
	does "both groups: a first list with CAP_BPF alone" with bpf allow add 203.0.113.7
	is "both groups: it is the proxies', too" "trusted_lines=660:$PROXY" "$(modes trusted_lines)"
	ecdn load --stats-group root e0
	fails "stats group: it was taken back" 1 'run as root' member $STATS stats
	ecdn unload --all
}

test_configured() {
	printf 'interfaces: [e0]\nregions: [%s]\nstats_group: %s\nproxy_group: %s\n' \
		"$regions" $STATS $PROXY >"$work/groups.yaml"
	ecdn load -q --config "$work/groups.yaml"
	is "groups in a file" "region_cpu=640:$STATS region_lines=660:$PROXY" \
		"$(modes region_cpu region_lines)"
	printf 'stats_group: nobody-has-this\n' >"$work/groups.yaml"
	fails "groups in a file: one that is not there" 1 ':1: .*no group' \
		ecdn load --config "$work/groups.yaml"
	chmod 700 "$(dirname "$pin")"
	fails "above the pins: nobody may search" 1 'chmod 755' member $STATS stats
	chmod 755 "$(dirname "$pin")"
	does "above the pins: they may" member $STATS stats
}

client_and_edge
wire client c1 edge e1
build_killer
cgroup_make
# The tree may be where nobody can look.
install -m 755 "$build"/{ecdn-xdp,tests/tools/client_attack} "$work"
chmod 755 "$work"
echo 192.0.2.78 >"$work/nodes"
printf 'interfaces: [e0]\nregions: [%s]\nlimits: {ALPHA: {pps: 5k}}\nblock: [BETA]\nallow: [192.0.2.1]\n' \
	"$regions" >"$work/config.yaml"
test_capabilities
test_every_verb
test_loads
ecdn allow -q del 192.0.2.1
test_verbs
generation=$(stats_all .generation)
test_without
test_outgrown
test_steer
test_behind
ecdn load -q --regions "$regions" --stats-group $STATS e0
flood --from 198.51.100.0/24 --count 200 >/dev/null
ecdn limit -q set ALPHA --pps 5k
test_group
test_pins
test_both_groups
test_configured
finish

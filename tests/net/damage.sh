# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2154,SC2034,SC2120
# damage.sh - ways to damage a pin, each a function way_NAME. Sourced after lib.sh, in a network
# namespace of the test's own.

# shellcheck source=tests/net/cgroup.sh
source "$(dirname "${BASH_SOURCE[0]}")/cgroup.sh"

# A pin's way out and back in: what is renamed stays the same object.
aside=$pin-aside

here() {
	local verb=$1

	shift
	"$build/ecdn-xdp" "$verb" --pin-dir "$pin" "$@"
}

loaded() {
	here load --quiet --regions "$regions" --max-regions 64 e0
	here load --quiet --ping --tc "${1:-auto}" e0
	here allow add 203.0.113.7
	here node add 192.0.2.1
	here steer add 443 127.0.0.1:8513
	here load --quiet --origin --origin-cgroup "$cgroup"
}

# Each puts something else into a pin's place.
way_missing() {
	:
}

way_directory() {
	mkdir "$1"
}

way_program() {
	[ "$1" != "$pin/prog/publish" ] && bpftool prog pin pinned "$foreign/program" "$1"
}

way_map() {
	bpftool map pin pinned "$foreign/map" "$1"
}

# like PATH CHANGE: a map that is what was there but for the change. The kernel keeps a map's name
# with the map, so that this one is named like the pin.
like() {
	local name=$1 change=$2 type key value entries flags

	read -r type key value entries flags < <(bpftool -j map show pinned "$aside" 2>/dev/null |
		jq -r '[.type, .bytes_key, .bytes_value, .max_entries, .flags] | @tsv') || return 1
	case $type in array | hash | percpu_hash | lru_hash) ;; *) return 1 ;; esac
	eval "$change" || return 1
	bpftool map create "$name" type "$type" key "$key" value "$value" entries "$entries" \
		name "$(basename "$name" | cut -c1-15)" flags "$flags"
}

way_type() {
	like "$1" '[ $type = hash ] && { type=array; key=4; flags=0; } || { type=hash; flags=1; }'
}

way_key() {
	like "$1" '[ $type != array ] && key=$((key + 4))'
}

way_value() {
	like "$1" 'value=$((value + 8))'
}

# Too few entries, where commands or programs go by their number.
way_entries() {
	case ${1##*/} in
	region_name | region_limits | region_state | region_cpu | region_rate | request_stats | \
		prefixes | prefix_buckets | known | trusted_cpu | steer_rules | origin_keys | \
		origin_stats | origin_spans | origin_requests | origin_failures) ;;
	*) return 1 ;;
	esac
	like "$1" 'entries=$((entries - 1))'
}

way_owner() {
	mv "$aside" "$1"
	chown 1000 "$1"
}

# Loads everything. The names of all pins are in the array names then.
damage_prepare() {
	sysctl -qw net.ipv6.conf.{all,default}.disable_ipv6=1
	ip link set lo up
	ip link add e0 type veth peer name c0
	ip link set e0 up
	: >"$work/waits"
	"$build/tests/tools/waiter" 127.0.0.1:8513 513 >"$work/waits" &
	wait_for 5 grep -q ready "$work/waits"
	cgroup_make
	foreign=$pin-foreign
	mkdir "$foreign"
	bpftool map create "$foreign/map" type hash key 12 value 20 entries 8 name foreign
	loaded
	bpftool prog pin pinned "$pin/prog/publish" "$foreign/program"
	mapfile -t names < <(cd "$pin" && find . -type f | sed 's|^\./||' | sort)
}

# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2154
# ping_load.sh - an edge that is pinged, and what holds ping to its interface. Sourced by
# test_ping_*.sh, after lib.sh.

# shellcheck disable=SC2034
node=192.0.2.2 stranger=192.0.2.3

build_counter() {
	cat >"$work/counter.c" <<-'END'
		struct {
			int (*type)[2];
			unsigned int *key;
			unsigned long long *value;
			int (*max_entries)[1];
		} count __attribute__((section(".maps")));

		static void *(*const lookup)(void *map, const void *key) = (void *)1;

		__attribute__((section("tc"))) int counter(void *skb)
		{
			unsigned int zero = 0;
			unsigned long long *value = lookup(&count, &zero);

			if (value)
				__sync_fetch_and_add(value, 1);
			return -1;
		}

		char gpl[] __attribute__((section("license"))) = "Dual BSD/GPL";
	END
	clang -O2 -g -target bpf -c -o "$work/counter.o" "$work/counter.c"
	mkdir -p "$pin-others"
	bpftool prog load "$work/counter.o" "$pin-others/counter" type classifier \
		pinmaps "$pin-others"
}

# Packets that the filters of others have met, together.
counted() {
	bpftool -j map dump pinned "$pin-others/count" | jq '.[0].formatted.value'
}

# filter PRIORITY: of somebody else.
filter() {
	on edge tc filter add dev e0 ingress prio "$1" handle 7 bpf da \
		object-pinned "$pin-others/counter"
}

# The filters of others, as tc shows them.
filters() {
	on edge tc filter show dev e0 ingress | grep counter || true
}

our_filters() {
	on edge tc filter show dev e0 ingress | grep -c ' ping:' || true
}

has_clsact() {
	[[ $(on edge tc qdisc show dev e0) = *clsact* ]]
}

# The id of the program on e0, by how it is attached: what is pinned, or "none".
runs() {
	if [ "$(our_filters)" != 0 ]; then
		on edge tc -j filter show dev e0 ingress |
			jq -r '.[].options? | select(.bpf_name? // "" | startswith("ping:")) | .prog.id'
	elif [ -e "$pin/ping/e0" ]; then
		# bpftool 7.5 shows the link and ends with 255.
		{ bpftool -j link show pinned "$pin/ping/e0" || true; } | tr -d '\0' |
			jq -r '.prog_id // "none"'
	else
		echo none
	fi
}

pinned_program() {
	bpftool -j prog show pinned "$pin/prog/ping" | jq .id
}

has_xdp() {
	on edge ip -j link show dev e0 | jq '.[0] | has("xdp")'
}

# ping_from ADDRESS [OPTION...]: how many of five were answered.
ping_from() {
	local address=$1

	shift
	on client ping -I "$address" -c 5 -i 0.02 -W 1 -q "$@" "$edge_ip" |
		sed -nE 's/.* ([0-9]+) received.*/\1/p' || true
}

status() {
	ecdn status --json | jq -r ".ping | $1"
}

ping_config() {
	status '"\(.mode) \(.only_nodes) \(.rate) \(.burst)"'
}

pins() {
	find "$pin" "$pin-next" 2>/dev/null | sort || true
}

# The stack answers nobody, so that whoever gets an answer has it from ping.
prepare() {
	client_and_edge
	wire client c1 edge e1
	on edge ip address add $edge_ip/24 dev e0
	on client ip address add $node/24 dev c0
	on client ip address add $stranger/24 dev c0
	on edge sysctl -qw net.ipv4.icmp_echo_ignore_all=1
	on client ping -c 1 -W 1 $edge_ip >/dev/null || true
	build_counter
	find_kinds
}

# How this kernel can attach ping: kinds.
find_kinds() {
	local said

	kinds="tcx clsact"
	if ! said=$(ecdn load --ping --tc tcx e0 2>&1); then
		kinds=clsact
		has "before Linux 6.6 there is no tcx, and that is said" \
			'has no tcx; try --tc clsact' "$said"
	fi
	ecdn unload --all
}

#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Checksums of replies where the kernel keeps something beside them: what a device is to
# complete on the way out, and the sum of the packet that one had sent up.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/ping.sh
source "$(dirname "$0")/ping.sh"

# A program that goes by at an egress and looks at skb->csum: CHECKSUM_COMPLETE, right or
# wrong, or something else.
build_summed() {
	cat >"$work/summed.c" <<-'END'
		#include <linux/bpf.h>
		#include <bpf/bpf_core_read.h>
		#include <bpf/bpf_helpers.h>

		#define CHECKSUM_COMPLETE 2
		#define FRAME_SIZE 512

		enum { RIGHT, WRONG, OTHER };

		struct sk_buff {
			__u32 csum;
			__u8 ip_summed : 2;
		} __attribute__((preserve_access_index));

		struct frame {
			__u8 byte[FRAME_SIZE];
		};

		struct {
			__uint(type, BPF_MAP_TYPE_ARRAY);
			__uint(max_entries, 3);
			__type(key, __u32);
			__type(value, __u64);
		} sums SEC(".maps");

		struct {
			__uint(type, BPF_MAP_TYPE_ARRAY);
			__uint(max_entries, 1);
			__type(key, __u32);
			__type(value, struct frame);
		} frames SEC(".maps");

		static const struct frame zeros;

		static __u16 fold(__u32 sum)
		{
			sum = (sum & 0xffff) + (sum >> 16);
			return (sum & 0xffff) + (sum >> 16);
		}

		static __u32 judge(struct __sk_buff *ctx)
		{
			struct sk_buff *skb = (void *)ctx;
			__u32 slot = 0, length = ctx->len;
			struct frame *frame = bpf_map_lookup_elem(&frames, &slot);

			if (BPF_CORE_READ_BITFIELD_PROBED(skb, ip_summed) != CHECKSUM_COMPLETE)
				return OTHER;
			bpf_map_update_elem(&frames, &slot, &zeros, BPF_ANY);
			if (!frame || !length || length >= FRAME_SIZE ||
			    bpf_skb_load_bytes(ctx, 0, frame->byte, length))
				return WRONG;
			return fold(bpf_csum_diff(0, 0, (void *)frame->byte, FRAME_SIZE, 0)) ==
			       fold(BPF_CORE_READ(skb, csum)) ? RIGHT : WRONG;
		}

		SEC("tc") int summed(struct __sk_buff *ctx)
		{
			__u32 slot = judge(ctx);
			__u64 *count = bpf_map_lookup_elem(&sums, &slot);

			if (count)
				__sync_fetch_and_add(count, 1);
			return -1;
		}

		char LICENSE[] SEC("license") = "GPL";
	END
	clang -O2 -g -target bpf -mcpu=v3 -I"/usr/include/$(gcc -print-multiarch)" \
		-c -o "$work/summed.o" "$work/summed.c"
	mkdir "$pin-summed"
	bpftool prog load "$work/summed.o" "$pin-summed/summed" type classifier pinmaps "$pin-summed"
}

sums() {
	bpftool -j map dump pinned "$pin-summed/sums" | jq -c '[.[].formatted.value]'
}

# The device of the sender is to complete them; on the way there and back none does.
test_partial() {
	local right='^answers=1 wrong=0' size

	for size in 0 1 56 777 1472; do
		has "partial: $size bytes" "$right" "$(echoes --partial --size $size)"
	done
	for size in 0 1 56 777 1452; do
		has "partial: IPv6, $size bytes" "$right" "$(echoes6 --partial --size $size)"
	done
	has "partial: a tag" "$right" "$(echoes --partial --vlan 7)"
	has "partial: a tag, IPv6" "$right" "$(echoes6 --partial --vlan 7)"
	on node ethtool -K n0 tx off >/dev/null
	has "partial: completed on the way there" "$right" "$(echoes6 --partial)"
	on edge ethtool -K e0 tx off >/dev/null
	has "partial: completed on both ways" "$right" "$(echoes6 --partial)"
}

# tunnel HOST ADDRESS REMOTE NUMBER: one end of a tunnel whose outer checksum, once
# verified, gives the inner packet's sum.
tunnel() {
	ip -n "ecdn-$id-$1" link add vx0 up type vxlan id 7 remote "$3" local "$2" dstport 4789 udpcsum
	ip -n "ecdn-$id-$1" address add "203.0.113.$((200 + $4))/24" dev vx0 noprefixroute
	ip -n "ecdn-$id-$1" address add "2001:db8:7::$4/64" dev vx0 nodad
	ip -n "ecdn-$id-$1" route add "203.0.113.$((203 - $4))" dev vx0 src "203.0.113.$((200 + $4))"
}

test_complete() {
	local size

	build_summed
	tunnel node $node_ip "${edge_of[node]}" 1
	tunnel edge "${edge_of[node]}" $node_ip 2
	ecdn load --ping vx0
	ecdn node add 203.0.113.201 2001:db8:7::1
	on edge tc qdisc add dev vx0 clsact
	on edge tc filter add dev vx0 egress bpf da object-pinned "$pin-summed/summed"
	for size in 0 1 2 37 56 200; do
		answered "complete: $size bytes" node 203.0.113.202 -s $size -t 33
		answered "complete: IPv6, $size bytes" node 2001:db8:7::2 -s $size -t 33
	done
	is "complete: replies with a right sum, and with a wrong one" '[12,0]' "$(sums | jq -c '.[:2]')"
	is "complete: answered by ping" "12 12 0" "$(node_sum '^(203|2001:db8:7)')"
	rm -r "$pin-summed"
}

edge_node_and_stranger
ecdn load --ping e0
ecdn node add $node_ip $node_ip6
on edge sysctl -qw net.ipv4.icmp_echo_ignore_all=1 net.ipv6.icmp.echo_ignore_all=1
test_partial
test_complete
finish

// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/*
 * empty: what a look-up of a listener, a packet at TC ingress, one at XDP, and one of a cgroup's
 * sockets cost with a program that does nothing.
 */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>

SEC("sk_lookup")
int empty(struct bpf_sk_lookup *ctx __attribute__((unused)))
{
	return SK_PASS;
}

SEC("tc")
int empty_tc(struct __sk_buff *skb __attribute__((unused)))
{
	return TC_ACT_UNSPEC;
}

SEC("cgroup_skb/ingress")
int empty_in(struct __sk_buff *skb __attribute__((unused)))
{
	return 1;
}

SEC("cgroup_skb/egress")
int empty_out(struct __sk_buff *skb __attribute__((unused)))
{
	return 1;
}

SEC("xdp")
int empty_pass(struct xdp_md *ctx __attribute__((unused)))
{
	return XDP_PASS;
}

SEC("xdp")
int empty_drop(struct xdp_md *ctx __attribute__((unused)))
{
	return XDP_DROP;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";

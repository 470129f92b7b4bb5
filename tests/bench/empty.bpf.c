// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/*
 * empty: what a look-up of a listener costs with a program that does nothing.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("sk_lookup")
int empty(struct bpf_sk_lookup *ctx __attribute__((unused)))
{
	return SK_PASS;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";

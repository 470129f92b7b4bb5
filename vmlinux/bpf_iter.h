/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's types that iterators need, by the names and members it
 * uses. Written from `bpftool btf dump file /sys/kernel/btf/vmlinux format c`
 * and relocated at load (CO-RE), so that members may lie elsewhere in another
 * kernel. Everything else comes from the kernel's UAPI headers.
 */
#ifndef VMLINUX_BPF_ITER_H
#define VMLINUX_BPF_ITER_H

#include <linux/types.h>

struct seq_file;

struct bpf_iter_meta {
	struct seq_file *seq;
	__u64 session_id;
	__u64 seq_num;
} __attribute__((preserve_access_index));

struct bpf_map;

struct bpf_iter__bpf_map_elem {
	struct bpf_iter_meta *meta;
	struct bpf_map *map;
	void *key;
	void *value;
} __attribute__((preserve_access_index));

struct sock_common;
struct udp_sock;

struct bpf_iter__tcp {
	struct bpf_iter_meta *meta;
	struct sock_common *sk_common;
} __attribute__((preserve_access_index));

struct bpf_iter__udp {
	struct bpf_iter_meta *meta;
	struct udp_sock *udp_sk;
} __attribute__((preserve_access_index));

#endif

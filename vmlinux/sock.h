/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's types that a program on sockets needs, by the names and members it uses. Written
 * from `bpftool btf dump file /sys/kernel/btf/vmlinux format c` and relocated at load (CO-RE), so
 * that members may lie elsewhere in another kernel.
 */
#ifndef VMLINUX_SOCK_H
#define VMLINUX_SOCK_H

#include <linux/types.h>

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct request_sock;

struct ns_common {
	unsigned int inum;
};

struct net {
	struct ns_common ns;
};

typedef struct {
	struct net *net;
} possible_net_t;

typedef struct {
	unsigned int val;
} kuid_t;

typedef struct {
	long long counter;
} atomic64_t;

struct sock_common {
	volatile unsigned char skc_state;
	atomic64_t skc_cookie;
	unsigned char skc_ipv6only : 1;
	possible_net_t skc_net;
	unsigned long skc_flags;
};

struct sk_buff {
	struct sk_buff *prev;
	char cb[48];
};

struct sk_buff_head {
	struct sk_buff *prev;
};

struct sock_extended_err {
	__u32 ee_errno;
};

/* What cb of a packet in sk_error_queue holds. */
struct sock_exterr_skb {
	struct sock_extended_err ee;
};

struct sock {
	struct sock_common __sk_common;
	struct sk_buff_head sk_error_queue;
	kuid_t sk_uid;
	int sk_rx_dst_ifindex;
	int sk_err;
	int sk_err_soft;
};

struct inet_sock {
	struct sock sk;
};

/* Before Linux 5.17. */
struct inet_sock___before_5_17 {
	int rx_dst_ifindex;
};

struct udp_sock {
	struct inet_sock inet;
};

struct inet_connection_sock {
	struct inet_sock icsk_inet;
};

/* A struct sock is what it begins with. fastopen_rsk: set until the ACK of a connection by TCP
 * Fast Open arrives. */
struct tcp_sock {
	struct inet_connection_sock inet_conn;
	_Bool is_mptcp;
	struct request_sock *fastopen_rsk;
	__u32 write_seq;
	__u32 snd_wnd;
	__u32 snd_una;
	__u32 snd_nxt;
	__u32 rcv_wup;
	__u32 rcv_wnd;
};

struct tcp_request_sock {
	__u32 snt_isn;
};

/* self_exec_id: how often the process has become another program. */
struct task_struct {
	int tgid;
	__u64 self_exec_id;
};

#pragma clang attribute pop

/* Linux 5.15 has it: the type of what is traced as a socket's error is reported. */
typedef void (*btf_trace_inet_sk_error_report)(void *, const struct sock *);

#endif

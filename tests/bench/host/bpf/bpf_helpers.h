/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bpf_helpers.h - stands in for libbpf's where a BPF program is compiled for the host: a map is
 * an object whose address is its name, and helpers are functions of tests/bench/host.c.
 */
#ifndef HOST_BPF_HELPERS_H
#define HOST_BPF_HELPERS_H

#include <linux/types.h>

#undef __always_inline
#define __always_inline inline __attribute__((always_inline))

#undef __noinline
#define __noinline __attribute__((noinline))
#define __hidden __attribute__((visibility("hidden")))
#define __weak __attribute__((weak))

#define SEC(name)
#define __uint(name, value) int (*name)[value]
#define __type(name, value) __typeof__(value) *name
#define __array(name, value) __typeof__(value) *name[]
#define barrier() asm volatile("" ::: "memory")
#define barrier_var(variable) asm volatile("" : "+r"(variable))

struct bpf_spin_lock;
struct xdp_md;

/* libbpf has a function of that name. */
#define bpf_map_lookup_elem host_map_lookup
void *host_map_lookup(const void *map, const void *key);

/* The host has no sockets of the program's, so these may not be called. */
struct bpf_sock;
struct bpf_sock_tuple;
struct bpf_sock *bpf_skc_lookup_tcp(void *ctx, struct bpf_sock_tuple *tuple, __u32 size,
				    __u64 netns, __u64 flags);
long bpf_tcp_check_syncookie(void *sk, void *ip, __u32 ip_size, void *tcp, __u32 tcp_size);
long bpf_sk_release(void *sk);
struct tcp_request_sock *bpf_skc_to_tcp_request_sock(void *sk);
#define bpf_map_update_elem host_map_update
long host_map_update(void *map, const void *key, const void *value, __u64 flags);

/* Nor does anybody capture here. */
long bpf_perf_event_output(void *ctx, void *map, __u64 flags, void *data, __u64 size);

void bpf_spin_lock(struct bpf_spin_lock *lock);
void bpf_spin_unlock(struct bpf_spin_lock *lock);
__u32 bpf_get_prandom_u32(void);
__u32 bpf_get_smp_processor_id(void);
__u64 bpf_jiffies64(void);
__u64 bpf_ktime_get_ns(void);
__u64 bpf_xdp_get_buff_len(struct xdp_md *ctx);

#endif

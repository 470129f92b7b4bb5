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

void bpf_spin_lock(struct bpf_spin_lock *lock);
void bpf_spin_unlock(struct bpf_spin_lock *lock);
__u32 bpf_get_prandom_u32(void);
__u32 bpf_get_smp_processor_id(void);
__u64 bpf_jiffies64(void);
__u64 bpf_ktime_get_ns(void);
__u64 bpf_xdp_get_buff_len(struct xdp_md *ctx);

#endif

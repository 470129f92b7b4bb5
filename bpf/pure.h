/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * pure.h - what those headers share that call no helper, so that the kernel, the readers
 * of its maps and the unit tests run the same code.
 */
#ifndef BPF_PURE_H
#define BPF_PURE_H

#include <linux/types.h>

/* glibc and libbpf's headers have it too, but not every libc. */
#ifndef __always_inline
#define __always_inline inline __attribute__((always_inline))
#endif

/* Before a loop that is to be no loop in a program: the verifier of 5.10 refuses one whose last
 * instruction is followed by its first. */
#ifdef __bpf__
#define pure_unroll _Pragma("unroll")
#else
#define pure_unroll
#endif

#define NS_PER_SECOND 1000000000ULL

/* All ones if value is negative, else 0. In assembly, as clang would make it a branch. */
static __always_inline __u64 sign_mask(__u64 value)
{
#ifdef __bpf__
	asm volatile("%0 s>>= 63" : "+r"(value));
	return value;
#else
	return (__u64)((__s64)value >> 63);
#endif
}

#endif

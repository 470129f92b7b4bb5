/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * forget.h - what the verifier need not know. Where ways through a program meet, it goes on once
 * for each set of values by which it can tell them apart, and a value that is tested behind, or is
 * a place in memory, tells them apart where each way has set a constant. Three such values of a
 * packet in a row made it follow the guard's program ten times as far as it has to.
 */
#ifndef BPF_FORGET_H
#define BPF_FORGET_H

#include <linux/types.h>

#include "pure.h"

/* The same value, of which the verifier knows nothing in those bits that it does not know of
 * noise. In assembly, as clang would make it nothing. */
static __always_inline __u64 forget_value(__u64 value, __u64 noise)
{
#ifdef __bpf__
	asm volatile("%0 ^= %1\n\t%0 ^= %1" : "+&r"(value) : "r"(noise));
#else
	(void)noise;
#endif
	return value;
}

/* What is read of maps behind it is read again, and not remembered from a test before it. */
static __always_inline void forget_read(void)
{
#ifdef __bpf__
	asm volatile("" ::: "memory");
#endif
}

#endif

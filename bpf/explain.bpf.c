// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/*
 * explain: the guard's program as `ecdn-xdp explain` runs it on a packet that it makes up, and
 * attaches it nowhere. It is the guard's own source. What the loaded guard would write it writes
 * into maps of its own, which hold copies of one CPU's rows, so all CPUs take those of CPU 0; and
 * whether a packet has a socket it is told.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define SHIELD_TOLD
#define bpf_get_smp_processor_id() 0

#include "guard.bpf.c"

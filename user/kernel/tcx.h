/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tcx.h - the attach types of Linux 6.6 that the headers to build with may be older than.
 */
#ifndef KERNEL_TCX_H
#define KERNEL_TCX_H

#include <linux/bpf.h>

#define TCX_INGRESS ((enum bpf_attach_type)46)
#define TCX_EGRESS ((enum bpf_attach_type)47)

#endif

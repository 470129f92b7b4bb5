/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tcx.h - attach types of Linux 6.6, which older kernel headers do not have.
 */
#ifndef KERNEL_TCX_H
#define KERNEL_TCX_H

#include <linux/bpf.h>

#define TCX_INGRESS ((enum bpf_attach_type)46)
#define TCX_EGRESS ((enum bpf_attach_type)47)

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libbpf_log.h - the messages that libbpf logs itself.
 */
#ifndef KERNEL_LIBBPF_LOG_H
#define KERNEL_LIBBPF_LOG_H

/* Passes libbpf's messages on as LOG_DEBUG: our own messages tell the reason in better words. */
void libbpf_log_adopt(void);

#endif

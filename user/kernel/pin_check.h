/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pin_check.h - whether a pin is what it should be, as somebody may have removed or replaced it by
 * hand. Errors, -EPROTO, tell what it is and what to do, and are logged; others say that this could
 * not be found out.
 */
#ifndef KERNEL_PIN_CHECK_H
#define KERNEL_PIN_CHECK_H

#include <linux/types.h>

/* BPF_LINK_TYPE_TCX of Linux 6.6, which headers may not have. */
#define PIN_CHECK_TCX 11

/* What whoever meets a damaged pin is told to do. */
#define PIN_CHECK_ADVICE "somebody has replaced it; `ecdn-xdp unload --all` removes all pins"

/* Logs that the kernel did not tell what dir/name is, which is no fault of the pin's. Returns err,
 * which is not -EPROTO then. */
int pin_check_unread(const char *dir, const char *name, int err);

/* Logs that dir/name is missing; -ENOENT if that is so as all pins are being removed. */
int pin_check_missing(const char *dir, const char *name);

/* Opens what is pinned as dir/name: an fd, or the error, that it is missing, no pin at all, or of
 * another user than root. */
int pin_check_open(const char *dir, const char *name);

/* Checks that dir/name is a program that has the last part of its pin's name. */
int pin_check_program(const char *dir, const char *name);

/* Checks that dir/name is a link of a type, an enum bpf_link_type that headers may not have. */
int pin_check_link(const char *dir, const char *name, __u32 type);

/* The same of an open fd: 1, 0, or a negative errno if the kernel does not tell; silent. */
int pin_check_is_link(int fd, __u32 type);
int pin_check_is_program(int fd, const char *name);

#endif

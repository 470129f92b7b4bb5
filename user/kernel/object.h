/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * object.h - a BPF object and the pin directory: maps that are pinned are shared by
 * name, those that are not yet become pins.
 */
#ifndef KERNEL_OBJECT_H
#define KERNEL_OBJECT_H

#include <bpf/libbpf.h>

/* Before loading: every map that is pinned in dir is used instead of a new one.
 * Errors are said. */
int object_share(struct bpf_object *object, const char *dir);

/* After loading: pins what object_share() did not find. Errors are said. */
int object_pin(struct bpf_object *object, const char *dir);

/* Says why the kernel did not load a program. Returns err. */
int object_load_error(const char *program, int err);

#endif

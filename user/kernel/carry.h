/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * carry.h - what parts need to carry their maps over from an earlier ABI. Errors are logged.
 */
#ifndef KERNEL_CARRY_H
#define KERNEL_CARRY_H

#include <bpf/libbpf.h>

#include "kernel/abi2.h"
#include "kernel/pins.h"

/*
 * Before an object is loaded: those of the named maps whose layout the ABIs share are pinned in
 * pins->next as they are, with who may open them, for object_share() to find. Old and new
 * programs then count in one map, and nothing has to be copied. A map that has another shape
 * now, as it has rows for more CPUs, is left out. The last name is NULL. Does nothing unless
 * pins are carried over.
 */
int carry_share(const struct bpf_object *object, const struct pins *pins,
		const char *const *names);

/* Gives to/name the mode and the group of from/name. */
int carry_mode(const char *from, const char *to, const char *name);

/* Opens from/name and checks the size of its values. Returns an fd, which the caller closes. */
int carry_open(const char *from, const char *name, __u32 value_size);

/* Maps for reading the table that is in the slot from/name, an array of maps of ABI 2, and pinned
 * as from/pin: *lines is NULL if the slot is empty, and freed with carry_unmap(). */
int carry_map(const char *from, const char *name, const char *pin,
	      const struct abi2_line **lines);
void carry_unmap(const struct abi2_line *lines);

#endif

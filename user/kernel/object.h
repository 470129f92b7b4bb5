/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * object.h - the maps and the program of a BPF object, and their pins: maps that are pinned
 * already are shared by name, and what is new gets a pin. Errors are logged.
 */
#ifndef KERNEL_OBJECT_H
#define KERNEL_OBJECT_H

#include <bpf/libbpf.h>

#include "kernel/pins.h"

enum object_kind {
	OBJECT_MAP,
	OBJECT_PROGRAM,
	OBJECT_LINK,            /* or another object that holds a program somewhere */
};

struct object_names {
	const char *label;      /* what messages call the program: "the guard" */
	const char *pin;        /* name of the program's pin: "prog/guard" */
};

/* Before the object is loaded: makes it use every map that is pinned in pins->dir or
 * pins->next. */
int object_share(struct bpf_object *object, const struct pins *pins);

/*
 * Loads an opened skeleton's object, which has one program, and pins what is new in
 * pins->next: maps that object_share() did not find, and the program. Returns an fd of the
 * program, which the caller closes, or a negative errno.
 */
int object_load(struct bpf_object_skeleton *skeleton, const struct object_names *names,
		const struct pins *pins);

/*
 * Makes one map of an opened object, with so many entries, and pins it in pins->next. The object,
 * which is the caller's to destroy, is loaded without its programs and other maps. That way the
 * types that a lock in the values needs come from the object: those of a map that is there could
 * be had only by id, with CAP_SYS_ADMIN.
 */
int object_make_map(struct bpf_object *object, const struct pins *pins, const char *name,
		    __u32 entries);

/* object_load() for a program that the kernel need not take: the reason is a warning, which ends in
 * `without`, what the command does without the program; and the result is -EOPNOTSUPP. */
int object_load_or(struct bpf_object_skeleton *skeleton, const struct object_names *names,
		   const char *without, const struct pins *pins);

/* A program that a killed command has loaded, and pinned in pins->next or published already: an
 * fd, which the caller closes. -ENOENT, silent, if there is none. */
int object_loaded(const struct object_names *names, const struct pins *pins);

/* Checks the name of a map or a program that was just made, by which its pin is known: libbpf
 * leaves names out if it could not find out whether the kernel takes them. 0, or -EAGAIN. */
int object_check_name(int fd, const char *name);

/* What an fd of a pin is, an enum object_kind; a negative errno, silent, if that cannot be told. */
int object_kind(int fd);

/* Whether a program that is loaded reads or writes that map: 1, 0 or a negative errno. */
int object_uses(int program, int map);

/* Logs why the kernel did not load a program. Returns err. */
int object_load_error(const char *label, int err);

#endif

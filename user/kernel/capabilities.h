/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * capabilities.h - what this process may not do.
 */
#ifndef KERNEL_CAPABILITIES_H
#define KERNEL_CAPABILITIES_H

#define CAPABILITIES_SIZE 64

/* Writes the names of the capabilities that loading and attaching programs takes and this
 * process does not have; returns text, or NULL if it lacks none. */
char *capabilities_lacking(char text[CAPABILITIES_SIZE]);

#endif

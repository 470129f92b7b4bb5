/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kernel_file.h - a number that the kernel tells in a file, as below /proc/sys.
 */
#ifndef BASE_KERNEL_FILE_H
#define BASE_KERNEL_FILE_H

#include <stdint.h>

/* The number, or `otherwise` if there is no such file, or no number in it. Silent. */
uint32_t kernel_file_number(const char *path, uint32_t otherwise);

#endif

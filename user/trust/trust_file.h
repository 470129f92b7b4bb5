/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trust_file.h - files of intermediate nodes, with text lines of `CIDR [NAME]`.
 */
#ifndef TRUST_TRUST_FILE_H
#define TRUST_TRUST_FILE_H

#include "trust/trust_list.h"

/*
 * Reads a file into *nodes, which the caller frees. A file with bad lines is refused as a
 * whole: up to ten are reported as FILE:LINE: REASON, then the number of the others.
 * Returns 0 or a negative errno, logged.
 */
int trust_file_read(const char *path, struct trust_node **nodes, size_t *count);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * source_nodes.h - files of intermediate nodes: lines of `CIDR [NAME]`.
 */
#ifndef TRUST_TRUST_FILE_H
#define TRUST_TRUST_FILE_H

#include "trust/trust_list.h"

/*
 * Reads a file into *nodes, to be freed by the caller. One with bad lines is refused
 * as a whole: up to ten are reported as FILE:LINE: REASON, then how many more there
 * were. 0 or a negative errno, said.
 */
int trust_file_read(const char *path, struct trust_node **nodes, size_t *count);

#endif

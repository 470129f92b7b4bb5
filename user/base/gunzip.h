/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * gunzip.h - unpacks what gzip has packed (RFC 1952), in memory. Thread-safe; nothing is logged.
 */
#ifndef BASE_GUNZIP_H
#define BASE_GUNZIP_H

#include <stdbool.h>
#include <stddef.h>

/* Whether data begins as gzip's does. */
bool gunzip_knows(const char *data, size_t size);

/*
 * Unpacks all members into *out, which the caller frees, of *out_size bytes. 0 or a negative errno
 * with *out NULL and in *reason what is wrong, in words that follow "cannot read FILE: ": -EINVAL
 * for data that is damaged, cut off or followed by something else; -EFBIG for more than out_max
 * bytes, or for GUNZIP_RATIO times the packed data and more than GUNZIP_SMALL bytes: no list packs
 * as well as that; -ENOMEM.
 */
#define GUNZIP_RATIO 100
#define GUNZIP_SMALL (16UL << 20)
int gunzip(const char *data, size_t size, size_t out_max, char **out, size_t *out_size,
	   const char **reason);

#endif

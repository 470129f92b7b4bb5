/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * guard_part.h - the guard as a part: the XDP program with the programs and maps that serve
 * it.
 */
#ifndef GUARD_GUARD_PART_H
#define GUARD_GUARD_PART_H

#include "guard/guard_request.h"
#include "kernel/part.h"

extern const struct part guard_part;

#endif

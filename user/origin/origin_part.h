/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * origin_part.h - the origin observer as a part: what becomes of the connections that this host
 * makes to watched ports. It needs no interface, and no other part.
 */
#ifndef ORIGIN_ORIGIN_PART_H
#define ORIGIN_ORIGIN_PART_H

#include "kernel/part.h"
#include "origin/origin_request.h"

extern const struct part origin_part;

#endif

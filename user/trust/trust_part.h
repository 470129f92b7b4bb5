/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trust_part.h - the trusted list as a part, without a program of its own: the programs of
 * other parts walk its table.
 */
#ifndef TRUST_TRUST_PART_H
#define TRUST_TRUST_PART_H

#include "kernel/part.h"
#include "trust/trust_request.h"

extern const struct part trust_part;

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trust_carry.h - the trusted list of pins of ABI 2, whose table has another format.
 */
#ifndef TRUST_TRUST_CARRY_H
#define TRUST_TRUST_CARRY_H

#include "trust/trust_list.h"

/* Reads the list that is in use by dir. *list is empty before; freed with trust_list_free().
 * Errors are logged. */
int trust_carry_read(const char *dir, struct trust_list *list);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * permissions.h - who may open the pins of all parts (kernel/permits.h).
 */
#ifndef CONTROL_PERMISSIONS_H
#define CONTROL_PERMISSIONS_H

#include "kernel/permits.h"

/*
 * Sets modes and groups of all pins, those that are being built too: for the groups that are
 * wanted, or if one is -1 that which the pins were for. It comes before proxies are told what is
 * new, and before it is published. 0 or a negative errno, logged.
 */
int permissions_set(const struct pins *pins, const struct permits *wanted);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * advice.h - warnings about requests that several parts together make unwise.
 */
#ifndef CONTROL_ADVICE_H
#define CONTROL_ADVICE_H

#include "control/request.h"

/* Before maps in use change, and after they have. Both log warnings alone. */
void advice_before(const struct request *request, const struct pins *pins);
void advice_after(const struct request *request, const struct pins *pins);

#endif

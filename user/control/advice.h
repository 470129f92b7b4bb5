/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * advice.h - warnings about requests that are unwise because of what several parts do
 * together.
 */
#ifndef CONTROL_ADVICE_H
#define CONTROL_ADVICE_H

#include "control/request.h"

/* advice_before() is called before maps in use change, advice_after() when they have. Both
 * only log warnings. */
void advice_before(const struct request *request, const struct pins *pins);
void advice_after(const struct request *request, const struct pins *pins);

#endif

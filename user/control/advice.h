/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * advice.h - warnings about requests that are unwise because of what several parts do
 * together.
 */
#ifndef CONTROL_ADVICE_H
#define CONTROL_ADVICE_H

#include "control/request.h"

/* Called when the maps have changed; only logs warnings. */
void advice_log(const struct request *request, const struct pins *pins);

#endif

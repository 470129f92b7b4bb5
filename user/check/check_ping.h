/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * check_ping.h - checks of the part that answers nodes' pings.
 */
#ifndef CHECK_CHECK_PING_H
#define CHECK_CHECK_PING_H

#include "check/checks.h"

extern const struct checks_row check_ping_rows[];

#endif

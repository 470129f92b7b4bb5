/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CLI_LIMITS_H
#define CLI_LIMITS_H

#include <stdbool.h>

/* Prints the default limits and every region that has its own or is not normal. */
int limits_print(const char *pin_dir, bool json);

#endif

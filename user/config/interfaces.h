/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * interfaces.h - a list of interfaces in the configuration file.
 */
#ifndef CONFIG_INTERFACES_H
#define CONFIG_INTERFACES_H

#include "config/yaml.h"

struct interfaces_of {
	char ***ifaces;         /* an array that grows and is freed by the caller; the names
				   belong to the reader's words */
	unsigned int *count;
};

/* Takes the list into a struct interfaces_of. */
take_node interfaces_take;

#endif

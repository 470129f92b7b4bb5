/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * probe_target.h - whom the probe asks.
 */
#ifndef PROBE_PROBE_TARGET_H
#define PROBE_PROBE_TARGET_H

#include <stdint.h>

#include "base/address.h"

#define PROBE_HOST_SIZE 256

struct probe_target {
	struct address address;
	uint16_t port;
	char host[PROBE_HOST_SIZE]; /* sent as SNI, and what the certificate must be for; empty:
				       no name is asked for */
};

#endif

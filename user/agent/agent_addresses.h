/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * agent_addresses.h - ping answers for the addresses that this host has, with the hop limits that
 * its packets have, a moment after they change.
 */
#ifndef AGENT_AGENT_ADDRESSES_H
#define AGENT_AGENT_ADDRESSES_H

#include "agent/agent_task.h"

extern const struct agent_task agent_addresses_task;

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * config_ping.h - the mapping "ping" of the configuration file.
 */
#ifndef CONFIG_CONFIG_PING_H
#define CONFIG_CONFIG_PING_H

#include "config/yaml.h"
#include "ping/ping_request.h"

struct config_ping {
	struct ping_request *request;
	bool *follows;          /* ping is attached to the interfaces of the guard */
};

/* Takes the mapping into a struct config_ping. */
take_node config_ping_take;

#endif

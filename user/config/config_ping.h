/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * config_ping.h - what the configuration file says of ping.
 */
#ifndef CONFIG_CONFIG_PING_H
#define CONFIG_CONFIG_PING_H

#include "config/yaml.h"

/* Takes the mapping into a struct config. */
take_node config_take_ping;

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * config_steer.h - "steer" in the configuration file: a port, and the listeners that its limited
 * connections go to.
 */
#ifndef CONFIG_CONFIG_STEER_H
#define CONFIG_CONFIG_STEER_H

#include "config/yaml.h"

/* Takes it into a struct steer_rules. */
take_node config_steer_take;

#endif

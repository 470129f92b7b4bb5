/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * config_agent.h - "agent" in the configuration file: a mapping of what the agent does.
 */
#ifndef CONFIG_CONFIG_AGENT_H
#define CONFIG_CONFIG_AGENT_H

#include "config/agent_settings.h"
#include "config/yaml.h"

/* Takes it into a struct agent_settings. */
take_node config_agent_take;

#endif

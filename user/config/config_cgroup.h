/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * config_cgroup.h - paths of cgroups in the configuration file.
 */
#ifndef CONFIG_CONFIG_CGROUP_H
#define CONFIG_CONFIG_CGROUP_H

#include "config/yaml.h"

/* Takes the whole path of a cgroup into a const char *. */
take_node config_cgroup_take;

#endif

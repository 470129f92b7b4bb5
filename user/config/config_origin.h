/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * config_origin.h - "origin" in the configuration file: a depth, or a mapping of settings and
 * names.
 */
#ifndef CONFIG_CONFIG_ORIGIN_H
#define CONFIG_CONFIG_ORIGIN_H

#include "config/yaml.h"
#include "origin/origin_request.h"

/* Takes it into a struct origin_request. */
take_node config_origin_take;

#endif

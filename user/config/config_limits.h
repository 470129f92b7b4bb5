/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * config_limits.h - what the file sets of regions: limits, exemptions and blocks. Each appends
 * the changes that the node asks for, and passes what is wrong with it to yaml_bad().
 */
#ifndef CONFIG_CONFIG_LIMITS_H
#define CONFIG_CONFIG_LIMITS_H

#include "config/yaml.h"
#include "guard/limits.h"

void config_limits_take(struct reader *reader, const yaml_node_t *value,
			struct limits_changes *changes);
void config_limits_take_exempt(struct reader *reader, const yaml_node_t *value,
			       struct limits_changes *changes);
void config_limits_take_block(struct reader *reader, const yaml_node_t *value,
			      struct limits_changes *changes);

#endif

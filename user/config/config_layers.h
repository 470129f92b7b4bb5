/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * config_layers.h - what the file says of exemptions and blocks. Each appends the changes that the
 * node asks for, and passes what is wrong with it to yaml_bad().
 */
#ifndef CONFIG_CONFIG_LAYERS_H
#define CONFIG_CONFIG_LAYERS_H

#include "config/yaml.h"
#include "guard/limits.h"

void config_layers_take_exempt(struct reader *reader, const yaml_node_t *value,
			       struct limits_changes *changes);
void config_layers_take_block(struct reader *reader, const yaml_node_t *value,
			      struct limits_changes *changes);

#endif

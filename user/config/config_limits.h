/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * config_limits.h - the limits that the file sets. What is wrong goes to yaml_bad().
 */
#ifndef CONFIG_CONFIG_LIMITS_H
#define CONFIG_CONFIG_LIMITS_H

#include "config/yaml.h"
#include "guard/limits.h"

/* Appends the changes that the node asks for. */
void config_limits_take(struct reader *reader, const yaml_node_t *value,
			struct limits_changes *changes);
/* Begins a change to the region that the key names, or to the word that it may be instead. False,
 * logged, if the name is wrong. */
bool config_limits_begin(struct reader *reader, const yaml_node_t *key, const char *may_be,
			 struct limits_change *change);

#endif

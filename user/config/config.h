/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * config.h - the configuration file, YAML: what flags and verbs can set. ecdn-xdp(8) has
 * all keys.
 *
 * Read with libyaml itself, which keeps the line of every value: libcyaml checks
 * structure, but a rate, a duration or a prefix that is wrong has no line there.
 *
 * It sets what it names; what it does not name stays as it is. Files are
 * relative to the configuration file.
 */
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include "config/yaml.h"
#include "control/request.h"

struct config {
	const char *pin_dir;    /* 0: not set */
	struct request request;
	bool ping_follows;      /* ping goes where the guard does */
	struct yaml_words words; /* what the pointers above point into */
	char **ifaces, **ping_ifaces; /* lists that were read, whatever the request names now */
};

/* Nothing is set. */
void config_init(struct config *config);

/* Reads the file; a config that could not be read needs no config_free(). Errors
 * are said as FILE:LINE: REASON, up to ten. */
int config_read(struct config *config, const char *path);
void config_free(struct config *config);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * config.h - the configuration file, YAML: what flags and verbs can set. ecdn-xdp(8)
 * lists the keys.
 *
 * It is read with libyaml, which keeps the line of every value: libcyaml checks the
 * structure of a file, but has no line for a wrong rate, duration or prefix.
 *
 * The file sets what it names; all else stays as it is. Paths in it are relative to its
 * directory.
 */
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include "config/agent_settings.h"
#include "config/yaml.h"
#include "control/request.h"

struct config {
	const char *pin_dir;    /* NULL: not set */
	struct request request;
	struct agent_settings agent;
	const char *nodes;      /* path of the file of nodes; NULL: none */
	bool ping_follows;      /* ping is attached to the interfaces of the guard */
	struct yaml_words words; /* the texts that the pointers above point to */
	char **ifaces, **ping_ifaces; /* the lists as read, kept to be freed whatever the
				         request names later */
};

/* Sets a configuration that names nothing. */
void config_init(struct config *config);

/* Reads the file. A config that could not be read needs no config_free(). Up to ten errors
 * are logged as FILE:LINE: REASON. */
int config_read(struct config *config, const char *path);
void config_free(struct config *config);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * config_map.h - the map "config", which every pin directory has: its first word is the ABI
 * that all other pins follow. Errors are logged.
 *
 * A writer that changes what programs judge packets by raises `generation` afterwards, so
 * that every CPU applies the change from its next packet on.
 */
#ifndef KERNEL_CONFIG_MAP_H
#define KERNEL_CONFIG_MAP_H

#include "ecdn-xdp-maps.h"
#include "kernel/pins.h"

/* Whether a directory has pins of ours, but not this one; silent. And logs so: -EPROTO. */
bool config_map_is_missing(const char *dir);
int config_map_missing(const char *dir);

/*
 * Opens the map that is pinned in pins->dir, after checking who owns the directory. Returns
 * an fd, which the caller closes; -ENOENT if nothing is loaded there, -EPROTO if the pins
 * are of another ABI.
 */
int config_map_open(const struct pins *pins);

/* Whether the pins in dir are of that ABI. Silent. */
bool config_map_has(const char *dir, __u32 abi);

/* Writes this version's ABI into the new map that is pinned in pins->next. */
int config_map_begin(const struct pins *pins);

/* Read and write the configuration, in pins->dir or, where it is not there yet, in
 * pins->next. */
int config_map_read(const struct pins *pins, struct ecdn_xdp_config *config);
int config_map_write(const struct pins *pins, struct ecdn_xdp_config *config);

/* Sets whether monitor mode is configured, and whether the tool is switched off, 1 or 0; -1: as it
 * is. Monitor mode is on if either is. */
void config_map_set_monitor(struct ecdn_xdp_config *config, int wanted, int off);

/* Sets bits of config.parts, enum ecdn_xdp_part. */
int config_map_add_parts(const struct pins *pins, __u32 bits);

#endif

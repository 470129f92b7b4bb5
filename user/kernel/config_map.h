/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * config_map.h - the map "config", which every pin directory has: its first word is the
 * ABI that all other pins follow. Errors are logged.
 *
 * Whoever changes what a program goes by raises `generation` afterwards, so that every CPU
 * judges by it from its next packet on.
 */
#ifndef KERNEL_CONFIG_MAP_H
#define KERNEL_CONFIG_MAP_H

#include "ecdn-xdp-maps.h"
#include "kernel/pins.h"

/*
 * Opens the map that is pinned in pins->dir, after checking who owns the directory: an fd;
 * -ENOENT if nothing is loaded there, -EPROTO if its ABI is another.
 */
int config_map_open(const struct pins *pins);

/* Gives the map that is pinned in pins->next its ABI. */
int config_map_begin(const struct pins *pins);

/* Reads or writes the record; the fd is opened from pins->dir or pins->next. */
int config_map_read(const struct pins *pins, struct ecdn_xdp_config *config);
int config_map_write(const struct pins *pins, struct ecdn_xdp_config *config);

#endif

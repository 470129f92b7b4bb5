/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * host_maps.h - the look-ups of BPF programs on the host: included before their headers, a test
 * says in host_lookup() and host_update() what a map holds.
 */
#ifndef UNIT_HOST_MAPS_H
#define UNIT_HOST_MAPS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

static void *host_lookup(const void *map, const void *key);
static long host_update(const void *map, const void *key, const void *value, uint64_t flags);

#define bpf_map_lookup_elem(map, key) host_lookup(map, key)
#define bpf_map_update_elem(map, key, value, flags) host_update(map, key, value, flags)

#define SECOND 1000000000ULL
#define MINUTE (60 * SECOND)

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ping_part.h - ping as a part: the program at TC ingress, and what a command may ask of
 * it.
 */
#ifndef PING_PING_PART_H
#define PING_PING_PART_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel/part.h"
#include "kernel/tc_link.h"

#define PING_RATE 100
#define PING_BURST 200
#define PING_RATE_MAX 1000000000ULL

struct ping_settings {
	int mode;               /* enum ecdn_xdp_ping_mode; -1: as it is */
	int only_nodes;         /* 1 or 0; -1: as it is */
	bool has_rate, has_burst;
	uint64_t rate, burst;
};

struct ping_request {
	char **ifaces;          /* to attach to, besides those where it is already */
	unsigned int iface_count;
	enum tc_kind kind;
	struct ping_settings settings;
};

/* Nothing is asked for. */
void ping_request_init(struct ping_request *request);

/* What is wrong with the numbers: NULL, or the reason. */
const char *ping_settings_wrong(const struct ping_settings *settings);

/* 0, or -EINVAL, silent. */
int ping_mode_parse(const char *text, int *mode);
const char *ping_mode_name(uint32_t mode);

extern const struct tc_hook ping_part_hook;
extern const struct part ping_part;

/* Whether ping is pinned on any interface. */
bool ping_is_attached(const char *dir);

#endif

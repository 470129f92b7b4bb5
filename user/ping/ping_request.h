/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ping_request.h - what a command may ask of ping.
 */
#ifndef PING_PING_REQUEST_H
#define PING_PING_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "attach/tc_link.h"

#define PING_RATE 100
#define PING_BURST 200

struct ping_settings {
	int mode;               /* enum ecdn_xdp_ping_mode; -1: as it is */
	int only_nodes;         /* 1 or 0; -1: as it is */
	bool has_rate, has_burst;
	uint64_t rate, burst;
};

struct ping_request {
	char **ifaces;          /* interfaces to attach to, besides those that have ping already */
	unsigned int iface_count;
	enum tc_kind kind;
	struct ping_settings settings;
};

/* Sets a request that asks for nothing. */
void ping_request_init(struct ping_request *request);

/* Returns the reason if a number is out of range, else NULL. */
const char *ping_request_wrong(const struct ping_settings *settings);

/* Reads a mode's name. Returns 0, or -EINVAL, silent. */
int ping_request_mode_parse(const char *text, int *mode);
const char *ping_request_mode_name(uint32_t mode);

/* Whether the request asks for anything. */
bool ping_request_wanted(const struct ping_request *request);

#endif

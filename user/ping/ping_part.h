/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ping.h - the program ping on interfaces: brought up and upgraded beside the guard by a
 * load, or without it.
 */
#ifndef PING_PING_PART_H
#define PING_PING_PART_H

#include "ping/ping_addresses.h"
#include "kernel/maps.h"
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

/* Ping in a load that is on its way. */
struct ping {
	int program;
	struct addresses addresses;
	struct tc_attachment *attachments;
	unsigned int attachment_count;
	bool elsewhere;         /* not in this network namespace, but in another */
};

#define PING_NONE { .program = -1 }

/* Nothing is asked for. */
void ping_request_init(struct ping_request *request);

/* What can be wrong with numbers: 0, or the reason. */
const char *ping_settings_wrong(const struct ping_settings *settings);

int ping_mode_parse(const char *text, int *mode);
const char *ping_mode_name(uint32_t mode);

/*
 * Loads the program on the maps pinned in map_dir, where its own are pinned too if they
 * are new, and pins it in dir. Errors are said.
 */
int ping_open(struct ping *ping, const char *map_dir, const char *dir);

/* Puts the program in the place of the old one everywhere, and on the interfaces that are
 * asked for; what is new is pinned in pins->next. Errors are said. */
int ping_attach(struct ping *ping, const struct pins *pins, const struct ping_request *request);

/* Writes the settings, and unless ping is elsewhere, how answers look and this host's
 * addresses. fresh: the maps hold nothing yet. Errors are said. */
int ping_configure(const struct ping *ping, const struct ping_settings *settings,
		   const struct maps *maps, bool fresh);

/* Moves what is new from pins->next to pins->dir, which was there before. */
int ping_move(const struct ping *ping, const struct pins *pins);

/* Takes ping_attach() back: the program pinned in dir, or nothing. */
void ping_undo(struct ping *ping, const char *dir);
void ping_close(struct ping *ping);

/* Whether anything is pinned in dir. */
bool ping_is_attached(const char *dir);

#endif

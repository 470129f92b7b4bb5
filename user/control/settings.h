/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * settings.h - what flags, verbs and the configuration file can change, checked
 * as a whole before anything is: a settings that is refused has changed nothing.
 */
#ifndef CONTROL_SETTINGS_H
#define CONTROL_SETTINGS_H

#include <stdbool.h>

#include "kernel/maps.h"
#include "trust/trust_list.h"

/* Which of a change's values are meant; the first six in the order of the members of
 * struct ecdn_xdp_limits. */
enum change_what {
	CHANGE_PPS = 1 << 0,
	CHANGE_BPS = 1 << 1,
	CHANGE_CPS = 1 << 2,
	CHANGE_PREFIX_PPS = 1 << 3,
	CHANGE_ANSWER_CPS = 1 << 4,
	CHANGE_HOLD = 1 << 5,
	CHANGE_CLEAR = 1 << 6,  /* back to the default, or to no limits */
	CHANGE_EXEMPT = 1 << 7, /* ends a block */
	CHANGE_BLOCK = 1 << 8,  /* ends an exemption */
	CHANGE_RELEASE = 1 << 9, /* ends exemption, block and surge */
};

/* "default" names the limits of regions without their own. */
#define SETTINGS_DEFAULT "default"

#define CHANGE_FOREVER UINT64_MAX

/*
 * A SYN of a made-up source looks like anybody's, so a low answer_cps loses both alike.
 * The kernel answers them with SYN cookies, and the proxy meets those alone who answer
 * back: what is here is about what the kernel can do.
 */
#define LIMIT_PREFIX_PPS 1000
#define LIMIT_ANSWER_CPS 200000
#define LIMIT_HOLD_NS (10 * 1000000000ULL)

struct change {
	char region[ECDN_XDP_NAME_SIZE];
	unsigned int what;
	struct ecdn_xdp_limits limits;
	uint64_t exempt_for_ns; /* or CHANGE_FOREVER */
	const char *file;       /* where it was asked for, 0: on the command line */
	unsigned int line;
};

struct settings {
	bool has_ports;
	uint32_t protect;
	struct ecdn_xdp_protected_ports ports;
	int monitor;            /* 1 or 0; -1: as it is */
	struct change *changes; /* carried out in this order */
	unsigned int change_count;
	struct cidr *allow;
	unsigned int allow_count;
	struct trusted_node *nodes; /* all that are to be */
	size_t node_count;      /* 0: they stay as they are */
};

void settings_init(struct settings *settings);
void settings_free(struct settings *settings);

/* Append a copy. 0 or -ENOMEM, said. */
int settings_change(struct settings *settings, const struct change *change);
int settings_allow(struct settings *settings, const struct cidr *cidr);

/* The nodes become those of a file, "-" for standard input, in the place of any set before.
 * One without nodes is refused: more often than not it is a download that failed. Errors
 * are said. */
int settings_nodes(struct settings *settings, const char *path);

/* Whether every region that a change names exists, and the trusted list, as it is now,
 * has room for more. Errors are said. */
int settings_check(const struct settings *settings, const struct names *names,
		   const struct trusted_list *trusted);

/* Carries out what settings_check() has passed, on maps that are pinned in dir. Errors
 * are said. */
int settings_apply(const struct settings *settings, const struct maps *maps,
		   const struct names *names, const char *dir);

/* Lets proxies see it at once; publish is the program of guard/publish.h. Errors are
 * said. */
int settings_publish(const struct settings *settings, const struct names *names, int publish);

/* The configuration of a guard loaded for the first time. */
void settings_first_config(struct ecdn_xdp_config *config, uint32_t max_regions,
			   uint64_t hash_seed);

/*
 * Warns where the settings may cut off the SSH session that the command came
 * through, and says what to allow.
 */
void settings_warn_ssh(const struct settings *settings, const struct maps *maps);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * agent_settings.h - what `agent:` in the configuration file asks of the agent. Texts belong to
 * whoever has read the file.
 */
#ifndef CONFIG_AGENT_SETTINGS_H
#define CONFIG_AGENT_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define AGENT_SETTINGS_LISTEN "127.0.0.1:9513"
#define AGENT_SETTINGS_STATE "/var/lib/ecdn-xdp/learned"
#define AGENT_SETTINGS_REGIONS 100
#define AGENT_SETTINGS_NODES 200
#define AGENT_SETTINGS_WORDS 32  /* of a hook, and hosts of the metrics */

enum agent_report {
	AGENT_REPORT_AUTO,      /* to the journal where standard error is the journal's */
	AGENT_REPORT_JOURNAL,
	AGENT_REPORT_PLAIN,     /* a line on standard output */
	AGENT_REPORT_OFF,
};

/* A list of words, ended by NULL. */
struct agent_words {
	const char *word[AGENT_SETTINGS_WORDS + 1];
	unsigned int count;
};

struct agent_settings {
	struct {
		const char *listen;     /* ADDR:PORT, [ADDR]:PORT or unix:PATH; NULL: nobody is
					   served */
		struct agent_words hosts; /* names besides the address by which it may be asked */
		unsigned int regions, nodes; /* that have series of their own */
		bool full;              /* all series of a region, not the brief ones */
	} metrics;
	enum agent_report report;
	struct {
		struct agent_words argv; /* none: there is no hook */
		uid_t user;             /* -1: the agent's own */
		uint64_t limit_ns;      /* how long a run may take */
	} hook;
	struct {
		bool links, addresses, listeners;
		bool files;             /* region and node files are loaded again as they change */
	} watch;
	struct {
		bool on;
		const char *state;      /* path of what was learned */
		double factor;          /* a learned limit by the usual peak */
		uint64_t carries[3];    /* packets/s, bits/s, new connections/s that this host
					   carries: no learned limit is below a hundredth */
	} learn;
};

/* The settings of an agent to which no file tells others. */
void agent_settings_init(struct agent_settings *settings);

#endif

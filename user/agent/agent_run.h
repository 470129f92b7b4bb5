/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * agent_run.h - the daemon from its start to its end.
 */
#ifndef AGENT_AGENT_RUN_H
#define AGENT_AGENT_RUN_H

/* What the verb asks for. */
struct agent_run_request {
	const char *pin_dir;    /* NULL: as the configuration says, or ECDN_XDP_PIN_DIR */
	const char *config;     /* path; NULL: there is none */
	const char *listen;     /* as metrics.listen of the settings, or "off"; NULL: as they
				   say */
};

/* Runs until SIGTERM or SIGINT. 0; WORDS_WRONG: listen cannot be read; or a negative errno:
 * logged. */
int agent_run(const struct agent_run_request *request);

#endif

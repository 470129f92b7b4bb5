/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * agent_hook_text.h - what the hook is told: an event as `events --json` has it, with `schema` and
 * the name of this host, in one line.
 */
#ifndef AGENT_AGENT_HOOK_TEXT_H
#define AGENT_AGENT_HOOK_TEXT_H

#include "show/event_lines.h"

/* A line that the caller frees; NULL without memory. Silent. */
char *agent_hook_text(const struct event_lines_item *item, const char *host);

#endif

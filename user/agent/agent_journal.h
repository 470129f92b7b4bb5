/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * agent_journal.h - events as entries of the journal, with a field for each of their JSON keys:
 * ECDN_XDP_REGION=XX. Entries are datagrams of the journal's native protocol
 * (systemd.io/JOURNAL_NATIVE_PROTOCOL): libsystemd's own function waits for a journal that does
 * not read, and the agent must not. Silent.
 */
#ifndef AGENT_AGENT_JOURNAL_H
#define AGENT_AGENT_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "show/event_lines.h"

/* Whether a file is the stream to the journal that $JOURNAL_STREAM, "DEVICE:INODE", names; NULL:
 * there is none. */
bool agent_journal_is(const char *stream, const struct stat *file);

/* A socket for agent_journal_send(), which the caller closes, or a negative errno. */
int agent_journal_open(void);

/* The entry of an event, which the caller frees. 0 or -ENOMEM. */
int agent_journal_entry(const struct event_lines_item *item, char **entry, size_t *size);

/* 0; -EAGAIN if the journal does not read now; another negative errno, as -ENOENT without one. */
int agent_journal_send(int socket, const char *entry, size_t size);

#endif

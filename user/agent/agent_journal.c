// SPDX-License-Identifier: BSD-2-Clause
#include "agent/agent_journal.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>

#define SOCKET "/run/systemd/journal/socket"

/* By which entries are found: `journalctl MESSAGE_ID=...`. They never change. */
static const char *const ids[EVENT_LINES_KINDS] = {
	[EVENT_LINES_CHANGE] = "c6ba2ca89d804bfebff7c56a227d0166",
	[EVENT_LINES_COMMAND] = "4e0bcee7537a41c9b31f13b63c49ed01",
	[EVENT_LINES_LOST] = "0206d3b4e89a433da1cff28dc751e2c9",
	[EVENT_LINES_NOTICE] = "731644d97d5c41e896f3181a15bf29cd",
};

bool agent_journal_is(const char *stream, const struct stat *file)
{
	unsigned long device, inode;
	int end = 0;

	return stream && sscanf(stream, "%lu:%lu%n", &device, &inode, &end) == 2 && !stream[end] &&
	       device == file->st_dev && inode == file->st_ino;
}

int agent_journal_open(void)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	return fd < 0 ? -errno : fd;
}

/* What keeps users out is worth a warning. */
static int priority_of(const struct event_lines_item *item)
{
	enum event_lines_kind kind = event_lines_kind(item);

	if (kind == EVENT_LINES_LOST)
		return LOG_WARNING;
	if (kind != EVENT_LINES_CHANGE)
		return LOG_NOTICE;
	return item->event->change.to == ECDN_XDP_STATE_LIMITED ||
	       item->event->change.to == ECDN_XDP_STATE_BLOCKED ? LOG_WARNING : LOG_NOTICE;
}

static void print_name(const char *key, FILE *to)
{
	fputs("ECDN_XDP_", to);
	for (; *key; key++)
		fputc(toupper((unsigned char)*key), to);
	fputc('=', to);
}

/* Texts have been escaped, so that none has a line end; a null has no field. */
static int print_fields(const struct event_lines_item *item, FILE *to)
{
	json_t *object = event_lines_object(item), *value;
	const char *key;

	if (!object)
		return -ENOMEM;
	json_object_foreach(object, key, value) {
		if (json_is_null(value))
			continue;
		print_name(key, to);
		if (json_is_string(value))
			fputs(json_string_value(value), to);
		else
			fprintf(to, "%" PRId64, (int64_t)json_integer_value(value));
		fputc('\n', to);
	}
	json_decref(object);
	return 0;
}

static int print(const struct event_lines_item *item, FILE *to)
{
	fputs("MESSAGE=", to);
	event_lines_text(item, to);
	fprintf(to, "\nPRIORITY=%d\nMESSAGE_ID=%s\nSYSLOG_IDENTIFIER=ecdn-xdp\n",
		priority_of(item), ids[event_lines_kind(item)]);
	return print_fields(item, to);
}

int agent_journal_entry(const struct event_lines_item *item, char **entry, size_t *size)
{
	FILE *to = open_memstream(entry, size);
	int err;

	if (!to)
		return -ENOMEM;
	err = print(item, to);
	if (!fclose(to) && !err)
		return 0;
	free(*entry);
	return -ENOMEM;
}

int agent_journal_send(int socket, const char *entry, size_t size)
{
	const struct sockaddr_un journal = { .sun_family = AF_UNIX, .sun_path = SOCKET };

	return sendto(socket, entry, size, MSG_NOSIGNAL, (const struct sockaddr *)&journal,
		      sizeof(journal)) < 0 ? -errno : 0;
}

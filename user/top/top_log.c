// SPDX-License-Identifier: BSD-2-Clause
#include "top/top_log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/escape.h"
#include "base/log.h"

#define PREFIX "ecdn-xdp: "

/* More is not shown on a screen. */
#define TAKEN_MAX 4096

static int kept = -1, before = -1;

int top_log_begin(void)
{
	fflush(stderr);
	kept = memfd_create("ecdn-xdp-log", MFD_CLOEXEC);
	before = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	if (kept >= 0 && before >= 0 && dup2(kept, STDERR_FILENO) >= 0)
		return 0;
	return log_error(-errno, "cannot keep messages for the screen: %s", strerror(errno));
}

/* What was written, as one text. */
static void read_all(char text[TAKEN_MAX])
{
	ssize_t length;

	fflush(stderr);
	length = kept < 0 ? 0 : pread(kept, text, TAKEN_MAX - 1, 0);
	text[length > 0 ? length : 0] = 0;
	if (length > 0 && (ftruncate(kept, 0) || lseek(kept, 0, SEEK_SET)))
		text[0] = 0;
}

static void append_line(char *room, size_t size, const char *line)
{
	size_t used = strlen(room);

	if (!strncmp(line, PREFIX, strlen(PREFIX)))
		line += strlen(PREFIX);
	if (used && *line && used + 3 < size)
		used += strlen(strcpy(room + used, "; "));
	escape_text(line, room + used, size - used);
}

char *top_log_take(char *room, size_t size)
{
	char text[TAKEN_MAX], *rest = text;

	*room = 0;
	read_all(text);
	for (char *line; (line = strsep(&rest, "\n"));)
		append_line(room, size, line);
	return room;
}

void top_log_end(void)
{
	char text[TAKEN_MAX];

	if (before < 0)
		return;
	read_all(text);
	dup2(before, STDERR_FILENO);
	fputs(text, stderr);
	close(before);
	if (kept >= 0)
		close(kept);
	kept = before = -1;
}

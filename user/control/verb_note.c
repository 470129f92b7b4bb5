// SPDX-License-Identifier: BSD-2-Clause
#include "control/verb_note.h"

#include <string.h>

#include "base/clock.h"
#include "base/escape.h"
#include "base/log.h"
#include "base/login.h"
#include "kernel/verb_ring.h"

_Static_assert(sizeof(((struct ecdn_xdp_verb *)0)->user) == LOGIN_USER_SIZE, "names have room");

static struct ecdn_xdp_verb entry;

/* Behind what is there; what has no room is cut. */
static void append(char *to, size_t size, const char *text)
{
	size_t used = strlen(to);

	escape_text(text, to + used, size - used);
}

/* A word of several stands in quotes, so that it can be told from others. */
static void append_word(const char *word)
{
	bool quoted = !*word || strchr(word, ' ');

	if (*entry.words)
		append(entry.words, sizeof(entry.words), " ");
	if (quoted)
		append(entry.words, sizeof(entry.words), "\"");
	append(entry.words, sizeof(entry.words), word);
	if (quoted)
		append(entry.words, sizeof(entry.words), "\"");
}

void verb_note_begin(int argc, char **argv)
{
	memset(&entry, 0, sizeof(entry));
	for (int i = 0; i < argc; i++)
		append_word(argv[i]);
}

void verb_note_reason(const char *reason)
{
	escape_text(reason, entry.reason, sizeof(entry.reason));
}

void verb_note_append(const struct pins *pins)
{
	struct login login;

	if (!*entry.words)
		return;
	login_read(&login);
	entry.time_ns = clock_monotonic_ns();
	entry.login_uid = login.login_uid;
	entry.uid = login.uid;
	strcpy(entry.user, login.user);
	if (verb_ring_append(pins, &entry))
		log_warning("the command is done, but `ecdn-xdp events` will not show it");
}

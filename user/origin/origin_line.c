// SPDX-License-Identifier: BSD-2-Clause
#include "origin/origin_line.h"

#include <string.h>

#include "base/quantity.h"
#include "base/words.h"
#include "origin/origin_address.h"

#define STATUS_LEAST 100
#define STATUS_MOST 999
#define STATUS_NONE (-1)

static const char *const names[] = {
	[ECDN_XDP_ORIGIN_SAID_ANSWERED] = "answered",
	[ECDN_XDP_ORIGIN_SAID_NO_CONNECT] = "no_connect",
	[ECDN_XDP_ORIGIN_SAID_NO_ANSWER] = "no_answer",
	[ECDN_XDP_ORIGIN_SAID_MALFORMED] = "malformed",
	[ECDN_XDP_ORIGIN_SAID_TRUNCATED] = "truncated",
	[ECDN_XDP_ORIGIN_SAID_TIMED_OUT] = "timed_out",
};

/* As WHAT: nothing is said of the origin; the word is none. */
#define SAID_NOTHING ECDN_XDP_ORIGIN_SAID_MAX
#define SAID_WRONG (ECDN_XDP_ORIGIN_SAID_MAX + 1)

/* Who ended a session that was not as it should be: here it is the server, by closing or resetting
 * the connection. */
static int by_server(char when)
{
	switch (when) {
	case 'C': return ECDN_XDP_ORIGIN_SAID_NO_CONNECT;
	case 'H': return ECDN_XDP_ORIGIN_SAID_NO_ANSWER;
	case 'D': return ECDN_XDP_ORIGIN_SAID_TRUNCATED;
	case 'L': return ECDN_XDP_ORIGIN_SAID_ANSWERED;
	}
	return SAID_NOTHING;
}

/* The server, by a timeout of HAProxy's. */
static int by_silence(char when)
{
	switch (when) {
	case 'C':
	case 'H': return ECDN_XDP_ORIGIN_SAID_TIMED_OUT;
	case 'D': return ECDN_XDP_ORIGIN_SAID_TRUNCATED;
	case 'L': return ECDN_XDP_ORIGIN_SAID_ANSWERED;
	}
	return SAID_NOTHING;
}

/* HAProxy, when it met an answer that it does not pass on, or a request. */
static int by_proxy(char when)
{
	return when == 'H' || when == 'D' ? ECDN_XDP_ORIGIN_SAID_MALFORMED : SAID_NOTHING;
}

/* The client, by leaving or by a timeout: had the answer begun, then its status was the
 * origin's. */
static int by_client(char when)
{
	return when == 'D' || when == 'L' ? ECDN_XDP_ORIGIN_SAID_ANSWERED : SAID_NOTHING;
}

static int from_state(const char *state)
{
	if (!strchr("RQCHDLT-", state[1]) || (state[2] && strspn(state + 2, "NIDVEOUPR-") != 2))
		return SAID_WRONG;
	switch (state[0]) {
	case 'S': return by_server(state[1]);
	case 's': return by_silence(state[1]);
	case 'P': return by_proxy(state[1]);
	case 'C':
	case 'c': return by_client(state[1]);
	case '-': return ECDN_XDP_ORIGIN_SAID_ANSWERED;
	/* It answered by itself, lacks a resource, met a fault of its own, or somebody ended the
	 * session or took the server away. */
	case 'L':
	case 'R':
	case 'I':
	case 'K':
	case 'D':
	case 'U': return SAID_NOTHING;
	}
	return SAID_WRONG;
}

static int read_what(const char *word)
{
	int what = words_index(names, sizeof(names) / sizeof(*names), word);

	if (what >= 0)
		return what;
	return strlen(word) == 2 || strlen(word) == 4 ? from_state(word) : SAID_WRONG;
}

/* A proxy that has none writes "-" or -1. */
static bool read_status(const char *word, int *status)
{
	uint64_t value;

	*status = STATUS_NONE;
	if (!strcmp(word, "-") || !strcmp(word, "-1"))
		return true;
	if (quantity_parse_whole(word, STATUS_MOST, &value))
		return false;
	if (value >= STATUS_LEAST)
		*status = (int)value;
	return true;
}

static bool is_nobody(const char *word)
{
	return !strcmp(word, "-") || !strcmp(word, "-:-") || !strcmp(word, "[-]:-");
}

/* HAProxy's %si has no brackets of its own, so that a log-format has them for both families. */
static bool read_origin(char *word, struct ecdn_xdp_origin_key *key)
{
	char *close = *word == '[' ? strchr(word, ']') : NULL;

	if (close && !memchr(word, ':', close - word)) {
		memmove(close, close + 1, strlen(close));
		word++;
	}
	return !origin_address_parse(word, key) && key->port;
}

/* Words longer than any that is read. */
#define WORD_SIZE 80

static bool take_word(struct text *rest, char word[WORD_SIZE])
{
	struct text of = text_word(rest);
	size_t length = text_length(of);

	if (!length || length >= WORD_SIZE)
		return false;
	memcpy(word, of.start, length);
	word[length] = 0;
	return strlen(word) == length;
}

const char *origin_line_parse(struct text text, struct origin_line *line)
{
	char origin[WORD_SIZE], what[WORD_SIZE], status[WORD_SIZE];
	bool nobody;
	int said;

	if (!take_word(&text, origin) || !take_word(&text, what) || !take_word(&text, status) ||
	    text_length(text_trim(text)))
		return "is not ADDR:PORT WHAT STATUS";
	nobody = is_nobody(origin);
	if (!nobody && !read_origin(origin, &line->origin))
		return "begins with no address and port";
	said = read_what(what);
	if (said == SAID_WRONG)
		return "has neither a known word nor a state of HAProxy's behind the address";
	if (!read_status(status, &line->status))
		return "ends with no HTTP status";
	line->said = !nobody && said != SAID_NOTHING;
	line->what = line->said ? (enum ecdn_xdp_origin_said)said : ECDN_XDP_ORIGIN_SAID_ANSWERED;
	if (line->said && line->status == STATUS_NONE &&
	    (said == ECDN_XDP_ORIGIN_SAID_ANSWERED || said == ECDN_XDP_ORIGIN_SAID_TRUNCATED))
		return "has an answer without a status from 100 to 999";
	return NULL;
}

// SPDX-License-Identifier: BSD-2-Clause
#include "answers/answers_attempts.h"

#include <errno.h>
#include <string.h>

#include "base/quantity.h"

static const char *const names[ANSWERS_UPSTREAMS] = {
	[ANSWERS_ADDR] = "upstream_addr has more than 64 attempts: ",
	[ANSWERS_STATUS] = "upstream_status has not as many attempts as upstream_addr: ",
	[ANSWERS_CONNECT_TIME] = "upstream_connect_time has not as many attempts: ",
	[ANSWERS_HEADER_TIME] = "upstream_header_time has not as many attempts: ",
	[ANSWERS_LENGTH] = "upstream_response_length has not as many attempts: ",
	[ANSWERS_RECEIVED] = "upstream_bytes_received has not as many attempts: ",
};

/* Takes the next piece off *rest, which is empty behind the last one; its start is NULL then. */
static struct text take_piece(struct text *rest)
{
	struct text piece = *rest;

	for (const char *at = rest->start; at < rest->end; at++) {
		bool comma = *at == ',' && rest->end - at >= 2 && at[1] == ' ';
		bool colon = *at == ' ' && rest->end - at >= 3 && at[1] == ':' && at[2] == ' ';

		if (!comma && !colon)
			continue;
		piece.end = at;
		rest->start = at + (comma ? 2 : 3);
		return piece;
	}
	*rest = (struct text){ NULL, NULL };
	return piece;
}

/* "-", or "-1" as HAProxy has it. */
static bool is_none(struct text piece)
{
	return text_length(piece) && *piece.start == '-';
}

/* ADDR:PORT or [ADDR]:PORT; all else is no origin. */
static void read_origin(struct text piece, struct ecdn_xdp_origin_key *origin)
{
	const char *colon = memrchr(piece.start, ':', text_length(piece));
	struct text name = { piece.start, colon };
	struct address address;
	uint64_t port;

	memset(origin, 0, sizeof(*origin));
	if (!colon || quantity_parse_digits(colon + 1, piece.end, UINT16_MAX, &port) || !port)
		return;
	if (text_length(name) > 2 && *name.start == '[' && name.end[-1] == ']') {
		name.start++;
		name.end--;
	}
	if (text_address(name, &address))
		return;
	address_to_bytes(&address, origin->addr);
	origin->family = address_version(address.family);
	origin->port = port;
}

static int read_number(struct text piece, uint64_t *number, struct access_fault *fault)
{
	*number = 0;
	if (is_none(piece) || !text_length(piece) ||
	    !quantity_parse_digits(piece.start, piece.end, INT64_MAX, number))
		return 0;
	return access_line_refuse(fault, "no number in a variable of upstream's: ", piece);
}

static int read_piece(enum answers_upstream which, struct text piece,
		      struct answers_attempt *attempt, struct access_fault *fault)
{
	bool there = text_length(piece) && !is_none(piece);
	uint64_t number;

	switch (which) {
	case ANSWERS_ADDR:
		*attempt = (struct answers_attempt){ .peer = piece };
		read_origin(piece, &attempt->origin);
		return 0;
	case ANSWERS_STATUS:
		if (read_number(piece, &number, fault) || number > 999)
			return access_line_refuse(fault, "upstream_status is no status: ", piece);
		attempt->status = number;
		return 0;
	case ANSWERS_CONNECT_TIME:
		attempt->connected = there;
		return 0;
	case ANSWERS_HEADER_TIME:
		attempt->answered = there;
		return 0;
	case ANSWERS_LENGTH:
		return read_number(piece, &attempt->length, fault);
	default:
		return read_number(piece, &attempt->received, fault);
	}
}

static int read_variable(enum answers_upstream which, struct text value,
			 struct answers_attempts *attempts, struct access_fault *fault)
{
	struct text rest = value;
	unsigned int count = 0;
	int err = 0;

	while (rest.start && !err) {
		struct text piece = take_piece(&rest);

		if (count == (which == ANSWERS_ADDR ? ANSWERS_ATTEMPTS_MAX : attempts->count))
			return access_line_refuse(fault, names[which], value);
		err = read_piece(which, piece, &attempts->at[count++], fault);
	}
	if (which == ANSWERS_ADDR)
		attempts->count = count;
	else if (!err && count < attempts->count)
		return access_line_refuse(fault, names[which], value);
	return err;
}

enum ecdn_xdp_origin_said answers_attempts_result(const struct answers_attempt *attempt)
{
	if (attempt->answered)
		return ECDN_XDP_ORIGIN_SAID_ANSWERED;
	if (attempt->status == 504)
		return ECDN_XDP_ORIGIN_SAID_TIMED_OUT;
	/* HAProxy has 503 where nginx has 502. */
	if (attempt->status != 502 && attempt->status != 503)
		return ECDN_XDP_ORIGIN_SAID_MAX;
	if (!attempt->connected)
		return ECDN_XDP_ORIGIN_SAID_NO_CONNECT;
	return attempt->received ? ECDN_XDP_ORIGIN_SAID_MALFORMED :
				   ECDN_XDP_ORIGIN_SAID_NO_ANSWER;
}

static bool is_again(const struct answers_attempt *attempt, const struct answers_attempt *next)
{
	return answers_attempts_result(attempt) == ECDN_XDP_ORIGIN_SAID_NO_ANSWER &&
	       text_length(attempt->peer) == text_length(next->peer) &&
	       !memcmp(attempt->peer.start, next->peer.start, text_length(next->peer));
}

/* What HAProxy has for address and port where it asked nobody. */
static bool is_nobody(struct text value)
{
	return text_length(value) == 3 && !memcmp(value.start, "-:-", 3);
}

int answers_attempts_read(const struct text *value, struct answers_attempts *attempts,
			  struct access_fault *fault)
{
	int err = 0;

	attempts->count = 0;
	/* An empty value is that of "-" alone, of a request for which nobody was asked; of one
	 * attempt it means what "-" means. */
	if (!text_length(value[ANSWERS_ADDR]) || is_nobody(value[ANSWERS_ADDR]))
		return 0;
	for (int i = 0; i < ANSWERS_UPSTREAMS && !err; i++)
		err = read_variable(i, value[i], attempts, fault);
	for (unsigned int i = 0; i + 1 < attempts->count && !err; i++)
		attempts->at[i].again = is_again(&attempts->at[i], &attempts->at[i + 1]);
	return err;
}

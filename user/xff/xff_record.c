// SPDX-License-Identifier: BSD-2-Clause
#include "xff/xff_record.h"

#include <errno.h>
#include <string.h>

#include "xff/xff_json.h"

static const char *const labels[XFF_LABELS] = {
	[XFF_REMOTE] = "remote_addr",
	[XFF_PEER] = "ecdn_peer",
	[XFF_REGION] = "ecdn_region",
	[XFF_SCHEME] = "scheme",
	[XFF_HEADER] = "http_x_forwarded_for",
	[XFF_DIRECT] = "direct",
	[XFF_ISP] = "isp",
};

static const unsigned char lengths[XFF_LABELS] = {
	[XFF_REMOTE] = sizeof("remote_addr") - 1,
	[XFF_PEER] = sizeof("ecdn_peer") - 1,
	[XFF_REGION] = sizeof("ecdn_region") - 1,
	[XFF_SCHEME] = sizeof("scheme") - 1,
	[XFF_HEADER] = sizeof("http_x_forwarded_for") - 1,
	[XFF_DIRECT] = sizeof("direct") - 1,
	[XFF_ISP] = sizeof("isp") - 1,
};

/* A line while it is read: which labels it had, and why it is refused. */
struct reading_line {
	struct xff_reader *reader;
	struct xff_record *record;
	unsigned int seen;
	const char **why;
	struct text *piece;
};

static int refuse(const struct reading_line *line, const char *why, struct text piece)
{
	*line->why = why;
	*line->piece = piece;
	return -EINVAL;
}

const char *xff_record_label(enum xff_label label)
{
	return labels[label];
}

static bool is_label(struct text key, enum xff_label label)
{
	return text_length(key) == lengths[label] &&
	       !memcmp(key.start, labels[label], lengths[label]);
}

/* Lines of a log have their pieces in one order, so that the last one tells where to look. */
static int find_label(struct xff_reader *reader, unsigned int place, struct text key)
{
	unsigned char *guess = place < sizeof(reader->order) ? &reader->order[place] : NULL;

	if (guess && *guess && is_label(key, *guess - 1))
		return *guess - 1;
	for (int i = 0; i < XFF_LABELS; i++) {
		if (!is_label(key, i))
			continue;
		if (guess)
			*guess = i + 1;
		return i;
	}
	return -1;
}

static bool is_empty(struct text value)
{
	size_t length = text_length(value);

	return !length || (length == 1 && *value.start == '-');
}

/* A label that stands twice was written by a client, whose header a proxy has let through as it
 * was. */
static int store(struct reading_line *line, int label, struct text value)
{
	if (line->seen & 1U << label)
		return refuse(line, "a label that stands there twice: ",
			      (struct text){ labels[label], labels[label] + lengths[label] });
	line->seen |= 1U << label;
	line->record->value[label] = is_empty(value) ? (struct text){ value.start, value.start } :
				     value;
	return 0;
}

static int read_tabs(struct reading_line *line, struct text rest)
{
	for (unsigned int place = 0; rest.start <= rest.end; place++) {
		const char *tab = memchr(rest.start, '\t', text_length(rest)) ?: rest.end;
		struct text piece = { rest.start, tab };
		const char *colon = memchr(piece.start, ':', text_length(piece));
		int label, err;

		rest.start = tab + 1;
		if (!colon)
			return refuse(line, "no LABEL:VALUE: ", piece);
		label = find_label(line->reader, place, (struct text){ piece.start, colon });
		err = label < 0 ? 0 : store(line, label, (struct text){ colon + 1, piece.end });
		if (err)
			return err;
	}
	return 0;
}

static int read_json(struct reading_line *line, struct text text)
{
	struct xff_json_member member;
	struct xff_json json;
	int more;

	xff_json_start(&json, text);
	for (unsigned int place = 0; (more = xff_json_next(&json, &member)) > 0; place++) {
		int label = find_label(line->reader, place, member.key);
		int err;

		if (label < 0)
			continue;
		if (!member.string)
			return refuse(line, "no string: ", member.value);
		if (member.escaped && xff_json_unescape(&member.value, line->reader->room[label],
							sizeof(line->reader->room[label])))
			return refuse(line, "a wrong escape: ", member.value);
		err = store(line, label, member.value);
		if (err)
			return err;
	}
	return more ? refuse(line, "no JSON object of strings on one line: ", text) : 0;
}

static int check_labels(const struct reading_line *line)
{
	for (int i = 0; i < XFF_LABELS_NEEDED; i++)
		if (!(line->seen & 1U << i))
			return refuse(line, "no label ", (struct text){ labels[i], labels[i] +
								     lengths[i] });
	return 0;
}

static bool is_text(struct text value, const char *word)
{
	return text_length(value) == strlen(word) && !memcmp(value.start, word, strlen(word));
}

static int read_words(const struct reading_line *line)
{
	struct xff_record *record = line->record;
	const struct text *value = record->value;

	record->node = is_text(value[XFF_PEER], "node");
	if (!record->node && !is_text(value[XFF_PEER], "client"))
		return refuse(line, "ecdn_peer is neither node nor client: ", value[XFF_PEER]);
	record->tls = is_text(value[XFF_SCHEME], "https");
	if (!record->tls && !is_text(value[XFF_SCHEME], "http"))
		return refuse(line, "scheme is neither http nor https: ", value[XFF_SCHEME]);
	if (text_address(value[XFF_REMOTE], &record->remote))
		return refuse(line, "remote_addr is no address: ", value[XFF_REMOTE]);
	return 0;
}

/* A visitor writes the cookie, so that what is in it is no fault of the line. */
static void read_direct(struct xff_record *record)
{
	struct text direct = record->value[XFF_DIRECT];

	if (!text_length(direct) || text_address(direct, &record->direct))
		record->direct = (struct address){};
}

int xff_record_read(struct xff_reader *reader, struct text text, struct xff_record *record,
		    const char **why, struct text *piece)
{
	struct reading_line line = { reader, record, 0, why, piece };
	bool json;
	int err;

	if (text.end > text.start && text.end[-1] == '\r')
		text.end--;
	json = text.start < text.end && *text.start == '{';
	memset(record->value, 0, sizeof(record->value));
	if (memchr(text.start, 0, text_length(text)))
		return refuse(&line, "a NUL byte: ", text);
	err = json ? read_json(&line, text) : read_tabs(&line, text);
	err = err ?: check_labels(&line);
	err = err ?: read_words(&line);
	if (err)
		return err;
	read_direct(record);
	reader->format = json ? XFF_FORMAT_JSON : XFF_FORMAT_TABS;
	return 0;
}

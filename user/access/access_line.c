// SPDX-License-Identifier: BSD-2-Clause
#include "access/access_line.h"

#include <errno.h>
#include <string.h>

#include "access/access_json.h"

/* A line while it is read: which labels it had. */
struct reading_line {
	struct access_reader *reader;
	const struct access_labels *labels;
	struct text *value;
	struct access_fault *fault;
	unsigned int seen;
};

int access_line_refuse(struct access_fault *fault, const char *why, struct text piece)
{
	*fault = (struct access_fault){ why, piece };
	return -EINVAL;
}

static struct text text_of(const struct access_label *label)
{
	return (struct text){ label->name, label->name + label->length };
}

static bool is_label(struct text key, const struct access_label *label)
{
	return text_length(key) == label->length && !memcmp(key.start, label->name, label->length);
}

/* Lines of a log have their pieces in one order, so that the last one tells where to look. */
static int find_label(const struct reading_line *line, unsigned int place, struct text key)
{
	unsigned char *guess = place < ACCESS_LINE_LABELS ? &line->reader->order[place] : NULL;

	if (guess && *guess && is_label(key, &line->labels->at[*guess - 1]))
		return *guess - 1;
	for (unsigned int i = 0; i < line->labels->count; i++) {
		if (!is_label(key, &line->labels->at[i]))
			continue;
		if (guess)
			*guess = i + 1;
		return (int)i;
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
		return access_line_refuse(line->fault, "a label that stands there twice: ",
					  text_of(&line->labels->at[label]));
	line->seen |= 1U << label;
	line->value[label] = is_empty(value) ? (struct text){ value.start, value.start } : value;
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
			return access_line_refuse(line->fault, "no LABEL:VALUE: ", piece);
		label = find_label(line, place, (struct text){ piece.start, colon });
		err = label < 0 ? 0 : store(line, label, (struct text){ colon + 1, piece.end });
		if (err)
			return err;
	}
	return 0;
}

static int read_json(struct reading_line *line, struct text text)
{
	struct access_json_member member;
	struct access_json json;
	int more;

	access_json_start(&json, text);
	for (unsigned int place = 0; (more = access_json_next(&json, &member)) > 0; place++) {
		int label = find_label(line, place, member.key);
		int err;

		if (label < 0)
			continue;
		if (!member.string)
			return access_line_refuse(line->fault, "no string: ", member.value);
		if (member.escaped &&
		    access_json_unescape(&member.value, line->reader->room[label],
					 sizeof(line->reader->room[label])))
			return access_line_refuse(line->fault, "a wrong escape: ", member.value);
		err = store(line, label, member.value);
		if (err)
			return err;
	}
	return more ? access_line_refuse(line->fault, "no JSON object of strings on one line: ",
					 text) : 0;
}

static int check_labels(const struct reading_line *line)
{
	for (unsigned int i = 0; i < line->labels->needed; i++)
		if (!(line->seen & 1U << i))
			return access_line_refuse(line->fault, "no label ",
						  text_of(&line->labels->at[i]));
	return 0;
}

int access_line_read(struct access_reader *reader, const struct access_labels *labels,
		     struct text text, struct text *value, struct access_fault *fault)
{
	struct reading_line line = { reader, labels, value, fault, 0 };
	bool json;
	int err;

	if (text.end > text.start && text.end[-1] == '\r')
		text.end--;
	json = text.start < text.end && *text.start == '{';
	memset(value, 0, labels->count * sizeof(*value));
	if (memchr(text.start, 0, text_length(text)))
		return access_line_refuse(fault, "a NUL byte: ", text);
	err = json ? read_json(&line, text) : read_tabs(&line, text);
	err = err ?: check_labels(&line);
	if (!err)
		reader->format = json ? ACCESS_FORMAT_JSON : ACCESS_FORMAT_TABS;
	return err;
}

// SPDX-License-Identifier: BSD-2-Clause
#include "access/access_json.h"

#include <errno.h>
#include <string.h>

void access_json_start(struct access_json *json, struct text line)
{
	line = text_trim(line);
	*json = (struct access_json){ .at = line.start, .end = line.end };
}

static void skip_blanks(struct access_json *json)
{
	while (json->at < json->end && (*json->at == ' ' || *json->at == '\t'))
		json->at++;
}

static bool take(struct access_json *json, char c)
{
	skip_blanks(json);
	if (json->at == json->end || *json->at != c)
		return false;
	json->at++;
	return true;
}

/* What stands behind a quote, up to the one that is not escaped. */
static int take_string(struct access_json *json, struct text *string, bool *escaped)
{
	const char *at = json->at;

	*escaped = false;
	for (; at < json->end && *at != '"'; at++) {
		if ((unsigned char)*at < ' ')
			return -EINVAL;
		if (*at != '\\')
			continue;
		*escaped = true;
		if (++at == json->end)
			return -EINVAL;
	}
	if (at == json->end)
		return -EINVAL;
	*string = (struct text){ json->at, at };
	json->at = at + 1;
	return 0;
}

static bool is_word(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '-' || c == '+' ||
	       c == '.' || c == 'E';
}

/* A number, true, false or null: none of which any label has, so that all words may be. */
static int take_word(struct access_json *json, struct text *word)
{
	const char *start = json->at;

	while (json->at < json->end && is_word(*json->at))
		json->at++;
	*word = (struct text){ start, json->at };
	return json->at > start ? 0 : -EINVAL;
}

static int take_member(struct access_json *json, struct access_json_member *member)
{
	bool escaped;

	if (!take(json, '"') || take_string(json, &member->key, &escaped) || !take(json, ':'))
		return -EINVAL;
	member->escaped = false;
	member->string = take(json, '"');
	if (member->string)
		return take_string(json, &member->value, &member->escaped) ?: 1;
	return take_word(json, &member->value) ?: 1;
}

static int finish(struct access_json *json)
{
	skip_blanks(json);
	return json->at == json->end ? 0 : -EINVAL;
}

int access_json_next(struct access_json *json, struct access_json_member *member)
{
	bool first = !json->begun;

	if (first && !take(json, '{'))
		return -EINVAL;
	json->begun = true;
	if (take(json, '}'))
		return finish(json);
	if (!first && !take(json, ','))
		return -EINVAL;
	return take_member(json, member);
}

static int hex4(const char *at, const char *end, unsigned int *code)
{
	*code = 0;
	if (end - at < 4)
		return -EINVAL;
	for (int i = 0; i < 4; i++) {
		char c = at[i] | 0x20;
		int digit = at[i] >= '0' && at[i] <= '9' ? at[i] - '0' :
			    c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;

		if (digit < 0)
			return -EINVAL;
		*code = *code << 4 | digit;
	}
	return 0;
}

/* UTF-8 of a code below 0x10000, half a pair included: a label's value has no such letters, and
 * names are escaped where they are printed. */
static size_t put_code(unsigned int code, char out[3])
{
	if (code < 0x80) {
		out[0] = (char)code;
		return 1;
	}
	if (code < 0x800) {
		out[0] = (char)(0xc0 | code >> 6);
		out[1] = (char)(0x80 | (code & 0x3f));
		return 2;
	}
	out[0] = (char)(0xe0 | code >> 12);
	out[1] = (char)(0x80 | (code >> 6 & 0x3f));
	out[2] = (char)(0x80 | (code & 0x3f));
	return 3;
}

/* The character that an escape stands for, whose backslash has been passed. How many bytes it has,
 * or -EINVAL. */
static int take_escape(const char **at, const char *end, char out[3])
{
	static const char letters[] = "\"\\/bfnrt", means[] = "\"\\/\b\f\n\r\t";
	char letter = *(*at)++;
	const char *known = memchr(letters, letter, sizeof(letters) - 1);
	unsigned int code;

	if (known) {
		out[0] = means[known - letters];
		return 1;
	}
	if (letter != 'u' || hex4(*at, end, &code) || !code)
		return -EINVAL;
	*at += 4;
	return put_code(code, out);
}

int access_json_unescape(struct text *value, char *room, size_t size)
{
	const char *at = value->start, *end = value->end;
	size_t used = 0;

	while (at < end) {
		char out[3];
		int length = 1;

		if (*at == '\\') {
			at++;
			length = take_escape(&at, end, out);
			if (length < 0)
				return length;
		} else {
			out[0] = *at++;
		}
		if (used + length > size)
			break;
		memcpy(room + used, out, length);
		used += length;
	}
	*value = (struct text){ room, room + used };
	return 0;
}

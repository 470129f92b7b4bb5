// SPDX-License-Identifier: BSD-2-Clause
#include "diagnose/path_words.h"

#include <stdio.h>
#include <string.h>

#include "base/escape.h"

#define PATHS_SAID 4
#define PATHS_TOLD 32           /* in the details */
#define PATH_WIDTH 48           /* of the words of a finding */

/* Of a text that is too long, its end is what tells most. */
const char *path_words_end(const char *text, unsigned int width, char *room, size_t size)
{
	size_t length = strlen(text);

	if (length <= width)
		snprintf(room, size, "%s", text);
	else
		snprintf(room, size, "...%s", text + length - width + 3);
	return room;
}

static const char *name_of(const struct answers_path *path, bool host, char *room, size_t size)
{
	snprintf(room, size, "%s%s", host ? path->host : "", path->path);
	return room;
}

/* Whether paths of more than one host are kept. */
static bool has_hosts(const struct answers_paths *paths)
{
	for (unsigned int i = 1; i < paths->count; i++)
		if (strcmp(paths->at[i].host, paths->at[0].host) != 0)
			return true;
	return false;
}

static json_t *list_of(const struct answers_paths *paths, const unsigned int *index,
		       unsigned int count)
{
	json_t *list = json_array();

	for (unsigned int i = 0; i < count; i++) {
		const struct answers_path *at = &paths->at[index[i]];
		char host[4 * ANSWERS_PATHS_HOST], path[4 * ANSWERS_PATHS_PATH];

		json_array_append_new(list, json_pack("{s:s, s:s, s:I}", "host",
			escape_text(at->host, host, sizeof(host)), "path",
			escape_text(at->path, path, sizeof(path)), "answers",
			(json_int_t)answers_paths_sure(paths, index[i])));
	}
	return list;
}

/* Once a place was taken by another path, those that few answers are surely of are there by
 * chance. */
static unsigned int top(const struct answers_part *part, unsigned int index[PATHS_TOLD])
{
	const struct answers_paths *paths = part->paths;
	unsigned int count = answers_paths_top(paths, index, PATHS_TOLD);

	while (count && paths->count == ANSWERS_PATHS_MAX &&
	       answers_paths_sure(paths, index[count - 1]) <= part->count / ANSWERS_PATHS_MAX)
		count--;
	return count;
}

/* ": /img/x.png 40, /y 6, others 5" */
void path_words_say(struct finding *finding, const struct answers_part *part)
{
	const struct answers_paths *paths = part->paths;
	unsigned int index[PATHS_TOLD], count;
	uint64_t said = 0;
	bool host;

	if (!paths)
		return;
	count = top(part, index);
	host = has_hosts(paths);
	for (unsigned int i = 0; i < count && i < PATHS_SAID; i++) {
		char name[ANSWERS_PATHS_HOST + ANSWERS_PATHS_PATH], room[PATH_WIDTH + 1];
		uint64_t times = answers_paths_sure(paths, index[i]);

		name_of(&paths->at[index[i]], host, name, sizeof(name));
		FINDING_SAY(finding->seen, "%s%s %lu", i ? ", " : ": ",
			    path_words_end(name, PATH_WIDTH, room, sizeof(room)), times);
		said += times;
	}
	if (said < part->count)
		FINDING_SAY(finding->seen, "%s %lu", said ? ", others" : ": many paths",
			    part->count - said);
	finding_value(finding, "paths", list_of(paths, index, count));
}

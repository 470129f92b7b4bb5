// SPDX-License-Identifier: BSD-2-Clause
#include "base/words.h"

#include <ctype.h>
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/quantity.h"

bool words_have(char *const *words, unsigned int count, const char *word)
{
	for (unsigned int i = 0; i < count; i++)
		if (!strcmp(words[i], word))
			return true;
	return false;
}

int words_index(const char *const *names, size_t count, const char *word)
{
	for (size_t i = 0; i < count; i++)
		if (names[i] && !strcmp(names[i], word))
			return i;
	return -EINVAL;
}

const char *words_name(const char *const *names, size_t count, size_t value)
{
	return value < count && names[value] ? names[value] : "?";
}

static bool same(char one, char other)
{
	return tolower((unsigned char)one) == tolower((unsigned char)other);
}

static unsigned int least(unsigned int one, unsigned int other)
{
	return one < other ? one : other;
}

#define ROW (WORDS_GUESS_LENGTH + 1)

/* From the distances of the words that are one and two letters shorter: those of one's first
 * i + 1 letters to the beginnings of other. */
static void next_row(const char *one, const char *other, size_t i,
		     unsigned int rows[3][ROW])
{
	unsigned int *row = rows[(i + 1) % 3];
	const unsigned int *last = rows[i % 3], *before = rows[(i + 2) % 3];

	row[0] = i + 1;
	for (size_t j = 0; other[j]; j++) {
		row[j + 1] = least(least(last[j + 1], row[j]) + 1,
				   last[j] + !same(one[i], other[j]));
		if (i && j && same(one[i], other[j - 1]) && same(one[i - 1], other[j]))
			row[j + 1] = least(row[j + 1], before[j - 1] + 1);
	}
}

unsigned int words_distance(const char *one, const char *other)
{
	size_t length = strnlen(one, ROW), width = strnlen(other, ROW);
	unsigned int rows[3][ROW] = {};

	if (length > WORDS_GUESS_LENGTH || width > WORDS_GUESS_LENGTH)
		return WORDS_GUESS_LENGTH + 1;
	for (size_t j = 0; j <= width; j++)
		rows[0][j] = j;
	for (size_t i = 0; i < length; i++)
		next_row(one, other, i, rows);
	return rows[length % 3][width];
}

/* One letter in three may be wrong, and a word of one or two letters must keep one. */
static bool is_near(const char *word, unsigned int distance)
{
	size_t length = strlen(word);

	return !distance || distance <= length / 3 || (distance == 1 && length > 1);
}

/* The beginning of a name is as near as one wrong letter. */
static unsigned int distance_to(const char *word, const char *name)
{
	unsigned int distance = words_distance(word, name);
	size_t length = strlen(word);

	return distance && length > 1 && !strncasecmp(word, name, length) ? 1 : distance;
}

void words_guess_add(struct words_guess *guess, const char *name)
{
	unsigned int distance = distance_to(guess->word, name);
	/* Of those that are as near, who begins the same way is meant more often. */
	unsigned int rank = 2 * distance + !same(*guess->word, *name);

	if (!is_near(guess->word, distance) || (guess->count && rank > guess->rank))
		return;
	if (rank < guess->rank)
		guess->count = 0;
	guess->rank = rank;
	if (guess->count < WORDS_GUESSES)
		guess->near[guess->count++] = name;
}

char *words_guess_text(const struct words_guess *guess, const char *before,
		       char text[WORDS_GUESS_SIZE])
{
	size_t used = 0;

	*text = 0;
	for (unsigned int i = 0; i < guess->count; i++)
		used += snprintf(text + used, WORDS_GUESS_SIZE - used, "%s%s%s", !i ?
				 "did you mean " : i + 1 < guess->count ? ", " : " or ", before,
				 guess->near[i]);
	if (guess->count)
		snprintf(text + used, WORDS_GUESS_SIZE - used, "?");
	return text;
}

int words_parse_group(const char *text, gid_t *group)
{
	const struct group *found = getgrnam(text);
	uint64_t number;

	if (found) {
		*group = found->gr_gid;
		return 0;
	}
	/* The last number means "no change" to chown(2). */
	if (quantity_parse_whole(text, (gid_t)-1 - 1ULL, &number))
		return -EINVAL;
	*group = number;
	return 0;
}

int words_parse_user(const char *text, uid_t *user)
{
	const struct passwd *found = getpwnam(text);
	uint64_t number;

	if (!found && quantity_parse_whole(text, (uid_t)-1 - 1ULL, &number))
		return -EINVAL;
	*user = found ? found->pw_uid : number;
	return 0;
}

void words_append(char *room, size_t size, const char *format, ...)
{
	size_t used = strlen(room);
	va_list args;

	va_start(args, format);
	vsnprintf(room + used, size - used, format, args);
	va_end(args);
}

// SPDX-License-Identifier: BSD-2-Clause
#include "base/words.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>

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

// SPDX-License-Identifier: BSD-2-Clause
#include "base/login.h"

#include <inttypes.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int login_is_name(const char *word)
{
	static const char known[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				    "._-@$+\\";
	size_t length = strlen(word);

	return length && length < LOGIN_USER_SIZE && *word != '-' && strspn(word, known) == length;
}

/* Kernels without auditing have no such file. */
static uint32_t login_uid(void)
{
	FILE *file = fopen("/proc/self/loginuid", "re");
	uint32_t uid = LOGIN_UID_UNKNOWN;

	if (!file)
		return uid;
	if (fscanf(file, "%" SCNu32, &uid) != 1)
		uid = LOGIN_UID_UNKNOWN;
	fclose(file);
	return uid;
}

static const char *name_of(uint32_t uid)
{
	const struct passwd *found = uid == LOGIN_UID_UNKNOWN ? NULL : getpwuid(uid);

	return found && login_is_name(found->pw_name) ? found->pw_name : NULL;
}

/* Only root's word counts: another user could claim anything in SUDO_USER. */
void login_read(struct login *login)
{
	const char *sudo = getenv("SUDO_USER"), *name = NULL;

	memset(login, 0, sizeof(*login));
	login->uid = getuid();
	login->login_uid = login_uid();
	if (!login->uid && sudo && login_is_name(sudo))
		name = sudo;
	name = name ?: name_of(login->login_uid) ?: name_of(login->uid);
	if (name)
		strcpy(login->user, name);
}

// SPDX-License-Identifier: BSD-2-Clause
#include "base/login.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/kernel_file.h"

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
	return kernel_file_number("/proc/self/loginuid", LOGIN_UID_UNKNOWN);
}

/*
 * The host's own users alone: a command that has changed something holds a lock here, and must not
 * wait for a directory on the network. Besides, glibc ends the process where it finds no memory for
 * its sources of names.
 */
static void write_name(uint32_t uid, char name[LOGIN_USER_SIZE])
{
	FILE *file = uid == LOGIN_UID_UNKNOWN ? NULL : fopen("/etc/passwd", "re");
	const struct passwd *found = NULL;

	if (!file)
		return;
	do
		found = fgetpwent(file);
	while (found && found->pw_uid != uid);
	if (found && login_is_name(found->pw_name))
		strcpy(name, found->pw_name);
	fclose(file);
}

/* Only root's word counts: another user could claim anything in SUDO_USER. */
void login_read(struct login *login)
{
	const char *sudo = getenv("SUDO_USER");

	memset(login, 0, sizeof(*login));
	login->uid = getuid();
	login->login_uid = login_uid();
	if (!login->uid && sudo && login_is_name(sudo))
		strcpy(login->user, sudo);
	if (!*login->user)
		write_name(login->login_uid, login->user);
	if (!*login->user)
		write_name(login->uid, login->user);
}

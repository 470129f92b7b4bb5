/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * login.h - who runs this process, as far as the host knows. Silent.
 */
#ifndef BASE_LOGIN_H
#define BASE_LOGIN_H

#include <stdint.h>

#define LOGIN_USER_SIZE 32      /* bytes, NUL included: Linux has no longer names */
#define LOGIN_UID_UNKNOWN UINT32_MAX

struct login {
	uint32_t login_uid;     /* of who logged in, whatever user he became; or UNKNOWN */
	uint32_t uid;
	char user[LOGIN_USER_SIZE]; /* who called sudo, else who logged in, else the name of uid;
				   empty: no name is known. Users that /etc/passwd does not
				   have are known by sudo's word alone. */
};

void login_read(struct login *login);

/* Whether a word can be a user's name: it has such characters alone, and has room. */
int login_is_name(const char *word);

#endif

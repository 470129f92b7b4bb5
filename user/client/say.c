// SPDX-License-Identifier: BSD-2-Clause
#include "say.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Room for a path and a sentence. */
#define LINE_SIZE (PATH_MAX + 512)

void say_to_stderr(void *context, const char *message)
{
	(void)context;
	fprintf(stderr, "libecdn-xdp: %s\n", message);
}

__attribute__((format(printf, 2, 3)))
static void say(const struct ecdn_xdp_client *client, const char *format, ...)
{
	char line[LINE_SIZE];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	client->say(client->context, line);
}

static void say_error(const struct ecdn_xdp_client *client, int error)
{
	const char *dir = client->dir;

	switch (error) {
	case -ENOENT:
		say(client, "no guard is loaded in %s: every request passes until `ecdn-xdp load` "
		    "is run", dir);
		break;
	case -EPROTO:
		say(client, "the maps in %s are not of ABI %d, which this library uses: every "
		    "request passes; install the library and the ecdn-xdp of one version, and "
		    "load again", dir, ECDN_XDP_ABI);
		break;
	case -EACCES:
		say(client, "cannot open the pins in %s: %s: every request passes; make the "
		    "directories above it searchable (chmod 755 /sys/fs/bpf), or open the client "
		    "before privileges are dropped", dir, strerror(-error));
		break;
	case -EPERM:
		say(client, "this kernel lets no unprivileged process open the pins in %s: every "
		    "request passes; open the client before privileges are dropped, or run "
		    "Linux 5.19 or newer", dir);
		break;
	case -EKEYREJECTED:
		say(client, "users other than root may change %s or a directory above it: "
		    "every request passes; remove what they have made there and run "
		    "`ecdn-xdp load`", dir);
		break;
	default:
		say(client, "cannot map the pins in %s: %s: every request passes", dir,
		    strerror(-error));
	}
}

void say_ready(struct ecdn_xdp_client *client, int error)
{
	if (client->told == error)
		return;
	client->told = error;
	if (error)
		say_error(client, error);
	else
		say(client, "verdicts come from the guard in %s", client->dir);
}

void say_kept(struct ecdn_xdp_client *client, int error)
{
	if (client->told_kept == error)
		return;
	client->told_kept = error;
	if (error == -ESTALE)
		say(client, "a table that is pinned in %s is not the one that the guard uses, as a "
		    "command was killed: going on with it; `ecdn-xdp load` pins the right one",
		    client->dir);
	else if (error)
		say(client, "cannot open the new table in %s: %s: going on with the old one; "
		    "restart or reload the proxy, so that it is opened with privileges",
		    client->dir, strerror(-error));
	else
		say(client, "following the tables in %s again", client->dir);
}

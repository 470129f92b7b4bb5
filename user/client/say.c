// SPDX-License-Identifier: BSD-2-Clause
#include "say.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/vfs.h>

#define BPF_FS 0xcafe4a11       /* BPF_FS_MAGIC of linux/magic.h */

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

/* Whether the directory, or the one above it that is there, is in a bpffs: a container or a host
 * that has not mounted one can see no pins, whatever is loaded. */
static bool in_bpffs(const char *dir)
{
	char path[PATH_MAX];
	struct statfs found;
	char *slash;

	strcpy(path, dir);
	while (statfs(path, &found)) {
		if (errno != ENOENT)
			return true;
		slash = strrchr(path, '/');
		if (slash == path)
			return false;
		*slash = 0;
	}
	return (unsigned int)found.f_type == BPF_FS;
}

static void say_missing(const struct ecdn_xdp_client *client)
{
	if (!client->set.origins_error)
		say(client, "no guard is loaded in %s, but an observer of origins: every request "
		    "passes, and what is said of origins is counted", client->dir);
	else if (in_bpffs(client->dir))
		say(client, "no guard is loaded in %s: every request passes until `ecdn-xdp load` "
		    "is run", client->dir);
	else
		say(client, "no guard can be found in %s, as no bpffs is mounted there: every "
		    "request passes; run `ecdn-xdp load`, and give a container the host's "
		    "directory: --volume /sys/fs/bpf:/sys/fs/bpf", client->dir);
}

static void say_abi(const struct ecdn_xdp_client *client)
{
	uint32_t found = client->found_abi;

	if (found == ECDN_XDP_ABI)
		say(client, "a map in %s is not what ecdn-xdp pins there: every request passes; "
		    "`ecdn-xdp unload --all` and `ecdn-xdp load` make the maps anew", client->dir);
	else
		say(client, "the maps in %s are of ABI %u, and this library (%s) uses ABI %d: "
		    "every request passes; %s", client->dir, found, ECDN_XDP_VERSION, ECDN_XDP_ABI,
		    found > ECDN_XDP_ABI ?
		    "install the libecdn-xdp of the ecdn-xdp that is loaded, and restart the "
		    "proxy" :
		    "run `ecdn-xdp load` of the library's version, which carries over what is "
		    "loaded");
}

static void say_error(const struct ecdn_xdp_client *client, int error)
{
	const char *dir = client->dir;

	switch (error) {
	case -ENOENT:
		say_missing(client);
		break;
	case -EPROTO:
		say_abi(client);
		break;
	case -EACCES:
		say(client, "cannot open the pins in %s: %s: every request passes; run in the "
		    "group of `load --proxy-group` if there is one, make the directories above "
		    "it searchable (chmod 755 /sys/fs/bpf), or open the client before "
		    "privileges are dropped", dir, strerror(-error));
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

/* Without an observer there is nothing to tell, and -EACCES is told to who counts. */
void say_origins(struct ecdn_xdp_client *client, int error)
{
	if (!error || error == -ENOENT || error == -EACCES || error == -EAGAIN)
		client->told_origins = 0;
	else if (client->told_origins != error)
		say(client, "the observer in %s cannot be used: %s: what is said of origins is "
		    "not counted; `ecdn-xdp load --origin` of the library's version, %s, makes "
		    "its maps", client->dir, strerror(-error), ECDN_XDP_VERSION);
	else
		return;
	client->told_origins = error;
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

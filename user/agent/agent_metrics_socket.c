// SPDX-License-Identifier: BSD-2-Clause
#include "agent/agent_metrics_socket.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <netinet/in.h>

#include "base/log.h"
#include "base/scoped.h"

#define BACKLOG 64
#define MODE 0660               /* of a Unix socket: its group may ask */

void agent_metrics_socket_init(struct agent_metrics_socket *socket)
{
	*socket = (struct agent_metrics_socket){ .fd = -1 };
}

static int fail(const struct agent_metrics_where *where, const char *what)
{
	int err = -errno;

	return log_error(err, "metrics: cannot %s%s%s: %s", what, where->is_local ? " " : "",
			 where->is_local ? where->local.sun_path : "", strerror(-err));
}

/* -EADDRINUSE if somebody serves there, -EEXIST, logged, if it is something else; 0 if nothing
 * is there, or the socket of one that has died. */
static int check_free(const struct agent_metrics_where *where)
{
	struct stat found;
	scoped_fd int asking = -1;

	if (lstat(where->local.sun_path, &found))
		return errno == ENOENT ? 0 : fail(where, "look at");
	if (!S_ISSOCK(found.st_mode))
		return log_error(-EEXIST, "metrics: %s is there and no socket; it is left alone",
				 where->local.sun_path);
	asking = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (asking < 0)
		return fail(where, "ask who serves at");
	if (!connect(asking, &where->head, where->size) || errno == EAGAIN)
		return -EADDRINUSE;
	return errno == ECONNREFUSED ? 0 : fail(where, "ask who serves at");
}

/* It gets its mode, and listens, before it has its path: nobody meets it half made. */
static int bind_local(struct agent_metrics_socket *made)
{
	struct sockaddr_un beside = made->where.local;
	struct stat found;
	int err = check_free(&made->where);

	if (err)
		return err;
	snprintf(beside.sun_path + strlen(beside.sun_path), 12, ".%u", getpid() % 1000000000U);
	unlink(beside.sun_path);
	if (bind(made->fd, (struct sockaddr *)&beside, sizeof(beside)))
		return fail(&made->where, "make the socket");
	if (chmod(beside.sun_path, MODE) || listen(made->fd, BACKLOG) ||
	    lstat(beside.sun_path, &found) || rename(beside.sun_path, made->where.local.sun_path)) {
		err = fail(&made->where, "make the socket");
		unlink(beside.sun_path);
		return err;
	}
	made->device = found.st_dev;
	made->inode = found.st_ino;
	return 0;
}

/* An address that this host will have later, once its link is up, can be listened at. */
static int bind_address(const struct agent_metrics_socket *made)
{
	const int on = 1;

	if (setsockopt(made->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) ||
	    setsockopt(made->fd, IPPROTO_IP, IP_FREEBIND, &on, sizeof(on)))
		return fail(&made->where, "set its socket up");
	if (bind(made->fd, &made->where.head, made->where.size) || listen(made->fd, BACKLOG))
		return errno == EADDRINUSE ? -EADDRINUSE : fail(&made->where, "listen");
	return 0;
}

int agent_metrics_socket_open(struct agent_metrics_socket *made,
			      const struct agent_metrics_where *where)
{
	int err;

	agent_metrics_socket_init(made);
	made->where = *where;
	made->fd = socket(where->head.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (made->fd < 0)
		return fail(where, "make a socket");
	err = where->is_local ? bind_local(made) : bind_address(made);
	if (err)
		agent_metrics_socket_close(made);
	return err;
}

void agent_metrics_socket_close(struct agent_metrics_socket *made)
{
	struct stat found;

	if (made->fd < 0)
		return;
	if (made->inode && !lstat(made->where.local.sun_path, &found) &&
	    found.st_dev == made->device && found.st_ino == made->inode)
		unlink(made->where.local.sun_path);
	close(made->fd);
	agent_metrics_socket_init(made);
}

// SPDX-License-Identifier: BSD-2-Clause
#include "net/holder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/log.h"
#include "base/scoped.h"

static void scoped_closedir(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

#define scoped_dir __attribute__((cleanup(scoped_closedir)))

static void read_name(struct holder *holder)
{
	char path[64];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/comm", holder->pid);
	file = fopen(path, "re");
	if (!file || !fgets(holder->name, sizeof(holder->name), file))
		strcpy(holder->name, "?");
	if (file)
		fclose(file);
	holder->name[strcspn(holder->name, "\n")] = 0;
}

/* The inode of the socket that an entry of /proc/PID/fd leads to; 0 if it leads to no socket. */
static uint32_t socket_inode(int dir, const char *fd)
{
	char target[64];
	ssize_t length = readlinkat(dir, fd, target, sizeof(target) - 1);
	unsigned int inode;

	if (length < 0)
		return 0;
	target[length] = 0;
	return sscanf(target, "socket:[%u]", &inode) == 1 ? inode : 0;
}

static int search_process(const struct holder_search *search, struct holder *holder)
{
	scoped_dir DIR *fds = NULL;
	struct dirent *entry;
	char path[64];
	int result = 0;

	snprintf(path, sizeof(path), "/proc/%d/fd", holder->pid);
	fds = opendir(path);
	if (!fds) /* the process is gone, or we are not allowed to look at it */
		return 0;
	holder->name[0] = 0;
	while (!result && (entry = readdir(fds))) {
		uint32_t inode = socket_inode(dirfd(fds), entry->d_name);

		if (!inode || !search->wants(inode, search->context))
			continue;
		if (!holder->name[0])
			read_name(holder);
		holder->fd = atoi(entry->d_name);
		result = search->found(inode, holder, search->context);
	}
	return result;
}

int holders_find(const struct holder_search *search)
{
	scoped_dir DIR *proc = opendir("/proc");
	struct dirent *entry;
	int result = 0;

	if (!proc)
		return log_error(-errno, "cannot look for processes in /proc: %s",
				 strerror(errno));
	while (!result && (entry = readdir(proc))) {
		struct holder holder = { .pid = atoi(entry->d_name) };

		if (holder.pid > 0)
			result = search_process(search, &holder);
	}
	return result;
}

int holder_take(const struct holder *holder, uint64_t cookie)
{
	/* <sys/pidfd.h> came with glibc 2.36 only. */
	scoped_fd int pid = (int)syscall(SYS_pidfd_open, holder->pid, 0), fd = -1;
	socklen_t length = sizeof(uint64_t), protocol_length = sizeof(int);
	uint64_t found;
	int protocol;

	if (pid < 0)
		return errno == ESRCH ? -ESTALE : -errno;
	fd = (int)syscall(SYS_pidfd_getfd, pid, holder->fd, 0);
	if (fd < 0)
		return errno == ESRCH || errno == EBADF ? -ESTALE : -errno;
	/* inet_diag shows the first subflow of an MPTCP socket, which no process has open. */
	if (!getsockopt(fd, SOL_SOCKET, SO_PROTOCOL, &protocol, &protocol_length) &&
	    protocol == IPPROTO_MPTCP)
		return -EOPNOTSUPP;
	/* The numbers of processes and fds are used again. The cookie is not. */
	if (getsockopt(fd, SOL_SOCKET, SO_COOKIE, &found, &length) || found != cookie)
		return -ESTALE;
	return take_fd(&fd);
}

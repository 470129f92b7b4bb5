// SPDX-License-Identifier: BSD-2-Clause
#include "attach/cgroup_link.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/vfs.h>

#include "base/log.h"
#include "base/scoped.h"

static int open_cgroup(const char *path)
{
	scoped_fd int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct statfs fs;

	if (fd < 0)
		return log_error(-errno, "cannot open the cgroup %s: %s", path, strerror(errno));
	if (fstatfs(fd, &fs) || fs.f_type != CGROUP2_SUPER_MAGIC)
		return log_error(-EINVAL, "%s is not a cgroup of version 2; `mount -t cgroup2` "
				 "lists where these are", path);
	return take_fd(&fd);
}

int cgroup_link_attach(struct pinned_link *link, const struct pinned_link_hook *hook,
		       const struct pins *pins, const char *path, int program)
{
	int err = pinned_link_replace(link, hook, pins->dir, program);
	scoped_fd int cgroup = -1;

	if (err != -ENOENT)
		return err;
	cgroup = open_cgroup(path);
	if (cgroup < 0)
		return cgroup;
	link->fd = pinned_link_create(hook, pins->next, cgroup, program);
	link->created = link->fd >= 0;
	return link->created ? 0 : link->fd;
}

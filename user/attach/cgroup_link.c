// SPDX-License-Identifier: BSD-2-Clause
#include "attach/cgroup_link.h"

#include <errno.h>
#include <sys/stat.h>

#include "attach/cgroup_open.h"
#include "base/scoped.h"

int cgroup_link_read(const struct pinned_link_hook *hook, const char *dir, uint64_t *cgroup)
{
	struct bpf_link_info info;
	scoped_fd int fd = pinned_link_open(hook, dir, &info);

	*cgroup = fd >= 0 ? info.cgroup.cgroup_id : 0;
	return fd < 0 && fd != -ENOENT ? fd : 0;
}

/* Whether the pinned link is on that cgroup: 1, 0 or a negative errno. */
static int is_there(const struct pinned_link_hook *hook, const char *dir, int cgroup)
{
	uint64_t inode;
	struct stat of;
	int err = cgroup_link_read(hook, dir, &inode);

	return err ?: !fstat(cgroup, &of) && inode == of.st_ino;
}

int cgroup_link_attach(struct pinned_link *link, const struct pinned_link_hook *hook,
		       const struct pins *pins, const char *path, int program)
{
	char why[CGROUP_WHY_SIZE];
	scoped_fd int cgroup = -1;
	int err = path ? -ENOENT : pinned_link_replace(link, hook, pins->dir, program), there;

	if (err != -ENOENT)
		return err;
	cgroup = cgroup_open(path, why);
	if (cgroup < 0)
		return pinned_link_fail(hook, cgroup, why);
	there = path ? is_there(hook, pins->dir, cgroup) : 0;
	if (there)
		return there < 0 ? there : pinned_link_replace(link, hook, pins->dir, program);
	link->fd = pinned_link_create(hook, pins->next, cgroup, program);
	link->created = link->fd >= 0;
	return link->created ? 0 : link->fd;
}

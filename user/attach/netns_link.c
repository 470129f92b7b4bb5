// SPDX-License-Identifier: BSD-2-Clause
#include "attach/netns_link.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/log.h"
#include "base/scoped.h"
#include "net/netns.h"

static int create(const struct pinned_link_hook *hook, const char *dir, int program)
{
	scoped_fd int netns = open(NETNS_OWN, O_RDONLY | O_CLOEXEC);

	if (netns < 0)
		return log_error(-errno, "cannot open " NETNS_OWN ": %s", strerror(errno));
	return pinned_link_create(hook, dir, netns, program);
}

int netns_link_attach(struct pinned_link *link, const struct pinned_link_hook *hook,
		      const struct pins *pins, int program)
{
	int err = pinned_link_replace(link, hook, pins->dir, program);

	if (err != -ENOENT)
		return err;
	link->fd = create(hook, pins->next, program);
	link->created = link->fd >= 0;
	return link->created ? 0 : link->fd;
}

int netns_link_read(const struct pinned_link_hook *hook, const char *dir, bool *attached,
		    bool *here)
{
	struct bpf_link_info info;
	scoped_fd int fd = pinned_link_open(hook, dir, &info);

	*attached = fd >= 0;
	*here = fd >= 0 && info.netns.netns_ino == netns_own();
	return fd < 0 && fd != -ENOENT ? fd : 0;
}

int netns_link_check(const struct pinned_link_hook *hook, const char *dir)
{
	bool attached, here;
	int err = netns_link_read(hook, dir, &attached, &here);

	if (!err && attached && !here)
		err = log_error(-EBUSY, "%s is attached to another network namespace; run this "
				"there, or use another --pin-dir", hook->program);
	return err ?: attached;
}

int netns_link_start(const struct pinned_link_hook *hook, const char *dir)
{
	scoped_fd int program = -1, link = -1;
	int err = netns_link_check(hook, dir);

	if (err)
		return err < 0 ? err : 0;
	program = pins_get(dir, hook->program_pin);
	if (program < 0)
		return program;
	err = pins_drop(dir, hook->pin);
	link = err ?: create(hook, dir, program);
	return link < 0 ? link : 0;
}

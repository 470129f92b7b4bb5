// SPDX-License-Identifier: BSD-2-Clause
#include "attach/pinned_link.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/scoped.h"
#include "kernel/capabilities.h"
#include "kernel/host_lock.h"
#include "kernel/pin_check.h"

#define ATTACHING (CAPABILITIES_NET_ADMIN | CAPABILITIES_BPF)

/* The number by which the kernel names the target; 0 if the target is gone. */
static __u64 target_of(const struct bpf_link_info *info)
{
	return info->type == BPF_LINK_TYPE_CGROUP ? info->cgroup.cgroup_id :
						    info->netns.netns_ino;
}

int pinned_link_open(const struct pinned_link_hook *hook, const char *dir,
		     struct bpf_link_info *info)
{
	scoped_fd int fd = -1;
	__u32 length = sizeof(*info);

	if (!pins_has(dir, hook->pin))
		return errno == ENOENT ? -ENOENT :
		       log_error(-errno, "cannot look for %s/%s: %s", dir, hook->pin,
				 strerror(errno));
	fd = pins_get(dir, hook->pin);
	if (fd < 0)
		return fd;
	memset(info, 0, sizeof(*info));
	if (bpf_obj_get_info_by_fd(fd, info, &length))
		return log_error(-errno, "cannot read where %s is attached by %s/%s: %s",
				 hook->program, dir, hook->pin, strerror(errno));
	return target_of(info) ? take_fd(&fd) : -ENOENT;
}

int pinned_link_fail(const struct pinned_link_hook *hook, int err, const char *why)
{
	if (!hook->without)
		return log_error(err, "%s", why);
	log_warning("%s, so %s", why, hook->without);
	return err == -ENODEV ? err : -EOPNOTSUPP;
}

static int refused(const struct pinned_link_hook *hook, int err)
{
	char why[256], lacks[CAPABILITIES_SIZE], *lack = NULL;

	if (err == -EPERM)
		lack = capabilities_lacking(ATTACHING, lacks);
	snprintf(why, sizeof(why), "cannot attach %s to %s: %s%s%s", hook->program, hook->target,
		 strerror(-err), lack ? ": this process lacks " : err == -EPERM ? ": is there a "
		 "program that allows no other?" : "", lack ?: "");
	return pinned_link_fail(hook, err, why);
}

int pinned_link_create(const struct pinned_link_hook *hook, const char *dir, int target,
		       int program)
{
	scoped_fd int fd = -1;
	int err = host_lock_take();

	if (err)
		return err;
	fd = bpf_link_create(program, target, hook->type, NULL);
	host_lock_drop();
	if (fd < 0)
		return refused(hook, fd);
	err = pins_put(dir, hook->pin, fd);
	return err ?: take_fd(&fd);
}

int pinned_link_replace(struct pinned_link *link, const struct pinned_link_hook *hook,
			const char *dir, int program)
{
	struct bpf_link_info info;
	int err;

	link->fd = pinned_link_open(hook, dir, &info);
	if (link->fd < 0)
		return link->fd;
	err = bpf_link_update(link->fd, program, NULL);
	if (err)
		return log_error(err, "cannot replace %s: %s", hook->program, strerror(-err));
	link->replaced = true;
	return 0;
}

void pinned_link_undo(struct pinned_link *link, const struct pinned_link_hook *hook,
		      const char *dir)
{
	scoped_fd int old = link->replaced ? pins_get(dir, hook->program_pin) : -1;

	if (old >= 0 && bpf_link_update(link->fd, old, NULL))
		log_warning("cannot put the old %s back: %s", hook->program, strerror(errno));
	pinned_link_close(link);
}

void pinned_link_close(struct pinned_link *link)
{
	scoped_close(&link->fd);
	link->fd = -1;
}

static int check(const struct pinned_link_hook *hook, const char *dir)
{
	return !pins_has(dir, hook->pin) ? 0 :
	       pin_check_link(dir, hook->pin, hook->type == BPF_SK_LOOKUP ?
			      BPF_LINK_TYPE_NETNS : BPF_LINK_TYPE_CGROUP);
}

int pinned_link_stop(const struct pinned_link_hook *hook, const char *dir)
{
	struct bpf_link_info info;
	scoped_fd int fd = -1;
	int err = check(hook, dir);

	/* What somebody has put there holds no program of ours, and goes with the directory. */
	if (err)
		return err == -EPROTO ? 0 : err;
	fd = pinned_link_open(hook, dir, &info);
	if (fd < 0 && fd != -ENOENT)
		return fd;
	/* The link is detached explicitly: with its pin removed, it would stay attached
	 * while another process holds it. */
	if (fd >= 0 && bpf_link_detach(fd))
		log_warning("cannot detach %s: %s", hook->program, strerror(errno));
	return pins_drop(dir, hook->pin);
}

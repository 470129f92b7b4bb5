// SPDX-License-Identifier: BSD-2-Clause
#include "steer/steer_part.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "base/log.h"
#include "net/netns.h"
#include "base/scoped.h"
#include "kernel/object.h"
#include "steer.skel.h"

int steering_open(struct steering *steering, const char *map_dir, const char *dir)
{
	struct steer_bpf *steer = steer_bpf__open();
	int err;

	if (!steer)
		return object_load_error("steer", -errno);
	err = object_share(steer->obj, map_dir);
	if (!err && (err = steer_bpf__load(steer)))
		object_load_error("steer", err);
	err = err ?: object_pin(steer->obj, map_dir);
	err = err ?: pins_put(dir, PINS_STEER_PROGRAM, bpf_program__fd(steer->progs.steer));
	steer_bpf__destroy(steer);
	if (err)
		return err;
	steering->program = pins_get(dir, PINS_STEER_PROGRAM);
	return steering->program < 0 ? steering->program : 0;
}

/* Inode of the network namespace; 0: it is gone, which a link outlives. */
static int netns_of(int link, uint32_t *inode)
{
	struct bpf_link_info info = {};
	__u32 length = sizeof(info);

	if (bpf_obj_get_info_by_fd(link, &info, &length))
		return log_error(-errno, "cannot tell where steer is attached: %s",
				 strerror(errno));
	*inode = info.netns.netns_ino;
	return 0;
}

/* The link pinned in dir; -ENOENT, not said, if there is none that holds anything. */
static int open_link(const char *dir, uint32_t *inode)
{
	scoped_fd int link = -1;
	char path[PINS_PATH_SIZE];
	int err;

	if (access(pins_path(dir, PINS_STEER, path), F_OK))
		return -ENOENT;
	link = pins_get(dir, PINS_STEER);
	if (link < 0)
		return link;
	err = netns_of(link, inode);
	if (!err && !*inode)
		err = -ENOENT;
	return err ?: take_fd(&link);
}

static int create_link(int program, const char *dir)
{
	scoped_fd int netns = open(NETNS_OWN, O_RDONLY | O_CLOEXEC), link = -1;
	int err;

	if (netns < 0)
		return log_error(-errno, "cannot open " NETNS_OWN ": %s", strerror(errno));
	link = bpf_link_create(program, netns, BPF_SK_LOOKUP, NULL);
	if (link < 0)
		return log_error(link, "cannot attach steer to this network namespace: %s%s",
				 strerror(-link), link == -EPERM ? "; run as root" : "");
	err = pins_put(dir, PINS_STEER, link);
	return err ?: take_fd(&link);
}

int steering_attach(struct steering *steering, const char *dir, const char *next_dir, bool wanted)
{
	uint32_t inode;
	int err;

	steering->link = open_link(dir, &inode);
	if (steering->link == -ENOENT) {
		steering->link = wanted ? create_link(steering->program, next_dir) : -1;
		steering->created = steering->link >= 0;
		return wanted && steering->link < 0 ? steering->link : 0;
	}
	if (steering->link < 0)
		return steering->link;
	err = bpf_link_update(steering->link, steering->program, NULL);
	if (err)
		return log_error(err, "cannot replace steer: %s", strerror(-err));
	steering->replaced = true;
	return 0;
}

void steering_undo(struct steering *steering, const char *dir)
{
	scoped_fd int old = steering->replaced ? pins_get(dir, PINS_STEER_PROGRAM) : -1;

	if (old >= 0 && bpf_link_update(steering->link, old, NULL))
		log_warning("cannot put the old steer back: %s", strerror(errno));
	steering_close(steering);
}

void steering_close(struct steering *steering)
{
	scoped_close(&steering->link);
	scoped_close(&steering->program);
}

int steering_read(const char *dir, bool *attached, bool *here)
{
	uint32_t inode = 0;
	scoped_fd int link = open_link(dir, &inode);

	*attached = link >= 0;
	*here = link >= 0 && inode == netns_own();
	return link < 0 && link != -ENOENT ? link : 0;
}

/* A connection that is given to a socket of another network namespace is lost. */
int steering_check(const char *dir)
{
	bool attached, here;
	int err = steering_read(dir, &attached, &here);

	if (!err && attached && !here)
		err = log_error(-EBUSY, "steer is attached to another network namespace; run this "
				"there, or use another --pin-dir");
	return err ?: attached;
}

int steering_start(const char *dir)
{
	scoped_fd int program = -1, link = -1;
	int err = steering_check(dir);

	if (err)
		return err < 0 ? err : 0;
	program = pins_get(dir, PINS_STEER_PROGRAM);
	if (program < 0)
		return program;
	err = pins_drop(dir, PINS_STEER);
	link = err ?: create_link(program, dir);
	return link < 0 ? link : 0;
}

int steering_stop(const char *dir)
{
	uint32_t inode;
	scoped_fd int link = open_link(dir, &inode);

	if (link < 0 && link != -ENOENT)
		return link;
	/* By hand: the pin's removal alone would wait for other holders. */
	if (link >= 0 && bpf_link_detach(link))
		log_warning("cannot detach steer: %s", strerror(errno));
	return pins_drop(dir, PINS_STEER);
}

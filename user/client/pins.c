// SPDX-License-Identifier: BSD-2-Clause
#include "pins.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static bool belongs_to(const char *path, uid_t user)
{
	struct stat stat;

	return !lstat(path, &stat) && stat.st_uid == user;
}

/* Symbolic links of root are followed. In a user namespace root is the owner of /sys. */
bool pins_are_roots(const struct ecdn_xdp_client *client)
{
	struct stat sys;
	uid_t root = stat("/sys", &sys) ? 0 : sys.st_uid;
	char path[PATH_MAX];

	strcpy(path, client->dir);
	for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = 0;
		if (!belongs_to(path, root))
			return false;
		*slash = '/';
	}
	return belongs_to(path, root);
}

int pins_find(const struct ecdn_xdp_client *client, const char *name, struct stat *found,
	      char via[VIA_SIZE])
{
	char path[VIA_SIZE + 32];
	int err;

	snprintf(path, sizeof(path), "%s/%s", client->dir, name);
	if (!stat(path, found)) {
		strcpy(via, client->dir);
		return 0;
	}
	err = errno == ENOTDIR ? -ENOENT : -errno;
	if (client->dir_fd < 0 || fstatat(client->dir_fd, name, found, 0))
		return err;
	snprintf(via, VIA_SIZE, "/proc/self/fd/%d", client->dir_fd);
	return 0;
}

void pins_keep_dir(struct ecdn_xdp_client *client)
{
	int fd = open(client->dir, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return;
	if (client->dir_fd >= 0)
		close(client->dir_fd);
	client->dir_fd = fd;
}

int pins_open(const char *via, const char *name)
{
	char path[VIA_SIZE + 32];
	union bpf_attr attr;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", via, name);
	memset(&attr, 0, sizeof(attr));
	attr.pathname = (uintptr_t)path;
	fd = syscall(SYS_bpf, BPF_OBJ_GET, &attr, sizeof(attr));
	return fd < 0 ? -errno : fd;
}

int pins_rows(int fd, size_t size)
{
	struct bpf_map_info info;
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	memset(&info, 0, sizeof(info));
	attr.info.bpf_fd = fd;
	attr.info.info_len = sizeof(info);
	attr.info.info = (uintptr_t)&info;
	if (syscall(SYS_bpf, BPF_OBJ_GET_INFO_BY_FD, &attr, sizeof(attr)))
		return -errno;
	if (info.type != BPF_MAP_TYPE_ARRAY || !info.max_entries ||
	    info.value_size != size)
		return -EPROTO;
	return info.max_entries < INT_MAX ? info.max_entries : INT_MAX;
}

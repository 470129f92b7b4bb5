// SPDX-License-Identifier: BSD-2-Clause
#include "view/view_past_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/scoped.h"
#include "kernel/host_lock.h"
#include "kernel/permits.h"
#include "kernel/pins_lock.h"

#define BOOT_ID "/proc/sys/kernel/random/boot_id"

/* A writer has the file for some tens of microseconds. */
#define TRIES 100

static int find(struct pins *pins, const char *pin_dir, struct view_past_file *file)
{
	int err = pins_init(pins, pin_dir);

	err = err ?: pins_lock_name(pins);
	if (err)
		return err;
	snprintf(file->name, sizeof(file->name), "past-%s", pins->lock_name);
	snprintf(file->next, sizeof(file->next), "%s-next", file->name);
	return 0;
}

static int refuse(const char *name, int err)
{
	return log_error(-err, "cannot keep the past of the regions in " HOST_LOCK_DIR "/%s: %s; "
			 "`ecdn-xdp top` will begin with none", name, strerror(err));
}

/* Who may not look into the directory cannot read a file in it, and one of locks alone is made so:
 * a group that may read the file has to find it. */
static int open_dir(struct view_past_file *file, bool shared)
{
	struct stat stat;

	if (mkdir(HOST_LOCK_DIR, 0755) && errno != EEXIST)
		return refuse(file->name, errno);
	file->dir = open(HOST_LOCK_DIR, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (file->dir < 0 || fstat(file->dir, &stat))
		return refuse(file->name, errno);
	if ((stat.st_uid && stat.st_uid != geteuid()) || stat.st_mode & 022)
		return log_error(-EPERM, HOST_LOCK_DIR " can be changed by users other than root; "
				 "remove it");
	if (shared && !(stat.st_mode & 0011) && fchmod(file->dir, (stat.st_mode & 07777) | 0011))
		log_warning("the group of --stats-group cannot look into " HOST_LOCK_DIR ": %s",
			    strerror(errno));
	return 0;
}

/* Without CAP_CHOWN the file stays root's alone. */
static void permit(const struct view_past_file *file, int fd, gid_t group)
{
	if (group == (gid_t)-1)
		return;
	if (fchown(fd, -1, group) || fchmod(fd, 0640))
		log_warning("the group of --stats-group cannot read " HOST_LOCK_DIR "/%s: %s",
			    file->name, strerror(errno));
}

/* All of its memory is taken at once: a page that the file system has no room for would end this
 * process when it is written. */
static int make(struct view_past_file *file, size_t size, gid_t group)
{
	scoped_fd int fd = -1;
	int err;

	if (unlinkat(file->dir, file->next, 0) && errno != ENOENT)
		return refuse(file->name, errno);
	fd = openat(file->dir, file->next, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
		    0600);
	if (fd < 0)
		return refuse(file->name, errno);
	permit(file, fd, group);
	err = posix_fallocate(fd, 0, size);
	file->at = err ? MAP_FAILED : mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (file->at != MAP_FAILED)
		return 0;
	err = refuse(file->name, err ?: errno);
	unlinkat(file->dir, file->next, 0);
	return err;
}

int view_past_file_make(struct view_past_file *file, const char *pin_dir, size_t size)
{
	struct permits permits;
	struct pins pins;
	int err;

	*file = (struct view_past_file){ .dir = -1 };
	err = find(&pins, pin_dir, file);
	if (err)
		return err == -ENOENT ? refuse(pin_dir, ENOENT) : err;
	permits_read(&permits, &pins);
	err = open_dir(file, permits.stats != (gid_t)-1);
	err = err ?: make(file, size, permits.stats);
	if (err && file->dir >= 0)
		close(file->dir);
	return err;
}

int view_past_file_publish(struct view_past_file *file)
{
	int err = renameat(file->dir, file->next, file->dir, file->name) ?
		  refuse(file->name, errno) : 0;

	if (err)
		unlinkat(file->dir, file->next, 0);
	close(file->dir);
	return err;
}

static bool is_roots(int fd, size_t most, struct stat *stat)
{
	return !fstat(fd, stat) && S_ISREG(stat->st_mode) && !stat->st_uid &&
	       !(stat->st_mode & 022) &&
	       (size_t)stat->st_size >= sizeof(struct view_past_header) &&
	       (size_t)stat->st_size <= most;
}

/* A copy, and no mapping: who makes the file shorter would end a process that has it mapped. */
static bool copy_whole(int fd, struct view_past_header *to, size_t size)
{
	for (int i = 0; i < TRIES; i++) {
		struct view_past_header after;

		if (pread(fd, to, size, 0) != (ssize_t)size)
			return false;
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
		if (pread(fd, &after, sizeof(after), 0) != sizeof(after))
			return false;
		if (to->sequence == after.sequence && !(after.sequence & 1))
			return true;
	}
	return false;
}

int view_past_file_read(const char *pin_dir, size_t most, struct view_past_header **copy,
			size_t *size)
{
	char path[sizeof(HOST_LOCK_DIR) + sizeof(((struct view_past_file *)0)->name)];
	scoped_free struct view_past_header *header = NULL;
	struct view_past_file file;
	scoped_fd int fd = -1;
	struct pins pins;
	struct stat stat;

	if (find(&pins, pin_dir, &file))
		return -ENOENT;
	snprintf(path, sizeof(path), HOST_LOCK_DIR "/%s", file.name);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0 || !is_roots(fd, most, &stat))
		return -ENOENT;
	header = malloc(stat.st_size);
	if (!header)
		return -ENOMEM;
	if (!copy_whole(fd, header, stat.st_size))
		return -ENOENT;
	*copy = header;
	*size = stat.st_size;
	header = NULL;
	return 0;
}

void view_past_file_boot(char boot[VIEW_PAST_FILE_BOOT_SIZE])
{
	scoped_fd int fd = open(BOOT_ID, O_RDONLY | O_CLOEXEC);
	ssize_t length;

	memset(boot, 0, VIEW_PAST_FILE_BOOT_SIZE);
	length = fd < 0 ? 0 : read(fd, boot, VIEW_PAST_FILE_BOOT_SIZE - 1);
	boot[length > 0 ? strcspn(boot, "\n") : 0] = 0;
}

// SPDX-License-Identifier: BSD-2-Clause
/*
 * client_attack.c - tries whatever could change what is pinned, as the user that it
 * runs as: `client_attack DIR NAME` prints a line "ATTEMPT: done" or "ATTEMPT: ERRNO"
 * each. What is done is not undone.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <bpf/bpf.h>

static char path[512], other[528];
static int fd;
static char value[64]; /* of zeros: the biggest of these maps' values */

static void tried(const char *attempt, bool done)
{
	printf("%s: %s\n", attempt, done ? "done" : strerror(errno));
}

static void try_syscalls(void)
{
	__u32 key = 0, count = 1;

	tried("update", !bpf_map_update_elem(fd, &key, value, BPF_ANY));
	tried("update batch", !bpf_map_update_batch(fd, &key, value, &count, NULL));
	tried("delete", !bpf_map_delete_elem(fd, &key));
	tried("lookup and delete", !bpf_map_lookup_and_delete_elem(fd, &key, value));
}

static void try_memory(void)
{
	long page = sysconf(_SC_PAGESIZE);
	struct iovec from = { value, 8 }, to = { NULL, 8 };
	int self = open("/proc/self/mem", O_RDWR | O_CLOEXEC);
	void *memory = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	tried("map writable", memory != MAP_FAILED);
	if (memory != MAP_FAILED)
		munmap(memory, page);
	memory = mmap(NULL, page, PROT_READ, MAP_SHARED, fd, 0);
	tried("map", memory != MAP_FAILED);
	to.iov_base = memory;
	tried("write through /proc/self/mem",
	      pwrite(self, value, 8, (off_t)(uintptr_t)memory) == 8);
	tried("process_vm_writev", process_vm_writev(getpid(), &from, 1, &to, 1, 0) == 8);
	tried("mprotect writable", !mprotect(memory, page, PROT_READ | PROT_WRITE));
	tried("mprotect executable", !mprotect(memory, page, PROT_READ | PROT_EXEC));
	munmap(memory, page);
	close(self);
}

static void try_pin(void)
{
	tried("chmod", !chmod(path, 0777));
	tried("chown", !chown(path, getuid(), -1));
	tried("pin over it", !bpf_obj_pin(fd, path));
	tried("pin beside it", !bpf_obj_pin(fd, other));
	tried("link", !link(path, other));
	tried("symlink beside it", !symlink(path, other));
	tried("make a directory beside it", !mkdir(other, 0755));
	tried("rename", !rename(path, other));
	tried("unlink", !unlink(path));
}

int main(int argc, char **argv)
{
	if (argc != 3)
		return 2;
	snprintf(path, sizeof(path), "%s/%s", argv[1], argv[2]);
	snprintf(other, sizeof(other), "%s-mine", path);
	fd = bpf_obj_get(path);
	tried("open", fd >= 0);
	if (fd >= 0) {
		try_syscalls();
		try_memory();
		/* After all else, as it ends all writing. */
		tried("freeze", !bpf_map_freeze(fd));
	}
	try_pin();
	return 0;
}

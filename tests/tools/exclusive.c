// SPDX-License-Identifier: BSD-2-Clause
/*
 * exclusive: a program of somebody else's that takes the socket hook of a cgroup for itself, so
 * that the kernel attaches no other there or below.
 *
 *	exclusive CGROUP        attaches it; it stays
 *	exclusive -d CGROUP     detaches it
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <bpf/bpf.h>

static int attach(int cgroup)
{
	/* r0 = 1; exit */
	const struct bpf_insn program[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .imm = 1 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	const struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };
	int fd;

	setrlimit(RLIMIT_MEMLOCK, &all); /* kernels before 5.11 charge maps and programs to it */
	fd = bpf_prog_load(BPF_PROG_TYPE_SOCK_OPS, "exclusive", "GPL", program, 2, NULL);
	return fd < 0 ? fd : bpf_prog_attach(fd, cgroup, BPF_CGROUP_SOCK_OPS, 0);
}

int main(int argc, char **argv)
{
	int end = argc == 3 && !strcmp(argv[1], "-d");
	int cgroup = argc == 2 + end ? open(argv[1 + end], O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

	if (cgroup < 0 || (end ? bpf_prog_detach(cgroup, BPF_CGROUP_SOCK_OPS) : attach(cgroup))) {
		fprintf(stderr, "exclusive: %s\n", strerror(errno));
		return 1;
	}
	close(cgroup);
	return 0;
}

// SPDX-License-Identifier: BSD-2-Clause
/*
 * exclusive.c - a program of somebody else's that takes a hook of a cgroup for itself, so that the
 * kernel attaches no other there or below. It is called exclusive, and lets everything be.
 *
 *	exclusive attach|detach sockets|packets CGROUP
 *
 * sockets are what happens to them (sock_ops), packets those that come in. What is attached stays
 * until it is detached, or the cgroup is removed.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <bpf/bpf.h>

static int attach(int cgroup, enum bpf_prog_type type, enum bpf_attach_type hook)
{
	/* r0 = 1; exit */
	const struct bpf_insn program[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .imm = 1 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	const struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };
	int fd;

	setrlimit(RLIMIT_MEMLOCK, &all); /* kernels before 5.11 charge maps and programs to it */
	fd = bpf_prog_load(type, "exclusive", "GPL", program, 2, NULL);
	return fd < 0 ? fd : bpf_prog_attach(fd, cgroup, hook, 0);
}

int main(int argc, char **argv)
{
	bool detach = argc == 4 && !strcmp(argv[1], "detach");
	bool packets = argc == 4 && !strcmp(argv[2], "packets");
	enum bpf_attach_type hook = packets ? BPF_CGROUP_INET_INGRESS : BPF_CGROUP_SOCK_OPS;
	int cgroup = argc == 4 ? open(argv[3], O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

	if (cgroup < 0 || (detach ? bpf_prog_detach(cgroup, hook) :
			   attach(cgroup, packets ? BPF_PROG_TYPE_CGROUP_SKB :
						    BPF_PROG_TYPE_SOCK_OPS, hook))) {
		fprintf(stderr, "exclusive: %s\n", strerror(errno));
		return 1;
	}
	close(cgroup);
	return 0;
}

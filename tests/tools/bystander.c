// SPDX-License-Identifier: BSD-2-Clause
/*
 * bystander: a TC program of somebody else's. It counts IPv4 packets and leaves all alone.
 *
 *	bystander DIR [IFACE]   makes DIR/program and DIR/count, and with an interface
 *	                        holds the program there as DIR/link, by tcx
 *	bystander DIR           with DIR there: prints the count
 *
 * DIR is in bpffs; `tc filter add ... bpf da object-pinned DIR/program` is the other way
 * to attach it. Exit code 3: the kernel has no tcx.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf.h>

#include "base/log.h"

#define NO_TCX 3
/* enum bpf_attach_type since Linux 6.6 */
#define TCX_INGRESS 46

static int fail(const char *what)
{
	return log_error(1, "cannot %s: %s", what, strerror(errno));
}

static int pin(int fd, const char *dir, const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return fd < 0 || bpf_obj_pin(fd, path) ? fail(name) : 0;
}

/* Adds 1 to the map's only value, and goes on to the next program or filter. */
static int load_program(int count)
{
	const struct bpf_insn program[] = {
		{ BPF_LDX | BPF_MEM | BPF_W, 2, 1, offsetof(struct __sk_buff, protocol), 0 },
		{ BPF_JMP | BPF_JNE | BPF_K, 2, 0, 9, htons(ETH_P_IP) },
		{ BPF_ST | BPF_MEM | BPF_W, 10, 0, -4, 0 },
		{ BPF_ALU64 | BPF_MOV | BPF_X, 2, 10, 0, 0 },
		{ BPF_ALU64 | BPF_ADD | BPF_K, 2, 0, 0, -4 },
		{ BPF_LD | BPF_DW | BPF_IMM, 1, BPF_PSEUDO_MAP_FD, 0, count },
		{},
		{ BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_map_lookup_elem },
		{ BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 2, 0 },
		{ BPF_ALU64 | BPF_MOV | BPF_K, 1, 0, 0, 1 },
		{ BPF_STX | BPF_ATOMIC | BPF_DW, 0, 1, 0, BPF_ADD },
		{ BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, TC_ACT_UNSPEC },
		{ BPF_JMP | BPF_EXIT, 0, 0, 0, 0 },
	};

	return bpf_prog_load(BPF_PROG_TYPE_SCHED_CLS, "bystander", "GPL", program,
			     sizeof(program) / sizeof(*program), NULL);
}

/* libbpf 1.1 has no name for it. */
static int attach_tcx(int program, const char *iface)
{
	union bpf_attr attr = {};

	attr.link_create.prog_fd = program;
	attr.link_create.target_ifindex = if_nametoindex(iface);
	attr.link_create.attach_type = TCX_INGRESS;
	return syscall(SYS_bpf, BPF_LINK_CREATE, &attr, sizeof(attr));
}

static int make(const char *dir, const char *iface)
{
	int count, program, link;

	count = bpf_map_create(BPF_MAP_TYPE_ARRAY, "bystander", 4, 8, 1, NULL);
	program = load_program(count);
	if (mkdir(dir, 0700) || pin(count, dir, "count") || pin(program, dir, "program"))
		return 1;
	if (!iface)
		return 0;
	link = attach_tcx(program, iface);
	if (link < 0 && errno == EINVAL)
		return NO_TCX;
	return pin(link, dir, "link");
}

static int print(int count)
{
	uint64_t packets;

	if (bpf_map_lookup_elem(count, &(uint32_t){ 0 }, &packets))
		return fail("read the count");
	printf("%lu\n", packets);
	return 0;
}

int main(int argc, char **argv)
{
	char path[256];
	int count;

	if (argc < 2 || argc > 3) {
		fprintf(stderr, "Usage: bystander DIR [IFACE]\n");
		return 2;
	}
	snprintf(path, sizeof(path), "%s/count", argv[1]);
	count = bpf_obj_get(path);
	return count < 0 ? make(argv[1], argc > 2 ? argv[2] : NULL) : print(count);
}
